// Reads CBOR head by head and string by string (RFC 8949 3), strictly and never beyond what is there. What comes from the
// network is not thrown: the first fault is kept, and whatever is read after it means nothing.

/** How deep items may nest, tags included: deeper than any protocol's, far from the end of the stack. */
export const maxDepth = 64

/** Why bytes are not CBOR, and where. */
export interface CborFault {
  readonly message: string
  readonly offset: number
}

const textDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const indefinite = 31

export class CborReader {
  /** Where the next head begins. */
  offset = 0
  fault: CborFault | undefined

  /** Of the head that was read last: where it began, its major type, its additional information, and its argument. */
  start = 0
  major = 0
  info = 0
  argument: number | bigint = 0

  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  /** How many bytes have not been read. */
  get left(): number {
    return this.#bytes.length - this.offset
  }

  get isIndefinite(): boolean {
    return this.info === indefinite
  }

  /** Keeps the first fault; by default it is in the head that was read last. */
  fail(message: string, offset: number = this.start): undefined {
    this.fault ??= { message, offset }
  }

  /** The head of an item that is inside of `depth` others. False: there was none, and there is a fault. */
  readHead(depth = 0): boolean {
    this.start = this.offset
    const initial = this.#bytes[this.offset]
    if (initial === undefined) {
      this.fail('the data ends where an item should begin')
      return false
    }
    this.offset++
    this.major = initial >> 5
    this.info = initial & 0x1f
    if (this.info < 24) this.argument = this.info
    else if (this.info < 28) this.#readArgument(1 << (this.info - 24))
    else if (this.info < indefinite) this.fail(`additional information ${this.info} is reserved`)
    else if (this.major === 7) this.fail('a break outside of an item of indefinite length')
    else if (this.major < 2 || this.major === 6) this.fail('an integer or a tag has no indefinite length')
    if (depth > maxDepth) this.fail(`items nested deeper than ${maxDepth}`)
    if (this.major === 7 && this.info === 24 && this.argument < 32) this.fail('a simple value below 32 in two bytes')
    return this.fault === undefined
  }

  /** The head of the next chunk of a string of indefinite length; false at its end (RFC 8949 3.2.3). */
  readChunkHead(major: number): boolean {
    if (this.fault !== undefined || this.#takeBreak() || !this.readHead()) return false
    if (this.major !== major || this.isIndefinite) this.fail('a string consists of whole strings of its own kind')
    return this.fault === undefined
  }

  /** Of an array or a map, whose head was read last: asks before each item, of `size` bytes at least, whether there is one. */
  items(size: number): () => boolean {
    if (this.isIndefinite) return () => this.fault === undefined && !this.#takeBreak()
    if (this.argument > this.left / size) this.fail(`${this.argument} items, but ${this.left} bytes`)
    let count = Number(this.argument)
    return () => this.fault === undefined && count-- > 0
  }

  /** A copy of the bytes whose length the head told. */
  bytes(): Uint8Array {
    const start = this.#takeString()
    return new Uint8Array(this.#bytes.subarray(start, this.offset))
  }

  text(): string {
    const start = this.#takeString()
    if (this.offset - start <= 32) {
      const ascii = this.#shortAscii(start)
      if (ascii !== undefined) return ascii
    }
    try {
      return textDecoder.decode(this.#bytes.subarray(start, this.offset))
    } catch {
      this.fail('text that is not UTF-8')
      return ''
    }
  }

  /** The floating-point number that the head was: half, single or double precision. */
  float(): number {
    const at = this.start + 1
    if (this.info === 25) return this.#view.getFloat16(at)
    return this.info === 26 ? this.#view.getFloat32(at) : this.#view.getFloat64(at)
  }

  #takeBreak(): boolean {
    if (this.#bytes[this.offset] !== 0xff) return false
    this.offset++
    return true
  }

  #readArgument(size: number): void {
    const at = this.offset
    if (this.left < size) {
      this.fail('the data ends within the head of an item')
      return
    }
    this.offset += size
    if (size === 1) this.argument = this.#view.getUint8(at)
    else if (size === 2) this.argument = this.#view.getUint16(at)
    else if (size === 4) this.argument = this.#view.getUint32(at)
    else if (this.#view.getUint16(at) >= 0x20) this.argument = this.#view.getBigUint64(at)
    else this.argument = this.#view.getUint32(at) * 2 ** 32 + this.#view.getUint32(at + 4)
  }

  /** Moves over the string whose head was read last, and returns where it began. */
  #takeString(): number {
    const start = this.offset
    if (this.argument <= this.left) this.offset += Number(this.argument)
    else this.fail(`a string of ${this.argument} bytes, but the data ends after ${this.left}`)
    return start
  }

  /** Five times as fast as TextDecoder for the short names that keys are. */
  #shortAscii(start: number): string | undefined {
    let text = ''
    for (let at = start; at < this.offset; at++) {
      const byte = this.#bytes[at] as number
      if (byte >= 0x80) return undefined
      text += String.fromCharCode(byte)
    }
    return text
  }
}
