// Content as a person reads it: by its Content-Format, or as --as says.

import { cborDiagnostic } from '../cbor/diagnostic.ts'
import { ContentFormat, isText, mediaTypeOf } from '../message/content-format.ts'
import { decodeUtf8 } from '../message/option-format.ts'
import { CommandError, usageError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'
import { hexDump } from './hex-dump.ts'
import { linkTable } from './link-table.ts'
import { printable } from './printable.ts'
import { suggestion } from './suggestion.ts'
import type { Paint } from './terminal.ts'

export interface Content {
  readonly payload: Uint8Array
  readonly format: ContentFormat | undefined
}

export interface Presented {
  /** Bytes are to be printed as they are. */
  readonly content: string | Uint8Array
  /** Why it is not shown as what it says it is. */
  readonly remark?: string
}

type Renderer = (content: Content, paint: Paint) => string | Uint8Array

/** A line for each value of --as. A renderer throws for content that is none of its kind. */
const renderers: Readonly<Record<string, Renderer>> = {
  text: ({ payload }) => printable(textOf(payload)),
  json: ({ payload }) => printable(JSON.stringify(JSON.parse(textOf(payload)), undefined, 2)),
  cbor: ({ payload, format }) => printable(cborDiagnostic(payload, { indent: 2, sequence: isSequence(format) })),
  links: ({ payload }, paint) => linkTable(textOf(payload), paint),
  hex: ({ payload }, paint) => hexDump(payload, paint),
  raw: ({ payload }) => payload,
}

/** What --as takes. */
export const presentations: readonly string[] = Object.keys(renderers)

/** Throws a `CommandError` if `how` is no way to show content. */
export function checkPresentation(how: string | undefined): void {
  if (how === undefined || Object.hasOwn(renderers, how)) return
  const near = suggestion(how, presentations)
  throw usageError(
    `--as takes ${presentations.join(', ')}, not '${how}'${near === undefined ? '' : `: did you mean ${near}?`}`,
  )
}

/** Throws a `CommandError` if the content is not what the user says that it is. What the server says wrongly is shown as bytes. */
export function present(content: Content, how: string | undefined, paint: Paint): Presented {
  const { format } = content
  const render = (name: string) => (renderers[name] as Renderer)(content, paint)
  if (how !== undefined) {
    try {
      return { content: render(how) }
    } catch (error) {
      throw new CommandError(
        ExitCode.data,
        `the content cannot be shown as ${how}: ${(error as Error).message}`,
        '--as hex shows any',
      )
    }
  }
  const own = kindOf(format)
  try {
    return { content: render(own) }
  } catch (error) {
    const readable = own !== 'text' && isReadable(content.payload)
    const remark =
      format === undefined
        ? {}
        : { remark: `The content is said to be ${mediaTypeOf(format)}, and is not: ${(error as Error).message}` }
    return { content: render(readable ? 'text' : 'hex'), ...remark }
  }
}

/** The way to show a format. */
function kindOf(format: ContentFormat | undefined): string {
  if (format === undefined) return 'text'
  const type = mediaTypeOf(format) ?? ''
  if (format === ContentFormat.linkFormat) return 'links'
  if (/[/+]cbor(?:-seq)?\b/.test(type) || /cose|cwt/.test(type)) return 'cbor'
  if (/[/+]json\b/.test(type) && isText(format)) return 'json'
  return isText(format) ? 'text' : 'hex'
}

function isSequence(format: ContentFormat | undefined): boolean {
  return format !== undefined && /cbor-seq\b/.test(mediaTypeOf(format) ?? '')
}

function textOf(payload: Uint8Array): string {
  const text = decodeUtf8(payload)
  if (text === undefined) throw new Error('it is not UTF-8')
  return text
}

/** Without control characters, which no text would have. */
function isReadable(payload: Uint8Array): boolean {
  const text = decodeUtf8(payload)
  return text !== undefined && !/[^\P{Cc}\s]/u.test(text)
}
