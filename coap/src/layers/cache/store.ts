// What is stored, by key: the current response, and former representations that may be current again (RFC 7252 5.6.2). Bounded by bytes:
// what has not been used for longest goes first.

import { equalBytes } from '../../bytes/equal.ts'
import { type Linked, Recency } from '../../collections/recency.ts'
import type { StoredResponse } from './stored-response.ts'

/** ETags that a request offers at most: each costs up to 9 bytes. */
const mostRepresentations = 4

/** What is stored for one key. */
export class Slot implements Linked<Slot> {
  readonly key: string
  readonly place: string
  /** The newest response. */
  current: StoredResponse | undefined = undefined
  /** Before it, the newest first: each has a tag, which no other has. */
  former: readonly StoredResponse[] = []
  /** Bytes. */
  size = 0
  /** Used after it, and before it. */
  newer: Slot | undefined = undefined
  older: Slot | undefined = undefined

  constructor(key: string, place: string) {
    this.key = key
    this.place = place
  }

  /** Those that can be validated. */
  get tagged(): readonly StoredResponse[] {
    return this.current?.tag === undefined ? this.former : [this.current, ...this.former]
  }

  /** A newer response. Representations with its tag, and those beyond the most that are kept, are forgotten. */
  put(response: StoredResponse): void {
    const { tag } = response
    const others = this.tagged.filter((each) => tag === undefined || !equalBytes(each.tag, tag))
    this.former = others.slice(0, tag === undefined ? mostRepresentations : mostRepresentations - 1)
    this.current = response
  }
}

export class Store {
  readonly #most: number
  readonly #slots = new Map<string, Slot>()
  readonly #places = new Map<string, Set<Slot>>()
  readonly #used = new Recency<Slot>()
  #size = 0

  /** `most`: bytes. */
  constructor(most: number) {
    this.#most = most
  }

  get(key: string): Slot | undefined {
    return this.#slots.get(key)
  }

  /** It is used: it goes last. */
  use(slot: Slot): void {
    this.#used.use(slot)
  }

  put(key: string, place: string, response: StoredResponse): void {
    let slot = this.#slots.get(key)
    if (response.size + 2 * key.length > this.#most) {
      if (slot !== undefined) this.#forget(slot)
      return
    }
    if (slot === undefined) {
      slot = new Slot(key, place)
      this.#slots.set(key, slot)
      const there = this.#places.get(place)
      if (there === undefined) this.#places.set(place, new Set([slot]))
      else there.add(slot)
    }
    this.use(slot)
    slot.put(response)
    this.#measure(slot)
    if (slot.size > this.#most) {
      slot.former = []
      this.#measure(slot)
    }
    for (const oldest of this.#used) {
      if (this.#size <= this.#most) break
      this.#forget(oldest)
    }
  }

  /** What it shows has changed: nothing of it is given without asking. */
  outdate(place: string): void {
    for (const { current } of this.#places.get(place) ?? []) current?.outdate()
  }

  #measure(slot: Slot): void {
    this.#size -= slot.size
    slot.size = 2 * slot.key.length + (slot.current?.size ?? 0)
    for (const { size } of slot.former) slot.size += size
    this.#size += slot.size
  }

  #forget(slot: Slot): void {
    this.#slots.delete(slot.key)
    this.#used.delete(slot)
    this.#size -= slot.size
    const there = this.#places.get(slot.place)
    there?.delete(slot)
    if (there?.size === 0) this.#places.delete(slot.place)
  }
}
