// What a caller says about a request beside its URL, and the request made of it.

import { encodeCbor } from '../cbor/cbor.ts'
import type { Cancellation } from '../context/signal.ts'
import { UsageError } from '../errors.ts'
import { type Body, StreamBody, type StreamSource } from '../handler/body.ts'
import { Request } from '../handler/request.ts'
import type { RetryOptions } from '../handler/retry-options.ts'
import type { Transfer } from '../handler/transfer.ts'
import { Code, type Method, methods } from '../message/code.ts'
import { ContentFormat, contentFormat } from '../message/content-format.ts'
import { Accept, ContentFormatOption } from '../message/option.ts'
import { Options } from '../message/options.ts'
import type { Transmission } from '../message/transmission.ts'
import type { Peer } from '../transport/transport.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import type { WaitOptions } from './wait.ts'

/** All of it optional; at most one of `body`, `json` and `cbor`. */
export interface ClientRequestInit extends WaitOptions, Transfer {
  /** A name, or a code from 0.01 to 0.31. Default `GET`. */
  readonly method?: Method | Code
  /**
   * Text is sent as UTF-8 and text/plain, bytes without a Content-Format (in a FETCH as octets), unless `contentFormat` says what it is.
   * Of any length; what comes in chunks is read as the server asks for it (RFC 7959), and a function that gives the chunks from an
   * offset on lets a transfer begin anew where the server has lost blocks.
   */
  readonly body?: string | Uint8Array | StreamSource
  /** Bytes of a body that comes in chunks: the server is told with the first block (RFC 7959 4). */
  readonly size?: number
  /** A value to send as application/json. */
  readonly json?: unknown
  /** A value to send as application/cbor, encoded deterministically. */
  readonly cbor?: unknown
  /** What the body is: a number of the registry, or a media type (RFC 7252 5.10.3). */
  readonly contentFormat?: ContentFormat | string
  /** What the answer shall be (RFC 7252 5.10.4). Default: what the server likes. */
  readonly accept?: ContentFormat | string
  /** Added to the query of the URL: `['a=1', 'b']`, or `{ a: 1, b: true }` for the same. */
  readonly query?: readonly string[] | Readonly<Record<string, string | number | boolean>>
  /** Further options, and such as have a meaning above replace what their names would set. */
  readonly options?: Options
  /** Sent again until acknowledged (RFC 7252 4.2). Default true. */
  readonly confirmable?: boolean
  /** Transmission parameters for this request alone. */
  readonly transmission?: Transmission
  /** How it is repeated when the server has too much to do (RFC 8516). False: it is not. Default: as the client has it. */
  readonly retry?: RetryOptions | false
}

/** Throws a `UsageError` for what contradicts itself. */
export function requestOf(
  uri: CoapUri,
  init: ClientRequestInit,
  signal: Cancellation | undefined,
  peer: Peer | undefined,
): Request {
  const { payload, body, format } = bodyOf(init)
  const transfer = transferOf(init)
  const { confirmable, transmission, retry } = init
  const options = init.options?.clone() ?? new Options()
  const code = codeOf(init.method ?? 'GET')
  // A FETCH always says what its body is (RFC 8132 2.3.1).
  const named = format ?? (code === Code.FETCH ? ContentFormat.octets : undefined)
  if (named !== undefined && !options.has(ContentFormatOption)) options.add(ContentFormatOption, named)
  if (init.accept !== undefined && !options.has(Accept)) options.add(Accept, formatOf(init.accept))
  return new Request({
    code,
    uri: init.query === undefined ? uri : uri.with({ query: [...uri.query, ...queryOf(init.query)] }),
    options,
    signal,
    ...(payload !== undefined && { payload }),
    ...(body !== undefined && { body }),
    ...(transfer !== undefined && { transfer }),
    ...(peer !== undefined && { peer }),
    ...(confirmable !== undefined && { confirmable }),
    ...(transmission !== undefined && { transmission }),
    ...(retry !== undefined && { retry }),
  })
}

function codeOf(method: Method | Code): Code {
  if (typeof method === 'number') return method // the endpoint checks its range
  if (!methods.includes(method)) throw new UsageError(`'${method}' is no method: expected ${methods.join(', ')}`)
  return Code[method]
}

interface GivenBody {
  readonly payload?: Uint8Array
  readonly body?: Body
  readonly format?: ContentFormat
}

function bodyOf(init: ClientRequestInit): GivenBody {
  const { body, json, cbor, size } = init
  if ([body, json, cbor].filter((value) => value !== undefined).length > 1)
    throw new UsageError('a request has one body: give one of body, json and cbor')
  const named = init.contentFormat === undefined ? undefined : formatOf(init.contentFormat)
  if (json !== undefined) return { payload: encoder.encode(textOf(json)), format: named ?? ContentFormat.json }
  if (cbor !== undefined) return { payload: encodeCbor(cbor), format: named ?? ContentFormat.cbor }
  if (typeof body === 'string') return { payload: encoder.encode(body), format: named ?? ContentFormat.text }
  const format = named === undefined ? {} : { format: named }
  if (body === undefined) return format
  if (body instanceof Uint8Array) return { payload: body, ...format }
  if (typeof body === 'function' || (typeof body === 'object' && body !== null && Symbol.asyncIterator in body))
    return { body: new StreamBody(body, size), ...format }
  throw new UsageError(
    'a body is text, a Uint8Array, an async iterable of Uint8Arrays, or a function that gives one; for other values there are json and cbor',
  )
}

function transferOf({ stream, range, blockSize, progress }: Transfer): Transfer | undefined {
  if (range !== undefined && !(Number.isSafeInteger(range.start) && range.start >= 0))
    throw new UsageError(`a range begins at a number of bytes, not at ${range.start}`)
  if (stream === undefined && range === undefined && blockSize === undefined && progress === undefined) return undefined
  return {
    ...(stream !== undefined && { stream }),
    ...(range !== undefined && { range }),
    ...(blockSize !== undefined && { blockSize }),
    ...(progress !== undefined && { progress }),
  }
}

function textOf(value: unknown): string {
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new UsageError(`JSON has no place for a ${typeof value}`)
  return text
}

function formatOf(format: ContentFormat | string): ContentFormat {
  return typeof format === 'string' ? contentFormat(format) : format
}

function queryOf(query: NonNullable<ClientRequestInit['query']>): readonly string[] {
  if (Array.isArray(query)) return query
  return Object.entries(query).flatMap(([name, value]) =>
    value === false ? [] : value === true ? [name] : [`${name}=${value}`],
  )
}

const encoder = new TextEncoder()
