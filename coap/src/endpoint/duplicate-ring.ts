// Messages of the last minutes, by who sent them and their Message ID, oldest first: typed arrays and chains of indices, since a Map
// that evicts its first key costs 42 µs a packet. An entry takes 38 bytes and its reply.

import { ReplyStore } from './reply-store.ts'

/** Milliseconds in a unit of an entry's end: 32 bits of it are eight years. */
const unit = 62.5
const none = -1
const bytesPerEntry = 38
const shares = 1024
/** One share may have an eighth of all entries. */
const quota = 8

export class DuplicateRing {
  readonly #mostEntries: number
  readonly #replies: ReplyStore
  readonly #forgetful: boolean
  /** Entries are numbered from the beginning of time; an entry's index is its number modulo the capacity. */
  #tail = 0
  #head = 0
  #capacity = 64
  #keyLow = new Uint32Array(this.#capacity)
  #keyHigh = new Uint32Array(this.#capacity)
  /** epoch << 16 | Message ID */
  #mark = new Uint32Array(this.#capacity)
  #token = new Uint32Array(this.#capacity)
  #ends = new Uint32Array(this.#capacity)
  #next = new Int32Array(this.#capacity)
  #place = new Float64Array(this.#capacity)
  #length = new Uint16Array(this.#capacity)
  #buckets = new Int32Array(this.#capacity).fill(none)
  /** Replies that came out of turn, of a ring that must not forget: their place in the bytes could not be told from their age. */
  readonly #outOfTurn = new Map<number, Uint8Array>()
  #lastInTurn = -1
  /**
   * How many entries the keys of each share have, of a ring that must not forget: no sender can take all of its room. Keys that fall
   * into one share by chance share its quota; so no sender needs to be known.
   */
  readonly #shares: Uint32Array | undefined

  /** `budget` in bytes. A forgetful ring drops its oldest entry when it is full; another refuses new ones. */
  constructor(budget: number, forgetful: boolean) {
    this.#mostEntries = Math.max(64, Math.floor(budget / 2 / bytesPerEntry))
    this.#replies = new ReplyStore(Math.max(1024, budget / 2))
    this.#forgetful = forgetful
    this.#shares = forgetful ? undefined : new Uint32Array(shares)
  }

  get size(): number {
    return this.#head - this.#tail
  }

  /** Bytes that it takes now. */
  get footprint(): number {
    return this.#capacity * bytesPerEntry + this.#replies.capacity
  }

  /** The number of the entry for a message, or -1. */
  find(key: number, epoch: number, messageId: number, token: number, now: number): number {
    const low = key >>> 0
    const high = (key / 0x1_0000_0000) >>> 0
    const mark = ((epoch << 16) | messageId) >>> 0
    let index = this.#buckets[this.#bucket(low, mark)] as number
    while (index !== none) {
      if (
        this.#mark[index] === mark &&
        this.#keyLow[index] === low &&
        this.#keyHigh[index] === high &&
        this.#token[index] === token &&
        (this.#ends[index] as number) * unit > now
      ) {
        return this.#numberAt(index)
      }
      index = this.#next[index] as number
    }
    return -1
  }

  /** Remembers a message for `lifetime` milliseconds: the number of its entry, or -1 if there is no room. */
  insert(key: number, epoch: number, messageId: number, token: number, now: number, lifetime: number): number {
    while (this.#tail < this.#head && (this.#ends[this.#tail % this.#capacity] as number) * unit <= now)
      this.#dropOldest()
    if (this.size === this.#capacity) {
      if (this.#capacity < this.#mostEntries) this.#grow()
      else if (this.#forgetful) this.#dropOldest()
      else return -1
    }
    const low = key >>> 0
    if (this.#shares !== undefined) {
      if ((this.#shares[low % shares] as number) * quota >= this.#mostEntries) return -1
      this.#shares[low % shares] = (this.#shares[low % shares] as number) + 1
    }
    const index = this.#head % this.#capacity
    const mark = ((epoch << 16) | messageId) >>> 0
    this.#keyLow[index] = low
    this.#keyHigh[index] = (key / 0x1_0000_0000) >>> 0
    this.#mark[index] = mark
    this.#token[index] = token
    this.#ends[index] = Math.ceil((now + lifetime) / unit)
    this.#length[index] = 0
    const bucket = this.#bucket(low, mark)
    this.#next[index] = this.#buckets[bucket] as number
    this.#buckets[bucket] = index
    return this.#head++
  }

  /** Keeps the reply to a message. An entry that is gone takes none. */
  store(entry: number, reply: Uint8Array, length: number): void {
    if (entry < this.#tail) return
    const index = entry % this.#capacity
    if (!this.#forgetful && entry < this.#lastInTurn) {
      this.#outOfTurn.set(entry, reply.slice(0, length))
      return
    }
    this.#place[index] = this.#replies.put(reply, length, this.#forgetful ? undefined : this.#oldestPlace())
    this.#length[index] = length
    this.#lastInTurn = entry
  }

  /** The reply that was stored last; undefined if there is none yet. Valid until the next `store`. */
  reply(entry: number): Uint8Array | undefined {
    const outOfTurn = this.#outOfTurn.get(entry)
    if (outOfTurn !== undefined) return outOfTurn
    const index = entry % this.#capacity
    const length = this.#length[index] as number
    return length === 0 ? undefined : this.#replies.get(this.#place[index] as number, length)
  }

  #oldestPlace(): number | undefined {
    for (let entry = this.#tail; entry < this.#head; entry++) {
      const index = entry % this.#capacity
      if (this.#length[index] !== 0) return this.#place[index]
    }
    return undefined
  }

  #numberAt(index: number): number {
    const first = this.#tail % this.#capacity
    return this.#tail + ((index - first + this.#capacity) % this.#capacity)
  }

  #bucket(low: number, mark: number): number {
    return (Math.imul(low ^ Math.imul(mark, 0x9e3779b1), 0x85ebca6b) >>> 11) & (this.#capacity - 1)
  }

  #dropOldest(): void {
    const index = this.#tail % this.#capacity
    const bucket = this.#bucket(this.#keyLow[index] as number, this.#mark[index] as number)
    if (this.#buckets[bucket] === index) this.#buckets[bucket] = this.#next[index] as number
    else {
      let before = this.#buckets[bucket] as number
      while (this.#next[before] !== index) before = this.#next[before] as number
      this.#next[before] = this.#next[index] as number
    }
    this.#outOfTurn.delete(this.#tail)
    const share = (this.#keyLow[index] as number) % shares
    if (this.#shares !== undefined) this.#shares[share] = (this.#shares[share] as number) - 1
    this.#tail++
  }

  #grow(): void {
    const before = this.#capacity
    const capacity = before * 2
    const move = <T extends Uint32Array | Float64Array | Uint16Array>(from: T, to: T): T => {
      for (let entry = this.#tail; entry < this.#head; entry++) to[entry % capacity] = from[entry % before] as number
      return to
    }
    this.#keyLow = move(this.#keyLow, new Uint32Array(capacity))
    this.#keyHigh = move(this.#keyHigh, new Uint32Array(capacity))
    this.#mark = move(this.#mark, new Uint32Array(capacity))
    this.#token = move(this.#token, new Uint32Array(capacity))
    this.#ends = move(this.#ends, new Uint32Array(capacity))
    this.#place = move(this.#place, new Float64Array(capacity))
    this.#length = move(this.#length, new Uint16Array(capacity))
    this.#next = new Int32Array(capacity)
    this.#buckets = new Int32Array(capacity).fill(none)
    this.#capacity = capacity
    for (let entry = this.#tail; entry < this.#head; entry++) {
      const index = entry % capacity
      const bucket = this.#bucket(this.#keyLow[index] as number, this.#mark[index] as number)
      this.#next[index] = this.#buckets[bucket] as number
      this.#buckets[bucket] = index
    }
  }
}
