// One data item: from a JavaScript value to bytes, deterministically (RFC 8949 4.2.1). The table is in cbor.ts.

import { toHex } from '../bytes/hex.ts'
import { UsageError } from '../errors.ts'
import { maxDepth } from './reader.ts'
import { Simple, Tagged } from './tagged.ts'
import type { CborWriter } from './writer.ts'

/** Writes a value with all that it holds. Throws a `UsageError` for what CBOR has no place for. */
export function encodeItem(value: unknown, writer: CborWriter, depth = 0): void {
  if (depth > maxDepth) throw new UsageError(`a value nested deeper than ${maxDepth}, or one that contains itself`)
  if (typeof value === 'number') encodeNumber(value, writer)
  else if (typeof value === 'bigint') encodeInteger(value, writer)
  else if (typeof value === 'string') writer.text(value)
  else if (value === false) writer.head(7, 20)
  else if (value === true) writer.head(7, 21)
  else if (value === null) writer.head(7, 22)
  else if (value === undefined) writer.head(7, 23)
  else if (typeof value === 'object') encodeObject(value, writer, depth)
  else throw new UsageError(`CBOR has no place for a ${typeof value}`)
}

function encodeNumber(value: number, writer: CborWriter): void {
  if (!Number.isSafeInteger(value) || Object.is(value, -0)) writer.float(value)
  else if (value >= 0) writer.head(0, value)
  else writer.head(1, -1 - value)
}

/** In 64 bits if it fits, else as the bytes of a large integer (RFC 8949 3.4.3). */
function encodeInteger(value: bigint, writer: CborWriter): void {
  const argument = value < 0n ? -1n - value : value
  if (argument < 2n ** 64n) {
    writer.head(value < 0n ? 1 : 0, argument)
  } else {
    writer.head(6, value < 0n ? 3 : 2)
    writer.byteString(bytesOf(argument))
  }
}

function bytesOf(value: bigint): Uint8Array {
  const digits = value.toString(16)
  const bytes = new Uint8Array(Math.ceil(digits.length / 2))
  let rest = value
  for (let at = bytes.length - 1; at >= 0; at--) {
    bytes[at] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return bytes
}

function encodeObject(value: object, writer: CborWriter, depth: number): void {
  if (value instanceof Uint8Array) writer.byteString(value)
  else if (Array.isArray(value)) encodeArray(value, writer, depth)
  else if (value instanceof Map) encodeMap([...value], writer, depth)
  else if (value instanceof Tagged) encodeTagged(value, writer, depth)
  else if (value instanceof Simple) writer.head(7, value.value)
  else if (isPlain(value)) encodeMap(Object.entries(value), writer, depth)
  else throw new UsageError(`CBOR has no place for a ${value.constructor.name}: give what it holds, or a Tagged`)
}

function encodeTagged({ tag, content }: Tagged, writer: CborWriter, depth: number): void {
  writer.head(6, tag)
  encodeItem(content, writer, depth + 1)
}

function encodeArray(items: readonly unknown[], writer: CborWriter, depth: number): void {
  writer.head(4, items.length)
  for (const item of items) encodeItem(item, writer, depth + 1)
}

/** Keys in the bytewise order of their encodings, which decides too whether two of them are the same. */
function encodeMap(pairs: readonly (readonly [unknown, unknown])[], writer: CborWriter, depth: number): void {
  writer.head(5, pairs.length)
  const start = writer.length
  const entries: Entry[] = []
  for (const [key, value] of pairs) {
    const at = writer.length - start
    encodeItem(key, writer, depth + 1)
    const keyEnd = writer.length - start
    encodeItem(value, writer, depth + 1)
    entries.push({ at, keyEnd, end: writer.length - start })
  }
  sortEntries(entries, writer.since(start))
}

/** Where in a map's content an entry begins, its key ends, and it ends. */
interface Entry {
  readonly at: number
  readonly keyEnd: number
  readonly end: number
}

/** Puts the content of a map in order, in place. */
function sortEntries(entries: readonly Entry[], content: Uint8Array): void {
  if (entries.every((entry, index) => index === 0 || compareKeys(entries[index - 1] as Entry, entry, content) < 0))
    return
  const unsorted = content.slice()
  let at = 0
  for (const entry of entries.toSorted((one, other) => compareKeys(one, other, unsorted))) {
    content.set(unsorted.subarray(entry.at, entry.end), at)
    at += entry.end - entry.at
  }
}

/** No encoding is the beginning of another one, so there is a difference before either ends (RFC 8949 4.2.1). */
function compareKeys(one: Entry, other: Entry, content: Uint8Array): number {
  for (let index = 0; one.at + index < one.keyEnd; index++) {
    const difference = (content[one.at + index] as number) - (content[other.at + index] as number)
    if (difference !== 0) return difference
  }
  const key = toHex(content.subarray(one.at, one.keyEnd))
  throw new UsageError(`a map has two keys that are the same in CBOR: ${key}`)
}

/** An object of no class, of this or another realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}
