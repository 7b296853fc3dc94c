// What the example resources need of time, handed in: tests and recorded sessions turn a clock of their own.

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /** Does something again and again, from then on. */
  every(milliseconds: number, deed: () => void): void
  /** Resolves when so many milliseconds have passed. */
  wait(milliseconds: number): Promise<void>
}

/** The time of this machine. */
export class SystemClock implements Clock {
  readonly #ticking = new Set<ReturnType<typeof setInterval>>()
  readonly #waiting = new Set<ReturnType<typeof setTimeout>>()

  now(): number {
    return Date.now()
  }

  every(milliseconds: number, deed: () => void): void {
    this.#ticking.add(setInterval(deed, milliseconds))
  }

  wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = setTimeout(() => {
        this.#waiting.delete(waiting)
        resolve()
      }, milliseconds)
      this.#waiting.add(waiting)
    })
  }

  /** Ends all that is done again and again; what is waited for does not come any more. */
  stop(): void {
    for (const each of this.#ticking) clearInterval(each)
    for (const each of this.#waiting) clearTimeout(each)
    this.#ticking.clear()
    this.#waiting.clear()
  }
}
