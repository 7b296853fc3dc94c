// The replies that duplicates get again, in one ring of bytes: a reply costs its length, and no object.

/** Bytes that it begins with at least, unless it may not have as many. */
const least = 1024

export class ReplyStore {
  readonly #most: number
  #bytes: Uint8Array
  /** Where the next reply goes, counted from the beginning of time. */
  #head = 0
  /** What lay before this place when the ring grew had been overwritten by then. */
  #floor = 0

  /** Takes at most so many bytes. */
  constructor(most: number) {
    let length = Math.floor(most)
    while (length >= 2 * least) length = Math.floor(length / 2)
    // It grows by doubling only: then a reply that was in one piece stays in one piece.
    this.#bytes = new Uint8Array(length)
    this.#most = most
  }

  /** Room that is taken, in bytes. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** No reply that is yet to come lies before this place. */
  get head(): number {
    return this.#head
  }

  /**
   * Keeps a copy, and says at which place; undefined if it is too long for all the room there may be. Nothing from `wanted` on is
   * overwritten as long as there may be more room; then the oldest goes.
   */
  put(reply: Uint8Array, length: number, wanted: number): number | undefined {
    this.#makeRoom(length, wanted)
    const capacity = this.#bytes.length
    if (length > capacity) return undefined
    let at = this.#head % capacity
    if (at + length > capacity) {
      this.#head += capacity - at // one piece: a reply never wraps around
      at = 0
    }
    for (let index = 0; index < length; index++) this.#bytes[at + index] = reply[index] as number
    const place = this.#head
    this.#head += length
    return place
  }

  /** Is the reply at a place still there? Younger ones may have taken its room. */
  has(place: number): boolean {
    return place >= this.#floor && this.#head - place <= this.#bytes.length
  }

  /** A view of what was put there, valid until the next `put`; ask `has` first. */
  get(place: number, length: number): Uint8Array {
    const at = place % this.#bytes.length
    return this.#bytes.subarray(at, at + length)
  }

  #makeRoom(length: number, wanted: number): void {
    // Twice the length: as much may be skipped at the end of the ring.
    while (this.#head - wanted + 2 * length > this.#bytes.length && 2 * this.#bytes.length <= this.#most) this.#grow()
  }

  #grow(): void {
    const before = this.#bytes
    const after = new Uint8Array(2 * before.length)
    this.#floor = Math.max(this.#floor, this.#head - before.length)
    for (let place = this.#floor; place < this.#head; ) {
      const from = place % before.length
      const to = place % after.length
      const size = Math.min(this.#head - place, before.length - from, after.length - to)
      after.set(before.subarray(from, from + size), to)
      place += size
    }
    this.#bytes = after
  }
}
