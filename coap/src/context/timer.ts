// A timer is its own list node: arming and cancelling allocate nothing. timer-wheel.ts keeps them.

export interface Timers {
  /** Arms the timer to fire once, `delay` milliseconds from now; one that is armed already is moved. */
  arm(timer: Timer, delay: number): void
  /** After this the timer will not fire, unless armed again. */
  cancel(timer: Timer): void
}

/** Something to do later: pass the deed, or extend it where the data lives that the deed needs, and override `fire`. */
export class Timer {
  /** When it fires, on the clock of the context; undefined while it is not armed. Kept by the wheel. */
  deadline: number | undefined = undefined
  /** Neighbours in the wheel's list. Kept by the wheel. */
  next: Timer | undefined = undefined
  previous: Timer | undefined = undefined
  readonly #deed: (() => void) | undefined

  constructor(deed?: () => void) {
    this.#deed = deed
  }

  /** Called by the wheel when the deadline has passed. */
  fire(): void {
    this.#deed?.()
  }

  get armed(): boolean {
    return this.deadline !== undefined
  }
}
