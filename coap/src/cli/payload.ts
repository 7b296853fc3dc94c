// The payload of a request: from the command line, a file, or standard input.

import { readFileSync, statSync } from 'node:fs'
import { encodeCbor } from '../cbor/cbor.ts'
import type { MethodInit } from '../client/client.ts'
import { ContentFormat } from '../message/content-format.ts'
import type { Invocation } from './command.ts'
import { CommandError, usageError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'
import { formatOfFile } from './file-format.ts'
import { formatNumber } from './format-name.ts'

/** What one message carries, until there is block-wise transfer. */
const mostBytes = 1024

/** The payload and what it is; nothing if there is none. Throws a `CommandError`. */
export async function payloadInit(invocation: Invocation): Promise<Pick<MethodInit, 'body' | 'contentFormat'>> {
  const { arguments: given } = invocation
  const [, text] = given.positionals
  const file = given.get('file')
  const named = given.get('content-format')
  const format = named === undefined ? undefined : formatNumber(named)
  if (text !== undefined && file !== undefined)
    throw usageError('a request has one payload: as an argument, or by --file')
  if (text === undefined && file === undefined) {
    if (named !== undefined) throw usageError('--content-format says what a payload is, and there is none')
    return {}
  }
  const path = file ?? (text?.startsWith('@') ? text.slice(1) : text === '-' ? '-' : undefined)
  if (path !== undefined) {
    const body = path === '-' ? await readStandardInput(invocation) : readFile(path)
    const contentFormat = format ?? (path === '-' ? undefined : formatOfFile(path))
    return { body, ...(contentFormat !== undefined && { contentFormat }) }
  }
  const body = format === ContentFormat.cbor ? cborOf(text as string) : (text as string)
  return { body: checked(body), ...(format !== undefined && { contentFormat: format }) }
}

/** JSON is what people can type. */
function cborOf(text: string): Uint8Array {
  try {
    return encodeCbor(JSON.parse(text))
  } catch (error) {
    throw new CommandError(
      ExitCode.data,
      `as CBOR the payload is typed in JSON, and it is none: ${(error as Error).message}`,
      'CBOR that exists already is sent by --file',
    )
  }
}

function readFile(path: string): Uint8Array {
  try {
    const status = statSync(path)
    if (status.isFile() && status.size > mostBytes) throw tooLong(`${path} has ${status.size} bytes`)
    return checked(readFileSync(path))
  } catch (error) {
    if (error instanceof CommandError) throw error
    throw new CommandError(ExitCode.noInput, describeFileError(error, path))
  }
}

async function readStandardInput({ arguments: given, terminal, signal }: Invocation): Promise<Uint8Array> {
  const { stdin } = process
  if (stdin.isTTY) terminal.note('Type the payload; Ctrl-D ends it.')
  else if (given.has('verbose')) terminal.note('Reading the payload from standard input.')
  const chunks: Uint8Array[] = []
  let length = 0
  const stop = (): void => void stdin.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  try {
    for await (const chunk of stdin) {
      chunks.push(chunk as Uint8Array)
      length += (chunk as Uint8Array).length
      if (length > mostBytes) throw tooLong('standard input has more than that')
    }
  } finally {
    signal.removeEventListener('abort', stop)
    stdin.destroy()
  }
  return Buffer.concat(chunks)
}

function checked<T extends string | Uint8Array>(body: T): T {
  const length = typeof body === 'string' ? Buffer.byteLength(body) : body.length
  if (length > mostBytes) throw tooLong(`the payload has ${length} bytes`)
  return body
}

function tooLong(what: string): CommandError {
  return new CommandError(
    ExitCode.data,
    `a request carries at most ${mostBytes} bytes for now, and ${what}`,
    'send it in parts, until there is block-wise transfer',
  )
}

/** `no such file: x.json`, for whatever node:fs has thrown. */
export function describeFileError(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ENOENT':
      return `there is no file ${path}`
    case 'EACCES':
    case 'EPERM':
      return `${path} may not be read by you`
    case 'EISDIR':
      return `${path} is a folder`
    case 'ENOTDIR':
      return `${path} lies in what is no folder`
    default:
      return `${path} cannot be read: ${code ?? message}`
  }
}
