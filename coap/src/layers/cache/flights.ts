// Requests that read, while they are on their way: what they bring may be older than a change that was made meanwhile.

export class Flights {
  readonly #places = new Map<string, { flying: number; changes: number }>()

  /** A request leaves. Returns what to say when it has been answered: true if its place has changed meanwhile. */
  begin(place: string): () => boolean {
    let there = this.#places.get(place)
    if (there === undefined) {
      there = { flying: 0, changes: 0 }
      this.#places.set(place, there)
    }
    const known = there
    const { changes } = known
    known.flying++
    return () => {
      if (--known.flying === 0) this.#places.delete(place)
      return known.changes !== changes
    }
  }

  changed(place: string): void {
    const there = this.#places.get(place)
    if (there !== undefined) there.changes++
  }
}
