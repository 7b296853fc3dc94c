// One data item: from bytes to a JavaScript value (RFC 8949 3). The table of what becomes what is in cbor.ts.

import { toHex } from '../bytes/hex.ts'
import { joined } from '../bytes/joined.ts'
import { encodeItem } from './item-encoder.ts'
import type { CborReader } from './reader.ts'
import { Simple, Tagged } from './tagged.ts'
import { CborWriter } from './writer.ts'

export interface CborDecodeOptions {
  /** Take arrays, maps and strings of indefinite length too (RFC 8949 3.2), as encoders write that stream. Default: false. */
  readonly indefiniteLengths?: boolean
  /**
   * What maps become. `'object'`, the default: a plain object if all keys are text, as in JSON, else a `Map`.
   * `'map'`: always a `Map`, for protocols with numbers as keys, where an empty map should be no exception.
   */
  readonly maps?: 'object' | 'map'
}

export const cborDecodeDefaults: Required<CborDecodeOptions> = { indefiniteLengths: false, maps: 'object' }

/** Reads one item with all that it holds. What is returned means nothing once the reader has a fault. */
export function decodeItem(reader: CborReader, options: Required<CborDecodeOptions>, depth = 0): unknown {
  if (!reader.readHead(depth)) return undefined
  if (reader.isIndefinite && !options.indefiniteLengths) return reader.fail('an indefinite length, not allowed here')
  switch (reader.major) {
    case 0:
      return reader.argument
    case 1:
      return negative(reader.argument)
    case 2:
      return reader.isIndefinite ? joined(chunks(reader, () => reader.bytes())) : reader.bytes()
    case 3:
      return reader.isIndefinite ? chunks(reader, () => reader.text()).join('') : reader.text()
    case 4:
      return decodeArray(reader, options, depth)
    case 5:
      return decodeMap(reader, options, depth)
    case 6:
      return decodeTagged(reader, options, depth)
    default:
      return decodeSimpleOrFloat(reader)
  }
}

function negative(argument: number | bigint): number | bigint {
  return argument < Number.MAX_SAFE_INTEGER ? -1 - Number(argument) : -1n - BigInt(argument)
}

function chunks<T>(reader: CborReader, read: () => T): T[] {
  const { major } = reader
  const found: T[] = []
  while (reader.readChunkHead(major)) found.push(read())
  return found
}

function decodeArray(reader: CborReader, options: Required<CborDecodeOptions>, depth: number): unknown[] {
  const items: unknown[] = []
  for (const more = reader.items(1); more(); ) items.push(decodeItem(reader, options, depth + 1))
  return items
}

function decodeMap(reader: CborReader, options: Required<CborDecodeOptions>, depth: number): unknown {
  const map = new Map<unknown, unknown>()
  const compounds = new Set<string>()
  let allText = true
  for (const more = reader.items(2); more(); ) {
    const at = reader.offset
    const key = decodeItem(reader, options, depth + 1)
    if (reader.fault !== undefined) break
    if (isKnown(key, map, compounds)) return reader.fail('a key that the map has already', at)
    allText &&= typeof key === 'string'
    map.set(key, decodeItem(reader, options, depth + 1))
  }
  // fromEntries defines properties, it does not assign them: a key `__proto__` is a key like any other
  return allText && options.maps === 'object' ? Object.fromEntries(map) : map
}

/** Bytes, arrays, maps and tagged items are equal if their deterministic encodings are; a Map compares by identity. */
function isKnown(key: unknown, map: ReadonlyMap<unknown, unknown>, compounds: Set<string>): boolean {
  if (typeof key !== 'object' || key === null) return map.has(key)
  const writer = new CborWriter()
  encodeItem(key, writer)
  const encoded = toHex(writer.result())
  if (compounds.has(encoded)) return true
  compounds.add(encoded)
  return false
}

type Rule = readonly [admits: (content: unknown) => boolean, what: string]

/** Bounded, since what can be done with a longer one takes time in the square of its length. */
const largeInteger: Rule = [
  (content) => content instanceof Uint8Array && content.length <= 1024,
  'the bytes of a large integer, 1024 at most',
]

/** What content a tag admits (RFC 8949 3.4): a value that breaks it is not valid (5.3.2). */
const contents: ReadonlyMap<number | bigint, Rule> = new Map([
  [0, [(content) => typeof content === 'string', 'text with a date and time']],
  [1, [(content) => typeof content === 'number' || typeof content === 'bigint', 'a number of seconds']],
  [2, largeInteger],
  [3, largeInteger],
  [24, [(content) => content instanceof Uint8Array, 'the bytes of a data item']],
])

function decodeTagged(reader: CborReader, options: Required<CborDecodeOptions>, depth: number): unknown {
  const { argument: tag, start } = reader
  const content = decodeItem(reader, options, depth + 1)
  if (reader.fault !== undefined) return undefined
  const [admits, what] = contents.get(tag) ?? []
  if (admits?.(content) === false) return reader.fail(`tag ${tag} is for ${what}`, start)
  if (tag === 2) return asInteger(unsigned(content as Uint8Array))
  if (tag === 3) return asInteger(-1n - unsigned(content as Uint8Array))
  return new Tagged(tag, content)
}

function unsigned(bytes: Uint8Array): bigint {
  return BigInt(`0x0${toHex(bytes)}`)
}

/** A number where it is exact, else a bigint. */
function asInteger(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

function decodeSimpleOrFloat(reader: CborReader): unknown {
  switch (reader.info) {
    case 20:
      return false
    case 21:
      return true
    case 22:
      return null
    case 23:
      return undefined
    case 25:
    case 26:
    case 27:
      return reader.float()
    default:
      return new Simple(Number(reader.argument))
  }
}
