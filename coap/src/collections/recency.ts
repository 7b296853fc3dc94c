// Things in the order in which they were used, the longest unused first.

/** What can be in such an order, in one at a time: it knows its neighbours, which the order keeps. */
export interface Linked<T> {
  older: T | undefined
  newer: T | undefined
}

/** Adding, using and deleting cost the same however many there are, and allocate nothing. */
export class Recency<T extends Linked<T>> {
  #oldest: T | undefined = undefined
  #newest: T | undefined = undefined
  #size = 0

  get size(): number {
    return this.#size
  }

  /** The longest unused. */
  get oldest(): T | undefined {
    return this.#oldest
  }

  /** It is used now: the first time, or once more. */
  use(item: T): void {
    if (item === this.#newest) return
    this.delete(item)
    item.older = this.#newest
    if (this.#newest !== undefined) this.#newest.newer = item
    else this.#oldest = item
    this.#newest = item
    this.#size++
  }

  has(item: T): boolean {
    return item.older !== undefined || item === this.#oldest
  }

  /** False: it is not in here. */
  delete(item: T): boolean {
    if (!this.has(item)) return false
    const { older, newer } = item
    if (older !== undefined) older.newer = newer
    else this.#oldest = newer
    if (newer !== undefined) newer.older = older
    else this.#newest = older
    item.older = undefined
    item.newer = undefined
    this.#size--
    return true
  }

  /** The longest unused first. What was given last may be deleted. */
  *[Symbol.iterator](): Generator<T, undefined> {
    for (let item = this.#oldest; item !== undefined; ) {
      const { newer } = item
      yield item
      item = newer
    }
  }
}
