// Messages of a DuplicateRing that came one after the other, with their replies: numbers in one block of memory, bytes in another.
// They are forgotten together, so a reply needs no order among the others.

/** 32 bits each, of an entry: */
const words = 6
export const keyLow = 0
/** The upper bits of the key << 16 | Message ID */
export const keyHighAndId = 1
export const token = 2
/** When it ends, in the ring's units. */
export const ends = 3
/** The 32 lower bits of the number of the next older entry of the same bucket; it may be gone by now. */
export const next = 4
/** Where its reply begins. */
const place = 5

/** And the reply's length in 16 bits. */
export const bytesPerEntry: number = 4 * words + 2

/** Bytes for replies come in such steps at least. */
const step = 256

export class DuplicateChunk {
  /** How many entries there are. */
  size = 0
  /** When the last of them ends. */
  ends = 0
  readonly #numbers: Uint32Array
  readonly #lengths: Uint16Array
  #replies: Uint8Array
  #used = 0

  /** Has room for so many entries, and at first for so many bytes of replies. */
  constructor(entries: number, replies: number) {
    const block = new ArrayBuffer(entries * bytesPerEntry)
    this.#numbers = new Uint32Array(block, 0, entries * words)
    this.#lengths = new Uint16Array(block, 4 * this.#numbers.length)
    this.#replies = new Uint8Array(replies)
  }

  /** Bytes that it takes now. */
  get footprint(): number {
    return this.#numbers.buffer.byteLength + this.#replies.length
  }

  /** Bytes that its replies take. */
  get used(): number {
    return this.#used
  }

  get(entry: number, word: number): number {
    return this.#numbers[entry * words + word] as number
  }

  set(entry: number, word: number, value: number): void {
    this.#numbers[entry * words + word] = value
  }

  /** The length of the reply; 0 if there is none. */
  length(entry: number): number {
    return this.#lengths[entry] as number
  }

  /** A view of the reply; undefined if there is none. */
  reply(entry: number): Uint8Array | undefined {
    const length = this.length(entry)
    if (length === 0) return undefined
    const start = this.get(entry, place)
    return this.#replies.subarray(start, start + length)
  }

  /** How many more bytes it will take to keep a reply of this length. */
  growth(length: number): number {
    const lacking = this.#used + length - this.#replies.length
    return lacking <= 0 ? 0 : Math.max(lacking, step, this.#replies.length >>> 2)
  }

  /** Keeps a copy. */
  store(entry: number, reply: Uint8Array, length: number): void {
    const growth = this.growth(length)
    if (growth > 0) {
      const replies = new Uint8Array(this.#replies.length + growth)
      replies.set(this.#replies)
      this.#replies = replies
    }
    const start = this.#used
    for (let at = 0; at < length; at++) this.#replies[start + at] = reply[at] as number
    this.#used += length
    this.set(entry, place, start)
    this.#lengths[entry] = length
  }

  /** Begins anew, with the same memory. */
  clear(): void {
    this.size = 0
    this.ends = 0
    this.#used = 0
    this.#lengths.fill(0)
  }
}
