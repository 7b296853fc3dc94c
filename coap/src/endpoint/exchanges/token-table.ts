// Requests of ours by their tokens: a hash table with open addressing, since there is an entry for each request, and a Map would keep
// what has left it (docs/decisions/short-lived-things.md). Tokens are looked up where they lie, in a packet.

interface Entry {
  readonly token: Uint8Array
}

export class TokenTable<T extends Entry> {
  /** As many as a power of two, half of them free. */
  #slots: (T | undefined)[] = free(8)
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The entry whose token is these bytes. */
  find(bytes: Uint8Array, start = 0, end: number = bytes.length): T | undefined {
    return this.#slots[this.#placeOf(bytes, start, end)]
  }

  /** Adds an entry, or puts it in the place of the one that has its token. */
  set(entry: T): void {
    const place = this.#placeOf(entry.token)
    if (this.#slots[place] === undefined) this.#size++
    this.#slots[place] = entry
    if (this.#size > this.#slots.length / 2) this.#grow()
  }

  /** False: there is no entry with this token. */
  delete(token: Uint8Array): boolean {
    let hole = this.#placeOf(token)
    if (this.#slots[hole] === undefined) return false
    this.#size--
    const last = this.#slots.length - 1
    // Those behind it that could not have its place come nearer to theirs.
    for (let place = (hole + 1) & last; ; place = (place + 1) & last) {
      const entry = this.#slots[place]
      if (entry === undefined) break
      const distance = (place - hash(entry.token, 0, entry.token.length)) & last
      if (distance < ((place - hole) & last)) continue
      this.#slots[hole] = entry
      hole = place
    }
    this.#slots[hole] = undefined
    if (this.#size === 0 && this.#slots.length > mostKept) this.#slots = free(8)
    return true
  }

  /** Those that are in it now, whatever is done to it meanwhile. */
  *[Symbol.iterator](): Generator<T, undefined> {
    for (const entry of this.#slots.slice()) if (entry !== undefined) yield entry
  }

  /** Where the entry is whose token is these bytes, or would be. */
  #placeOf(bytes: Uint8Array, start = 0, end: number = bytes.length): number {
    const last = this.#slots.length - 1
    let place = hash(bytes, start, end) & last
    for (;;) {
      const entry = this.#slots[place]
      if (entry === undefined || isToken(entry.token, bytes, start, end)) return place
      place = (place + 1) & last
    }
  }

  #grow(): void {
    const before = this.#slots
    this.#slots = free(before.length * 2)
    for (const entry of before) if (entry !== undefined) this.#slots[this.#placeOf(entry.token)] = entry
  }
}

/** Room for so many is kept when it is empty. */
const mostKept = 1024

function free<T>(length: number): (T | undefined)[] {
  return new Array<T | undefined>(length).fill(undefined)
}

/** FNV-1a, whose lower bits its upper ones are mixed into. Tokens are our own: nobody else chooses them so that they meet. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let sum = 0x811c9dc5
  for (let at = start; at < end; at++) sum = Math.imul(sum ^ (bytes[at] as number), 0x01000193)
  return sum ^ (sum >>> 16)
}

function isToken(token: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (token.length !== end - start) return false
  for (let at = 0; at < token.length; at++) if (token[at] !== bytes[start + at]) return false
  return true
}
