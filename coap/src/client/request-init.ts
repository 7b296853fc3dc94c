// What a caller says about a request beside its URL, and the request made of it.

import { encodeCbor } from '../cbor/cbor.ts'
import type { Signal } from '../context/signal.ts'
import { UsageError } from '../errors.ts'
import { Request } from '../handler/request.ts'
import { Code, type Method, methods } from '../message/code.ts'
import { ContentFormat, contentFormat } from '../message/content-format.ts'
import { Accept, ContentFormatOption } from '../message/option.ts'
import { Options } from '../message/options.ts'
import type { Transmission } from '../message/transmission.ts'
import type { Peer } from '../transport/transport.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import type { WaitOptions } from './wait.ts'

/** All of it optional; at most one of `body`, `json` and `cbor`. */
export interface ClientRequestInit extends WaitOptions {
  /** A name, or a code from 0.01 to 0.31. Default `GET`. */
  readonly method?: Method | Code
  /** Text is sent as UTF-8 and text/plain, bytes without a Content-Format, unless `contentFormat` says what it is. */
  readonly body?: string | Uint8Array
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
}

/** Throws a `UsageError` for what contradicts itself. */
export function requestOf(uri: CoapUri, init: ClientRequestInit, signal: Signal, peer: Peer | undefined): Request {
  const { body, format } = bodyOf(init)
  const { confirmable, transmission } = init
  const options = init.options?.clone() ?? new Options()
  if (format !== undefined && !options.has(ContentFormatOption)) options.add(ContentFormatOption, format)
  if (init.accept !== undefined && !options.has(Accept)) options.add(Accept, formatOf(init.accept))
  return new Request({
    code: codeOf(init.method ?? 'GET'),
    uri: init.query === undefined ? uri : uri.with({ query: [...uri.query, ...queryOf(init.query)] }),
    options,
    signal,
    ...(body !== undefined && { payload: body }),
    ...(peer !== undefined && { peer }),
    ...(confirmable !== undefined && { confirmable }),
    ...(transmission !== undefined && { transmission }),
  })
}

function codeOf(method: Method | Code): Code {
  if (typeof method === 'number') return method // the endpoint checks its range
  if (!methods.includes(method)) throw new UsageError(`'${method}' is no method: expected ${methods.join(', ')}`)
  return Code[method]
}

function bodyOf(init: ClientRequestInit): { readonly body?: Uint8Array; readonly format?: ContentFormat } {
  const { body, json, cbor } = init
  if ([body, json, cbor].filter((value) => value !== undefined).length > 1)
    throw new UsageError('a request has one body: give one of body, json and cbor')
  const named = init.contentFormat === undefined ? undefined : formatOf(init.contentFormat)
  if (json !== undefined) return { body: encoder.encode(textOf(json)), format: named ?? ContentFormat.json }
  if (cbor !== undefined) return { body: encodeCbor(cbor), format: named ?? ContentFormat.cbor }
  if (typeof body === 'string') return { body: encoder.encode(body), format: named ?? ContentFormat.text }
  if (body !== undefined && !(body instanceof Uint8Array))
    throw new UsageError('a body is text or a Uint8Array; for other values there are json and cbor')
  return { ...(body !== undefined && { body }), ...(named !== undefined && { format: named }) }
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
