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

/** UTF-8 in Net-Unicode form (RFC 5198). Short ASCII, nearly all there is, goes without a codec: five times as fast. */
export const string: OptionFormat<string> = {
  name: 'string',
  read(bytes, start, end) {
    let text = ''
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      if (byte >= 0x80) return decodeUtf8(bytes, start, end)
      text += String.fromCharCode(byte)
    }
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
