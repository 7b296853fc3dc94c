// Messages of the last minutes, by who sent them, Message ID and token, oldest first: one block of memory and chains of indices, since
// a Map that evicts its first key costs 42 µs a packet. An entry takes 44 bytes and its reply.

import { ReplyStore } from './reply-store.ts'

/** Milliseconds in a unit of an entry's end: 32 bits of it are eight years. */
const unit = 62.5
/** An entry is ten words of 32 bits, of which the last four are two numbers of 64 bits; and a word among the buckets. */
const words = 10
const bytesPerEntry = 4 * (words + 1)
const keyLow = 0
/** The upper bits of the key << 16 | the reply's length, 0 if there is none. */
const keyHighAndLength = 1
/** epoch << 16 | Message ID */
const mark = 2
const token = 3
const ends = 4
/** The 32 lower bits of the number of the next older entry of the same bucket; it may be gone by now. */
const next = 5
/** Among numbers of 64 bits: where replies went when the entry was made, and where its own went. */
const since = 3
const place = 4

/** What a bucket begins with: the number before the first. */
const nobody = 0xffff_ffff

/** This much of the budget is for entries, the rest for replies. */
const forEntries = 5 / 8
const leastEntries = 64
const shares = 1024
/** One share may have an eighth of all entries. */
const quota = 8
/** So many entries are dropped with each one that is made, if they have ended: the memory of a burst does not go in one turn. */
const dropsAtOnce = 8

export class DuplicateRing {
  readonly #most: number
  readonly #replies: ReplyStore
  readonly #forgetful: boolean
  /** Entries are numbered from the beginning of time; the lower bits of its number are an entry's index. */
  #tail = 0
  #head = 0
  #capacity = leastEntries
  #entries = new Uint32Array(words * this.#capacity)
  /** The same memory. */
  #places = new Float64Array(this.#entries.buffer)
  /** As `next`: of the newest entry. What is gone need not be taken out of its chain, since all that is older is gone too. */
  #buckets = new Uint32Array(this.#capacity).fill(nobody)
  /**
   * How many entries the keys of each share have, of a ring that must not forget: no sender can take all of its room. Keys that fall
   * into one share by chance share its quota; so no sender needs to be known.
   */
  readonly #shares: Uint32Array | undefined

  /** `budget` in bytes. A forgetful ring drops its oldest entry when it is full; another refuses new ones. */
  constructor(budget: number, forgetful: boolean) {
    this.#most = leastEntries
    while (2 * this.#most * bytesPerEntry <= budget * forEntries) this.#most *= 2
    this.#replies = new ReplyStore(Math.max(1024, budget - this.#most * bytesPerEntry))
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

  /** The number of the entry for a message, or -1. A forgetful ring finds nothing whose reply has been lost: it may be handled again. */
  find(key: number, epoch: number, messageId: number, tokenHash: number, now: number): number {
    const low = key >>> 0
    const high = highOf(key)
    const marked = ((epoch << 16) | messageId) >>> 0
    const entries = this.#entries
    const { size } = this
    let number = this.#buckets[this.#bucket(low, marked, tokenHash)] as number
    while ((this.#head - 1 - number) >>> 0 < size) {
      const index = this.#indexOf(number)
      const at = index * words
      if (
        entries[at + mark] === marked &&
        entries[at + token] === tokenHash &&
        entries[at + keyLow] === low &&
        (entries[at + keyHighAndLength] as number) >>> 16 === high &&
        (entries[at + ends] as number) * unit > now
      ) {
        return this.#forgetful && this.#isLost(index) ? -1 : this.#numberAt(index)
      }
      number = entries[at + next] as number
    }
    return -1
  }

  /** Remembers a message for `lifetime` milliseconds: the number of its entry, or -1 if there is no room. */
  insert(key: number, epoch: number, messageId: number, tokenHash: number, now: number, lifetime: number): number {
    for (let drops = 0; drops < dropsAtOnce && this.#tail < this.#head; drops++) {
      if ((this.#entries[this.#indexOf(this.#tail) * words + ends] as number) * unit > now) break
      this.#dropOldest()
    }
    if (this.size === this.#capacity) {
      if (this.#capacity < this.#most) this.#grow()
      else if (this.#forgetful) this.#dropOldest()
      else return -1
    }
    const low = key >>> 0
    if (this.#shares !== undefined) {
      if ((this.#shares[low % shares] as number) * quota >= this.#most) return -1
      this.#shares[low % shares] = (this.#shares[low % shares] as number) + 1
    }
    const index = this.#indexOf(this.#head)
    const at = index * words
    const marked = ((epoch << 16) | messageId) >>> 0
    const bucket = this.#bucket(low, marked, tokenHash)
    this.#entries[at + keyLow] = low
    this.#entries[at + keyHighAndLength] = highOf(key) << 16
    this.#entries[at + mark] = marked
    this.#entries[at + token] = tokenHash
    this.#entries[at + ends] = Math.ceil((now + lifetime) / unit)
    this.#entries[at + next] = this.#buckets[bucket] as number
    this.#places[(index * words) / 2 + since] = this.#replies.head
    this.#buckets[bucket] = this.#head
    return this.#head++
  }

  /** Keeps the reply to a message, instead of an earlier one. An entry that is gone takes none. */
  store(entry: number, reply: Uint8Array, length: number): void {
    if (entry < this.#tail) return
    const index = this.#indexOf(entry)
    // Whatever is wanted came after the oldest entry was made, in whatever turn the replies came.
    const wanted = this.#places[(this.#indexOf(this.#tail) * words) / 2 + since] as number
    this.#places[(index * words) / 2 + place] = this.#replies.put(reply, length, wanted) ?? Number.NEGATIVE_INFINITY
    const at = index * words + keyHighAndLength
    this.#entries[at] = ((this.#entries[at] as number) & 0xffff_0000) | length
  }

  /** The reply that was stored last; undefined if there is none yet, or if it was lost. Valid until the next `store`. */
  reply(entry: number): Uint8Array | undefined {
    const index = this.#indexOf(entry)
    const length = this.#lengthAt(index)
    if (length === 0 || this.#isLost(index)) return undefined
    return this.#replies.get(this.#places[(index * words) / 2 + place] as number, length)
  }

  #lengthAt(index: number): number {
    return (this.#entries[index * words + keyHighAndLength] as number) & 0xffff
  }

  /** It had a reply, which had to make room. */
  #isLost(index: number): boolean {
    return this.#lengthAt(index) !== 0 && !this.#replies.has(this.#places[(index * words) / 2 + place] as number)
  }

  #indexOf(entry: number): number {
    return entry & (this.#capacity - 1)
  }

  #numberAt(index: number): number {
    return this.#tail + this.#indexOf(index - this.#indexOf(this.#tail))
  }

  /** The token counts too: else a sender could make one chain of all its messages, by giving them one Message ID. */
  #bucket(low: number, marked: number, tokenHash: number): number {
    const mixed = Math.imul(low ^ Math.imul(marked, 0x9e3779b1) ^ Math.imul(tokenHash, 0xc2b2ae35), 0x85ebca6b)
    return (mixed ^ (mixed >>> 15)) & (this.#capacity - 1)
  }

  #dropOldest(): void {
    if (this.#shares !== undefined) {
      const share = (this.#entries[this.#indexOf(this.#tail) * words + keyLow] as number) % shares
      this.#shares[share] = (this.#shares[share] as number) - 1
    }
    this.#tail++
  }

  #grow(): void {
    const before = this.#entries
    const capacityBefore = this.#capacity
    this.#capacity *= 2
    this.#entries = new Uint32Array(words * this.#capacity)
    this.#places = new Float64Array(this.#entries.buffer)
    this.#buckets = new Uint32Array(this.#capacity).fill(nobody)
    for (let entry = this.#tail; entry < this.#head; entry++) {
      const from = (entry & (capacityBefore - 1)) * words
      const index = this.#indexOf(entry)
      const at = index * words
      for (let word = 0; word < words; word++) this.#entries[at + word] = before[from + word] as number
      const bucket = this.#bucket(
        this.#entries[at + keyLow] as number,
        this.#entries[at + mark] as number,
        this.#entries[at + token] as number,
      )
      this.#entries[at + next] = this.#buckets[bucket] as number
      this.#buckets[bucket] = entry
    }
  }
}

/** 16 of the key's upper bits: with the lower 32 enough to tell all senders apart. */
function highOf(key: number): number {
  return (key / 0x1_0000_0000) & 0xffff
}
