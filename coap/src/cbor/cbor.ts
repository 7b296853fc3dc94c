// CBOR (RFC 8949) and CBOR sequences (RFC 8742): from bytes to values and back.
//
//   CBOR                          JavaScript
//   integer                       number where that is exact, else bigint (also of tags 2 and 3)
//   floating-point number         number
//   byte string, text string      Uint8Array, string
//   array                         array
//   map                           plain object if all keys are text, else Map (see CborDecodeOptions)
//   false, true, null, undefined  the same
//   another simple value, a tag   Simple, Tagged
//
// JavaScript has one number where CBOR has two: 1.0 is decoded as 1, and encoded as the integer. Encoding is deterministic
// (RFC 8949 4.2.1). Decoding is strict: what is not well-formed and valid, a map with the same key twice for instance, is
// refused, and so are items nested deeper than 64.

import { FormatError } from '../errors.ts'
import { type CborDecodeOptions, cborDecodeDefaults, decodeItem } from './item-decoder.ts'
import { encodeItem } from './item-encoder.ts'
import { type CborFault, CborReader } from './reader.ts'
import { CborWriter } from './writer.ts'

/** One data item. Throws a `UsageError` for what CBOR has no place for: a function, a `Date`, half of a surrogate pair. */
export function encodeCbor(value: unknown): Uint8Array {
  return encodeCborSequence([value])
}

/** One data item after the other, nothing between. Throws as `encodeCbor` does. */
export function encodeCborSequence(values: Iterable<unknown>): Uint8Array {
  const writer = new CborWriter()
  for (const value of values) encodeItem(value, writer)
  return writer.result()
}

/** The one data item that the bytes are. Throws a `FormatError` if they are anything else. Nothing of `bytes` is kept. */
export function decodeCbor(bytes: Uint8Array, options: CborDecodeOptions = {}): unknown {
  const reader = new CborReader(bytes)
  const value = decodeOne(reader, options)
  if (reader.fault !== undefined) throw formatError(reader.fault)
  return value
}

/** As `decodeCbor`, for bytes that come from the network: undefined if they are not exactly one data item. */
export function tryDecodeCbor(
  bytes: Uint8Array,
  options: CborDecodeOptions = {},
): { readonly value: unknown } | undefined {
  const reader = new CborReader(bytes)
  const value = decodeOne(reader, options)
  return reader.fault === undefined ? { value } : undefined
}

/** The data items that follow each other, none included. Throws as `decodeCbor` does. */
export function decodeCborSequence(bytes: Uint8Array, options: CborDecodeOptions = {}): unknown[] {
  const reader = new CborReader(bytes)
  const values: unknown[] = []
  while (reader.left > 0) {
    values.push(decodeItem(reader, { ...cborDecodeDefaults, ...options }))
    if (reader.fault !== undefined) throw formatError(reader.fault)
  }
  return values
}

/** The error for a user who gave bytes to decode. */
export function formatError(fault: CborFault): FormatError {
  return new FormatError(`not CBOR: ${fault.message} (byte ${fault.offset})`, { offset: fault.offset })
}

function decodeOne(reader: CborReader, options: CborDecodeOptions): unknown {
  const value = decodeItem(reader, { ...cborDecodeDefaults, ...options })
  if (reader.fault === undefined && reader.left > 0) reader.fail(`${reader.left} bytes after the item`, reader.offset)
  return value
}
