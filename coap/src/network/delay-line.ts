// Deeds that wait for their time: packets in flight. When a network closes, all are called off at once.

import { Timer, type Timers } from '../context/timer.ts'

export class DelayLine {
  readonly #timers: Timers
  readonly #waiting = new Set<Timer>()

  constructor(timers: Timers) {
    this.#timers = timers
  }

  get size(): number {
    return this.#waiting.size
  }

  /** In `delay` milliseconds, never within this call; of two with the same time the one that was asked for first. */
  after(delay: number, deed: () => void): void {
    const timer = new Timer(() => {
      this.#waiting.delete(timer)
      deed()
    })
    this.#waiting.add(timer)
    this.#timers.arm(timer, delay)
  }

  clear(): void {
    for (const timer of this.#waiting) this.#timers.cancel(timer)
    this.#waiting.clear()
  }
}
