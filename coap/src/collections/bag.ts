// Things without an order, for what comes and goes with each request. A Set would do, but for this: the table that a Set or a Map outgrows,
// or shrinks out of, leads to the next one, so that once V8 has moved one to its old space, everything that is put in later stays there
// too, gone or not, until it looks through all of its memory (docs/decisions/short-lived-things.md).

/** What can be in a bag, in one at a time: it knows its place. */
export interface Bagged {
  /** Kept by the bag; -1 outside of one. */
  place: number
}

/** Adding and deleting cost the same however many there are, and allocate nothing. */
export class Bag<T extends Bagged> {
  #items: (T | undefined)[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  add(item: T): void {
    item.place = this.#size
    if (this.#items.length === 0)
      this.#items = [item] // most have never more than one, and no room for more
    else this.#items[this.#size] = item
    this.#size++
  }

  /** False: it is not in here. */
  delete(item: T): boolean {
    const { place } = item
    if (place < 0 || this.#items[place] !== item) return false
    const last = this.#items[--this.#size] as T
    this.#items[place] = last
    last.place = place
    this.#items[this.#size] = undefined
    item.place = -1
    if (this.#size === 0 && this.#items.length > mostKept) this.#items = []
    return true
  }

  /** Those that are in it now, whatever is done to it meanwhile. */
  *[Symbol.iterator](): Generator<T, undefined> {
    yield* this.#items.slice(0, this.#size) as T[]
  }
}

/** Room for so many is kept when it is empty. */
const mostKept = 64
