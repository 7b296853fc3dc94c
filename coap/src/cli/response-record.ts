// --json: a response as an object for machines. Its fields are promised in docs/cli.md.

import { toHex } from '../bytes/hex.ts'
import type { Response } from '../handler/response.ts'
import { codeName, formatCode } from '../message/code.ts'
import { type ContentFormat, isText, mediaTypeOf } from '../message/content-format.ts'
import { optionOf } from '../message/option.ts'
import { decodeUtf8 } from '../message/option-format.ts'
import type { RawOption } from '../message/options.ts'
import { describeAddress } from '../network/address.ts'

export interface ResponseRecord {
  readonly code: string
  readonly name: string
  readonly ok: boolean
  readonly uri?: string
  readonly peer?: string
  readonly milliseconds?: number
  readonly contentFormat?: { readonly number: number; readonly mediaType?: string }
  readonly options: readonly {
    readonly number: number
    readonly name: string
    readonly value: string | number | true
  }[]
  readonly content:
    | { readonly bytes: number; readonly base64: string; readonly text?: string; readonly json?: unknown }
    | { readonly bytes: number; readonly file: string }
}

/** `written`: the content has gone into a file. */
export function responseRecord(
  response: Response,
  milliseconds: number | undefined,
  written?: { readonly bytes: number; readonly file?: string },
): ResponseRecord {
  const { code, ok, uri, peer, contentFormat: format } = response
  const [association] = peer.associations
  const mediaType = format === undefined ? undefined : mediaTypeOf(format)
  return {
    code: formatCode(code),
    name: codeName(code),
    ok,
    ...(uri !== undefined && { uri: uri.toString() }),
    ...(association !== undefined && { peer: describeAddress(association.path.remote) }),
    ...(milliseconds !== undefined && { milliseconds: Number(milliseconds.toFixed(3)) }),
    ...(format !== undefined && { contentFormat: { number: format, ...(mediaType !== undefined && { mediaType }) } }),
    options: [...response.options].map(optionRecord),
    content:
      written?.file === undefined
        ? contentRecord(response.payload, format)
        : { bytes: written.bytes, file: written.file },
  }
}

function optionRecord({ number, value }: RawOption): ResponseRecord['options'][number] {
  const { name, format } = optionOf(number)
  const read = format.read(value, 0, value.length)
  const known = typeof read === 'string' || typeof read === 'number' || read === true
  return { number, name, value: known ? read : `0x${toHex(value)}` }
}

function contentRecord(payload: Uint8Array, format: ContentFormat | undefined): ResponseRecord['content'] {
  const text = format === undefined || isText(format) ? decodeUtf8(payload) : undefined
  const json =
    text !== undefined && format !== undefined && /[/+]json\b/.test(mediaTypeOf(format) ?? '') ? parsed(text) : {}
  return {
    bytes: payload.length,
    base64: Buffer.from(payload).toString('base64'),
    ...(text !== undefined && { text }),
    ...json,
  }
}

function parsed(text: string): { readonly json?: unknown } {
  try {
    return { json: JSON.parse(text) }
  } catch {
    return {} // the text is there
  }
}
