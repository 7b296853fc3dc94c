// The payload of a request: from the command line, a file, or standard input.

import { encodeCbor } from '../cbor/cbor.ts'
import type { MethodInit } from '../client/client.ts'
import { ContentFormat } from '../message/content-format.ts'
import { begun, chained, fileChunks, openToRead } from './byte-chunks.ts'
import type { Invocation } from './command.ts'
import { CommandError, usageError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'
import { formatOfFile } from './file-format.ts'
import { formatNumber } from './format-name.ts'

/** What has no more is read whole: so much can be sent once more from its beginning, where a server asks for that. */
const wholeBytes = 1_048_576

/** The payload and what it is; nothing if there is none. Throws a `CommandError`. */
export async function payloadInit(
  invocation: Invocation,
): Promise<Pick<MethodInit, 'body' | 'size' | 'contentFormat'>> {
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
    const body = path === '-' ? await standardInput(invocation) : await fileBody(path)
    const contentFormat = format ?? (path === '-' ? undefined : formatOfFile(path))
    return { ...body, ...(contentFormat !== undefined && { contentFormat }) }
  }
  const body = format === ContentFormat.cbor ? cborOf(text as string) : (text as string)
  return { body, ...(format !== undefined && { contentFormat: format }) }
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

type Sent = Pick<MethodInit, 'body' | 'size'>

async function fileBody(path: string): Promise<Sent> {
  try {
    const { file, size } = openToRead(path)
    return await sentOf(fileChunks(file), size)
  } catch (error) {
    throw new CommandError(ExitCode.noInput, describeFileError(error, path))
  }
}

async function standardInput({ arguments: given, terminal, signal }: Invocation): Promise<Sent> {
  const { stdin } = process
  if (stdin.isTTY) terminal.note('Type the payload; Ctrl-D ends it.')
  else if (given.has('verbose')) terminal.note('Reading the payload from standard input.')
  const stop = (): void => void stdin.destroy(signal.reason as Error)
  signal.addEventListener('abort', stop, { once: true })
  return await sentOf(stdin)
}

/** What is long is read as the server asks for it. */
async function sentOf(chunks: AsyncIterable<Uint8Array>, size?: number): Promise<Sent> {
  const { first, rest } = await begun(chunks, wholeBytes)
  if (rest === undefined) return { body: Buffer.concat(first) }
  return { body: chained(first, rest), ...(size !== undefined && { size }) }
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
