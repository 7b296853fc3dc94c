// Values as content and back: each Content-Format that is offered is a line, and the client's Accept and Content-Format choose
// (RFC 7252 5.5.4, 5.10.3, 5.10.4).

import { decodeCbor, encodeCbor } from '../cbor/cbor.ts'
import type { Request } from '../handler/request.ts'
import { type Content, Response, ResponseError } from '../handler/response.ts'
import { formatLinks } from '../links/format-links.ts'
import { Link } from '../links/link.ts'
import { parseLinks } from '../links/parse-links.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { decodeUtf8 } from '../message/option-format.ts'
import { describeFormats, notAcceptable } from './answer.ts'

/** How values of a type are written in a Content-Format, and read. */
export interface Representation<T = unknown> {
  readonly format: ContentFormat
  /** Undefined if a value cannot be written so. */
  write(value: T): Content | undefined
  /** Throws if the bytes are not of the format. */
  read(bytes: Uint8Array): T
}

/** The formats that are known here. One of your own is an object like these. */
export const representations: {
  readonly text: Representation
  readonly json: Representation
  readonly cbor: Representation
  readonly linkFormat: Representation
  readonly octets: Representation
} = {
  /** Strings; of numbers and truth values their text. */
  text: {
    format: ContentFormat.text,
    write: (value) => (['string', 'number', 'bigint', 'boolean'].includes(typeof value) ? String(value) : undefined),
    read: readText,
  },
  json: {
    format: ContentFormat.json,
    write: (value) => (value instanceof Uint8Array ? undefined : JSON.stringify(value)),
    read: (bytes) => JSON.parse(readText(bytes)),
  },
  cbor: {
    format: ContentFormat.cbor,
    write: (value) => encodeCbor(value),
    read: (bytes) => decodeCbor(bytes, { indefiniteLengths: true }),
  },
  /** Lists of links. */
  linkFormat: {
    format: ContentFormat.linkFormat,
    write: (value) =>
      Array.isArray(value) && value.every((item) => item instanceof Link) ? formatLinks(value) : undefined,
    read: (bytes) => parseLinks(readText(bytes)),
  },
  /** Bytes as they are. */
  octets: {
    format: ContentFormat.octets,
    write: (value) => (value instanceof Uint8Array ? value : undefined),
    read: (bytes) => bytes.slice(),
  },
}

/** What values are offered in if nothing else is said: the first that fits goes to clients that accept anything. */
const usual: readonly Representation[] = [
  representations.json,
  representations.octets,
  representations.cbor,
  representations.text,
]

/**
 * 2.05 with a value in the format that the client accepts, or in the first one if it does not say; 4.06 if it accepts none of them.
 * Offered are JSON, CBOR, and text for what is no object, unless you say otherwise.
 */
export function represent<T>(
  request: Request,
  value: T,
  formats: readonly Pick<Representation<T>, 'format' | 'write'>[] = usual,
): Response {
  const { accept } = request
  for (const representation of formats) {
    const { format } = representation
    const content = accept === undefined || accept === format ? representation.write(value) : undefined
    if (content !== undefined) return Response.of(Code.Content, content, format)
  }
  const offered = formats.filter((representation) => representation.write(value) !== undefined)
  return notAcceptable(offered.map(({ format }) => format))
}

/**
 * The value that a request carries, read as its Content-Format says; as the first of `formats`, if it does not say. Throws a
 * `ResponseError`: 4.15 for another format, 4.00 for what is malformed.
 */
export function contentOf(request: Request): unknown
export function contentOf<T>(request: Request, formats: readonly Pick<Representation<T>, 'format' | 'read'>[]): T
export function contentOf(
  request: Request,
  formats: readonly Pick<Representation, 'format' | 'read'>[] = usual,
): unknown {
  const { contentFormat } = request
  const chosen = formats.find(({ format }) => contentFormat === undefined || contentFormat === format)
  if (chosen === undefined) throw new ResponseError(unsupported(formats.map(({ format }) => format)))
  try {
    return chosen.read(request.payload)
  } catch (error) {
    const { message } = error as Error
    throw new ResponseError(Response.diagnostic(Code.BadRequest, `no ${describeFormats([chosen.format])}: ${message}`))
  }
}

/** 4.15: what is taken instead is for people to read. */
export function unsupported(accepted: readonly ContentFormat[]): Response {
  return Response.diagnostic(Code.UnsupportedContentFormat, `accepted: ${describeFormats(accepted)}`)
}

function readText(bytes: Uint8Array): string {
  const text = decodeUtf8(bytes)
  if (text === undefined) throw new TypeError('not UTF-8')
  return text
}
