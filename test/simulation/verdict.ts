// What an oracle says when something is not as it must be. The first finding counts: what follows it may follow from it.

export interface Broken {
  /** The rule, in the same words whenever it is broken. */
  readonly invariant: string
  readonly detail: string
  /** Milliseconds from the beginning of the world. */
  readonly at: number
  /** Whose doing it is, an index of the world's inhabitants. */
  readonly inhabitant: number
}

export class Verdict {
  #broken: Broken | undefined = undefined

  get broken(): Broken | undefined {
    return this.#broken
  }

  breaks(invariant: string, inhabitant: number, at: number, detail: string): void {
    this.#broken ??= { invariant, detail, at, inhabitant }
  }
}
