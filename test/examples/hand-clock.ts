// A clock for the example resources that stands still until it is turned by hand.

import type { Clock } from '../../examples/clock/clock.ts'

interface Deed {
  readonly due: number
  /** Milliseconds until it is done again; undefined: it is done once. */
  readonly every?: number
  run(): void
}

export class HandClock implements Clock {
  #now: number
  #deeds: Deed[] = []

  /** Begins at that time: milliseconds since 1970. */
  constructor(now = Date.UTC(2026, 0, 1, 12)) {
    this.#now = now
  }

  now(): number {
    return this.#now
  }

  every(milliseconds: number, deed: () => void): void {
    this.#deeds.push({ due: this.#now + milliseconds, every: milliseconds, run: deed })
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.#deeds.push({ due: this.#now + milliseconds, run: resolve }))
  }

  /** How many wait for a time to come. */
  get waiting(): number {
    return this.#deeds.filter(({ every }) => every === undefined).length
  }

  /** Lets time pass: what is due is done in order. */
  pass(milliseconds: number): void {
    const until = this.#now + milliseconds
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      const { due, every, run } = next
      this.#deeds.splice(this.#deeds.indexOf(next), 1)
      this.#now = due
      if (every !== undefined) this.#deeds.push({ due: due + every, every, run })
      run()
    }
    this.#now = until
  }

  #next(until: number): Deed | undefined {
    return this.#deeds.filter(({ due }) => due <= until).sort((one, other) => one.due - other.due)[0]
  }
}
