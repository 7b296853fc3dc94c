// The four formats of option values (RFC 7252 3.2), each read from a packet and written into one without a copy between.

export interface OptionFormat<T> {
  readonly name: 'empty' | 'opaque' | 'string' | 'uint'
  /** The value in `bytes[start..end)`; undefined where these bytes are no value of the format. */
  read(bytes: Uint8Array, start: number, end: number): T | undefined
  /** How many bytes `write` will take. */
  size(value: T): number
  write(value: T, into: Uint8Array, at: number): void
}

/** Present or not; there is no value. */
export const empty: OptionFormat<true> = {
  name: 'empty',
  read: () => true,
  size: () => 0,
  write: () => {},
}

/** Bytes. Read as a copy: whoever gets one may keep it. */
export const opaque: OptionFormat<Uint8Array> = {
  name: 'opaque',
  read: (bytes, start, end) => bytes.slice(start, end),
  size: (value) => value.length,
  write: (value, into, at) => into.set(value, at),
}

/** A non-negative integer in as few bytes as it takes, zero in none; leading zeros are read, never written. At most 2^53 - 1. */
export const uint: OptionFormat<number> = {
  name: 'uint',
  read(bytes, start, end) {
    let value = 0
    for (let at = start; at < end; at++) value = value * 256 + (bytes[at] as number)
    return value <= Number.MAX_SAFE_INTEGER ? value : undefined
  },
  size(value) {
    let size = 0
    for (let rest = value; rest >= 1; rest /= 256) size++
    return size
  },
  write(value, into, at) {
    let rest = value
    for (let index = at + uint.size(value) - 1; index >= at; index--) {
      into[index] = rest % 256
      rest = Math.floor(rest / 256)
    }
  },
}

/**
 * UTF-8 in Net-Unicode form (RFC 5198). Short ASCII, nearly all there is, goes without a codec: five times as fast. And the same texts
 * come again and again: one that was read before is given out once more, which is three times as fast again, and found faster in maps.
 */
export const string: OptionFormat<string> = {
  name: 'string',
  read(bytes, start, end) {
    const length = end - start
    if (length > longestKept) return readText(bytes, start, end)
    let hash = length
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + (bytes[at] as number)) | 0
    const slot = (hash ^ (hash >>> 9)) & (kept.length - 1)
    const known = kept[slot] as string
    if (isText(known, bytes, start, length)) return known
    const text = readText(bytes, start, end)
    if (text?.length === length) kept[slot] = text
    return text
  },
  size(value) {
    for (let index = 0; index < value.length; index++) {
      if (value.charCodeAt(index) >= 0x80) return encoder.encode(value).length
    }
    return value.length
  },
  write(value, into, at) {
    for (let index = 0; index < value.length; index++) {
      const unit = value.charCodeAt(index)
      if (unit >= 0x80) {
        encoder.encodeInto(value, into.subarray(at))
        return
      }
      into[at + index] = unit
    }
  },
}

/** UTF-8 of a text. */
export function encodeUtf8(text: string): Uint8Array {
  if (text.length > shortText) return encoder.encode(text)
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0x80) return encoder.encode(text)
    bytes[index] = unit
  }
  return bytes
}

/** The texts of ASCII that were read last, by their hash. Who asks for many different ones slows nobody down much, and fills nothing. */
const kept: string[] = new Array<string>(512).fill('')
const longestKept = 24

function isText(text: string, bytes: Uint8Array, start: number, length: number): boolean {
  if (text.length !== length) return false
  for (let at = 0; at < length; at++) if (text.charCodeAt(at) !== bytes[start + at]) return false
  return true
}

function readText(bytes: Uint8Array, start: number, end: number): string | undefined {
  let text = ''
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    if (byte >= 0x80) return decodeUtf8(bytes, start, end)
    text += String.fromCharCode(byte)
  }
  return text
}

/** Text from strict UTF-8; undefined for anything else. */
export function decodeUtf8(bytes: Uint8Array, start = 0, end: number = bytes.length): string | undefined {
  try {
    return decoder.decode(bytes.subarray(start, end))
  } catch {
    return undefined // not UTF-8: the option counts as unrecognized (RFC 7252 5.4.3)
  }
}

/** Up to here the loop is faster than the codec. */
const shortText = 64
const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
