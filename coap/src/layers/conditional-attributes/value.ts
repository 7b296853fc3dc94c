// The value that conditions are about: draft-ietf-core-conditional-attributes defines them for numbers and booleans only.

import { tryDecodeCbor } from '../../cbor/cbor.ts'
import type { Response } from '../../handler/response.ts'
import { ContentFormat } from '../../message/content-format.ts'
import { decodeUtf8 } from '../../message/option-format.ts'

export type Value = number | boolean | undefined

/** A number or boolean as text, JSON or CBOR; undefined for anything else. */
export function scalarOf({ contentFormat, payload }: Response): Value {
  if (payload.length === 0 || payload.length > longest) return undefined
  if (contentFormat === ContentFormat.cbor) {
    const decoded = tryDecodeCbor(payload)
    return scalar(decoded?.value)
  }
  if (contentFormat !== undefined && contentFormat !== ContentFormat.text && contentFormat !== ContentFormat.json)
    return undefined
  const text = decodeUtf8(payload)?.trim()
  if (text === undefined || text === '') return undefined
  return text === 'true' ? true : text === 'false' ? false : scalar(Number(text))
}

/** No number has more bytes. */
const longest = 64

function scalar(value: unknown): Value {
  if (typeof value === 'bigint') return Number(value)
  return typeof value === 'boolean' || (typeof value === 'number' && Number.isFinite(value)) ? value : undefined
}
