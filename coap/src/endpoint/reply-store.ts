// The replies that duplicates get again, in one ring of bytes: a reply costs its length, and no object.

export class ReplyStore {
  readonly #most: number
  #bytes: Uint8Array = new Uint8Array(1024)
  /** Where the next reply goes, counted from the beginning of time. */
  #head = 0

  constructor(most: number) {
    this.#most = most
  }

  /** Room that is taken, in bytes. */
  get capacity(): number {
    return this.#bytes.length
  }

  /** Keeps a copy. `oldest` is the place of the oldest reply still wanted; undefined if there is none. */
  put(reply: Uint8Array, length: number, oldest: number | undefined): number {
    this.#makeRoom(length, oldest ?? this.#head)
    const capacity = this.#bytes.length
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

  /** A view, valid until the next `put`; undefined if younger replies have taken its place. */
  get(place: number, length: number): Uint8Array | undefined {
    const capacity = this.#bytes.length
    if (place + capacity < this.#head) return undefined
    const at = place % capacity
    return this.#bytes.subarray(at, at + length)
  }

  /** Grows rather than overwrite what is wanted, up to the limit; then the oldest goes. */
  #makeRoom(length: number, oldest: number): void {
    while (this.#head - oldest + 2 * length > this.#bytes.length && this.#bytes.length < this.#most) {
      const before = this.#bytes
      const after = new Uint8Array(Math.min(before.length * 2, this.#most))
      for (let place = Math.max(oldest, this.#head - before.length); place < this.#head; ) {
        const from = place % before.length
        const to = place % after.length
        const size = Math.min(this.#head - place, before.length - from, after.length - to)
        after.set(before.subarray(from, from + size), to)
        place += size
      }
      this.#bytes = after
    }
  }
}
