// A response on the terminal: its content on standard output, what is about it on standard error.

import { toHex } from '../bytes/hex.ts'
import { type Response, ResponseError } from '../handler/response.ts'
import { codeClass, describeCode } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { ETag, LocationPath, LocationQuery } from '../message/option.ts'
import type { Invocation } from './command.ts'
import { ExitCode } from './exit-code.ts'
import { briefFormatName } from './format-name.ts'
import { present } from './presentation.ts'
import { printable } from './printable.ts'
import { responseRecord } from './response-record.ts'
import type { Terminal } from './terminal.ts'

export interface Moment {
  /** How long it took; absent for one of several responses, of which only the content is shown where there is any. */
  readonly milliseconds?: number
  /** When it came: what is shown begins with it. */
  readonly stamp?: string
  /** When it came, for machines. */
  readonly time?: string
  /** Its content has been written already, as it came: to a file, or to standard output. */
  readonly written?: { readonly bytes: number; readonly file?: string }
}

export function showResponse(response: Response, moment: Moment, { arguments: given, terminal }: Invocation): ExitCode {
  const { milliseconds, stamp, time: at, written } = moment
  const { payload, contentFormat: format, ok } = response
  if (given.has('json')) {
    const record = responseRecord(response, milliseconds, written)
    terminal.print(JSON.stringify({ ...(at !== undefined && { time: at }), ...record }))
    return exitCodeOf(response)
  }
  const shown = written === undefined && payload.length > 0 && !isDiagnostic(response)
  if (shown) {
    const how = given.get('output') === '-' ? 'raw' : given.get('as')
    const { content, remark } = present({ payload, format }, how, terminal.paint)
    terminal.print(stamp === undefined ? content : stamped(content, stamp, terminal))
    if (remark !== undefined) terminal.note(remark)
  }
  // Scripts see it only where there is nothing else.
  const seen = shown || (written !== undefined && written.file === undefined && written.bytes > 0)
  if (seen && (!terminal.attended || milliseconds === undefined)) return exitCodeOf(response)
  const time = terminal.attended && milliseconds !== undefined ? [`${milliseconds.toFixed(1)} ms`] : []
  const parts = [
    terminal.paintNote(ok ? 'green' : 'red', outcomeOf(response)),
    ...aboutContent(response, written?.bytes),
    ...time,
  ]
  const outcome = [...parts, ...(written?.file === undefined ? [] : [`written to ${written.file}`])].join(', ')
  terminal.note(stamp === undefined ? outcome : stamped(outcome, stamp, terminal))
  return exitCodeOf(response)
}

/** What has several lines begins below the time. */
function stamped<T extends string | Uint8Array>(content: T, stamp: string, { paint }: Terminal): T | string {
  if (typeof content !== 'string') return content
  return `${paint('dim', stamp)}${content.trimEnd().includes('\n') ? '\n' : '  '}${content}`
}

export function exitCodeOf({ code, ok }: Response): ExitCode {
  if (ok) return ExitCode.success
  return codeClass(code) === 5 ? ExitCode.serverError : ExitCode.clientError
}

/** Its content is a part of the outcome: a diagnostic payload (RFC 7252 5.5.2), or problem details. */
function isDiagnostic({ ok, contentFormat }: Response): boolean {
  return !ok && (contentFormat === undefined || contentFormat === ContentFormat.problemDetails)
}

function outcomeOf(response: Response): string {
  if (!response.ok) return printable(new ResponseError(response).message)
  const { options, uri } = response
  const location = uri?.locate(options.getAll(LocationPath), options.getAll(LocationQuery))
  return `${describeCode(response.code)}${location === undefined ? '' : ` at ${location}`}`
}

function aboutContent(response: Response, written: number | undefined): string[] {
  const { payload, contentFormat: format } = response
  const bytes = written ?? payload.length
  const etag = response.options.get(ETag)
  const version = etag === undefined ? [] : [`ETag 0x${toHex(etag)}`]
  if ((bytes === 0 && written === undefined) || isDiagnostic(response)) return version
  return [
    ...(format === undefined ? [] : [briefFormatName(format)]),
    bytes === 1 ? '1 byte' : `${bytes} bytes`,
    ...version,
  ]
}
