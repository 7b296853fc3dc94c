// Writes CBOR head by head and string by string, each in its shortest form (RFC 8949 4.2.1: preferred serialization).

import { UsageError } from '../errors.ts'

const textEncoder = new TextEncoder()
/** For numbers that are easier written by a DataView; used within one call only. */
const scratch = new DataView(new ArrayBuffer(8))

export class CborWriter {
  /** How many bytes have been written. */
  length = 0
  #buffer = new Uint8Array(64)

  /** A copy of what has been written. */
  result(): Uint8Array {
    return this.#buffer.slice(0, this.length)
  }

  /** A view of what has been written from `start` on; the next write may leave it behind. */
  since(start: number): Uint8Array {
    return this.#buffer.subarray(start, this.length)
  }

  /** The initial byte and the argument, at most 2^64 - 1, in as few bytes as it takes (RFC 8949 3). */
  head(major: number, argument: number | bigint): void {
    if (argument > 0xffff_ffff) {
      scratch.setBigUint64(0, BigInt(argument))
      this.#scratched(major, 27, 8)
      return
    }
    const value = Number(argument)
    this.#reserve(5)
    if (value < 24) {
      this.#byte((major << 5) | value)
    } else if (value <= 0xff) {
      this.#byte((major << 5) | 24)
      this.#byte(value)
    } else if (value <= 0xffff) {
      this.#byte((major << 5) | 25)
      this.#uint16(value)
    } else {
      this.#byte((major << 5) | 26)
      this.#uint16(value >>> 16)
      this.#uint16(value & 0xffff)
    }
  }

  /** The shortest of half, single and double precision that keeps the value; NaN has one form (RFC 8949 4.2.2). */
  float(value: number): void {
    if (Number.isNaN(value)) {
      scratch.setUint16(0, 0x7e00)
      this.#scratched(7, 25, 2)
    } else if (Math.f16round(value) === value) {
      scratch.setFloat16(0, value)
      this.#scratched(7, 25, 2)
    } else if (Math.fround(value) === value) {
      scratch.setFloat32(0, value)
      this.#scratched(7, 26, 4)
    } else {
      scratch.setFloat64(0, value)
      this.#scratched(7, 27, 8)
    }
  }

  byteString(bytes: Uint8Array): void {
    this.head(2, bytes.length)
    this.#append(bytes)
  }

  /** Throws a `UsageError` for half of a surrogate pair, which UTF-8 cannot express. */
  text(text: string): void {
    if (!text.isWellFormed()) throw new UsageError('text with half of a surrogate pair cannot become UTF-8')
    if (text.length <= 32 && this.#shortAscii(text)) return
    const bytes = textEncoder.encode(text)
    this.head(3, bytes.length)
    this.#append(bytes)
  }

  /** Five times as fast as TextEncoder for the short names that keys are. */
  #shortAscii(text: string): boolean {
    const before = this.length
    this.head(3, text.length)
    this.#reserve(text.length)
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit >= 0x80) {
        this.length = before
        return false
      }
      this.#byte(unit)
    }
    return true
  }

  #scratched(major: number, info: number, size: number): void {
    this.#reserve(1 + size)
    this.#byte((major << 5) | info)
    for (let at = 0; at < size; at++) this.#byte(scratch.getUint8(at))
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.length)
    this.length += bytes.length
  }

  #uint16(value: number): void {
    this.#byte(value >>> 8)
    this.#byte(value & 0xff)
  }

  /** Into what has been reserved. */
  #byte(value: number): void {
    this.#buffer[this.length++] = value
  }

  #reserve(size: number): void {
    const needed = this.length + size
    if (needed <= this.#buffer.length) return
    const grown = new Uint8Array(Math.max(needed, 2 * this.#buffer.length))
    grown.set(this.#buffer.subarray(0, this.length))
    this.#buffer = grown
  }
}
