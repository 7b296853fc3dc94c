// Messages of the last minutes, by who sent them, Message ID and token, oldest first: chunks of typed arrays and chains of numbers, since
// a Map that evicts its first key costs 42 µs a packet. An entry takes 26 bytes, its share of the buckets, and its reply.

import { bytesPerEntry, DuplicateChunk, ends, keyHighAndId, keyLow, next, token } from './duplicate-chunk.ts'

/** Milliseconds in a unit of an entry's end: 32 bits of it are eight years. */
const unit = 62.5
const leastBudget = 2048
const mostPerChunk = 1024
const shares = 1024
/** One share may have an eighth of the budget. */
const quota = 8
/** What a bucket begins with: the number before the first. */
const nobody = 0xffff_ffff

export class DuplicateRing {
  readonly #budget: number
  readonly #forgetful: boolean
  /** Entries are numbered from the beginning of time. The lower bits of its number are an entry's place in its chunk. */
  #tail = 0
  #head = 0
  readonly #chunkBits: number
  /** The oldest first. */
  readonly #chunks: DuplicateChunk[] = []
  /** One that was emptied, to be filled again. */
  #spare: DuplicateChunk | undefined = undefined
  #chunkBytes = 0
  /** The numbers of the newest entries. What is gone need not be taken out of its chain: all that is older is gone too. */
  #buckets = new Uint32Array(64).fill(nobody)
  /**
   * Bytes that the keys of each share have, of a ring that must not forget: no sender can take all of its room. Keys that fall into one
   * share by chance share its quota; so no sender needs to be known.
   */
  readonly #shares: Uint32Array | undefined

  /** `budget` in bytes. A forgetful ring drops its oldest entries when it is full; another refuses new ones. */
  constructor(budget: number, forgetful: boolean) {
    this.#budget = Math.max(budget, leastBudget)
    this.#forgetful = forgetful
    this.#shares = forgetful ? undefined : new Uint32Array(shares)
    const perChunk = Math.min(mostPerChunk, this.#budget / (16 * bytesPerEntry))
    this.#chunkBits = Math.floor(Math.log2(perChunk))
  }

  /** With those that have ended, but were not taken out yet. */
  get size(): number {
    return this.#head - this.#tail
  }

  /** Bytes that it takes now. */
  get footprint(): number {
    return this.#chunkBytes + (this.#spare?.footprint ?? 0) + this.#buckets.byteLength
  }

  /** The number of the entry for a message, or -1. */
  find(key: number, epoch: number, messageId: number, tokenHash: number, now: number): number {
    const low = key >>> 0
    const highAndId = highAndIdOf(key, messageId)
    const tokenAndEpoch = tokenAndEpochOf(tokenHash, epoch)
    const { size } = this
    let number = this.#buckets[this.#bucket(low, highAndId, tokenAndEpoch)] as number
    for (;;) {
      const age = (this.#head - 1 - number) >>> 0
      if (age >= size) return -1
      const chunk = this.#chunkOf(number)
      const entry = this.#placeOf(number)
      if (
        chunk.get(entry, keyHighAndId) === highAndId &&
        chunk.get(entry, token) === tokenAndEpoch &&
        chunk.get(entry, keyLow) === low &&
        chunk.get(entry, ends) * unit > now
      ) {
        return this.#head - 1 - age
      }
      number = chunk.get(entry, next)
    }
  }

  /** Remembers a message for `lifetime` milliseconds: the number of its entry, or -1 if there is no room. */
  insert(key: number, epoch: number, messageId: number, tokenHash: number, now: number, lifetime: number): number {
    const low = key >>> 0
    if (this.#isOverQuota(low)) this.#dropEnded(now)
    const chunk = this.#isOverQuota(low) ? undefined : this.#open(now)
    if (chunk === undefined) return -1
    if (this.#shares !== undefined) this.#shares[low % shares] = (this.#shares[low % shares] as number) + bytesPerEntry
    const highAndId = highAndIdOf(key, messageId)
    const tokenAndEpoch = tokenAndEpochOf(tokenHash, epoch)
    const bucket = this.#bucket(low, highAndId, tokenAndEpoch)
    const end = Math.ceil((now + lifetime) / unit)
    const entry = chunk.size++
    chunk.set(entry, keyLow, low)
    chunk.set(entry, keyHighAndId, highAndId)
    chunk.set(entry, token, tokenAndEpoch)
    chunk.set(entry, ends, end)
    chunk.set(entry, next, this.#buckets[bucket] as number)
    if (end > chunk.ends) chunk.ends = end
    this.#buckets[bucket] = this.#head
    return this.#head++
  }

  /**
   * Keeps the reply to a message, instead of an earlier one. An entry that is gone takes none. Where there is no room for it, a ring that
   * may forget finds the message no more, so that it is handled again; of another the message stays known, without a reply.
   */
  store(entry: number, reply: Uint8Array, length: number): void {
    if (entry < this.#tail) return
    const chunk = this.#chunkOf(entry)
    const at = this.#placeOf(entry)
    const growth = chunk.growth(length)
    if (growth > 0) {
      while (this.footprint + growth > this.#budget && this.#forgetful && this.#chunks[0] !== chunk) this.#drop()
      if (this.footprint + growth > this.#budget) {
        if (this.#forgetful) chunk.set(at, ends, 0)
        return
      }
      this.#chunkBytes += growth
    }
    if (this.#shares !== undefined) {
      const share = chunk.get(at, keyLow) % shares
      this.#shares[share] = (this.#shares[share] as number) + length - chunk.length(at)
    }
    chunk.store(at, reply, length)
  }

  /** The reply that was stored last; undefined if there is none. Valid until the next `store`. */
  reply(entry: number): Uint8Array | undefined {
    return this.#chunkOf(entry).reply(this.#placeOf(entry))
  }

  #chunkOf(number: number): DuplicateChunk {
    const bits = this.#chunkBits
    const at = ((number >>> bits) - (this.#tail >>> bits)) & (0xffff_ffff >>> bits)
    return this.#chunks[at] as DuplicateChunk
  }

  #placeOf(number: number): number {
    return number & ((1 << this.#chunkBits) - 1)
  }

  /** The token counts too: else a sender could make one chain of all its messages, by giving them one Message ID. */
  #bucket(low: number, highAndId: number, tokenAndEpoch: number): number {
    const mixed = Math.imul(low ^ Math.imul(highAndId, 0x9e3779b1) ^ Math.imul(tokenAndEpoch, 0xc2b2ae35), 0x85ebca6b)
    return (mixed ^ (mixed >>> 15)) & (this.#buckets.length - 1)
  }

  /** The chunk for one more entry; undefined if there is no room. */
  #open(now: number): DuplicateChunk | undefined {
    const last = this.#chunks.at(-1)
    if (last !== undefined && last.size >>> this.#chunkBits === 0) return last
    this.#dropEnded(now)
    const entries = 1 << this.#chunkBits
    const bytes = entries * bytesPerEntry
    while (this.footprint + this.#bucketGrowth + (this.#spare === undefined ? bytes : 0) > this.#budget) {
      if (!this.#forgetful || this.#chunks.length === 0) return undefined
      this.#drop()
    }
    if (this.#bucketGrowth > 0) this.#growBuckets()
    // As many bytes for replies as the chunk before has needed, if there is room.
    const replies = Math.min(last?.used ?? 0, Math.max(0, this.#budget - this.footprint - bytes))
    const chunk = this.#spare ?? new DuplicateChunk(entries, replies)
    this.#spare = undefined
    this.#chunks.push(chunk)
    this.#chunkBytes += chunk.footprint
    return chunk
  }

  #isOverQuota(low: number): boolean {
    return this.#shares !== undefined && ((this.#shares[low % shares] as number) + bytesPerEntry) * quota > this.#budget
  }

  /** Forgets what has ended; two chunks at most, so that the memory of a burst goes little by little. */
  #dropEnded(now: number): void {
    for (let drops = 0; drops < 2; drops++) {
      const [oldest] = this.#chunks
      if (oldest === undefined || oldest.ends * unit > now) return
      this.#drop()
    }
  }

  /** Forgets the oldest chunk. */
  #drop(): void {
    const chunk = this.#chunks.shift() as DuplicateChunk
    this.#tail += 1 << this.#chunkBits
    if (this.#head < this.#tail) this.#head = this.#tail // the last one was not full
    this.#chunkBytes -= chunk.footprint
    for (let entry = 0; this.#shares !== undefined && entry < chunk.size; entry++) {
      const share = chunk.get(entry, keyLow) % shares
      this.#shares[share] = (this.#shares[share] as number) - bytesPerEntry - chunk.length(entry)
    }
    chunk.clear()
    this.#spare = chunk
  }

  /** How many more bytes the buckets will need for one more chunk: as many as there are entries. */
  get #bucketGrowth(): number {
    return this.size < this.#buckets.length ? 0 : this.#buckets.byteLength
  }

  #growBuckets(): void {
    this.#buckets = new Uint32Array(2 * this.#buckets.length).fill(nobody)
    for (let number = this.#tail; number < this.#head; number++) {
      const chunk = this.#chunkOf(number)
      const entry = this.#placeOf(number)
      const bucket = this.#bucket(chunk.get(entry, keyLow), chunk.get(entry, keyHighAndId), chunk.get(entry, token))
      chunk.set(entry, next, this.#buckets[bucket] as number)
      this.#buckets[bucket] = number
    }
  }
}

/** 16 of the key's upper bits, which with the lower 32 are enough to tell all senders apart, and the Message ID. */
function highAndIdOf(key: number, messageId: number): number {
  return ((((key / 0x1_0000_0000) & 0xffff) << 16) | messageId) >>> 0
}

function tokenAndEpochOf(tokenHash: number, epoch: number): number {
  return (tokenHash ^ Math.imul(epoch, 0x27d4eb2f)) >>> 0
}
