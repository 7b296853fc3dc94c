// A clock that stands still until a test turns it: a day passes in milliseconds, and a time-out of 90 seconds in none.

import { TimerWheel } from '../context/timer-wheel.ts'
import { UsageError } from '../errors.ts'

export interface TurnedClockOptions {
  /** What `now` says at first, in milliseconds. Default 0. */
  readonly start?: number
  /**
   * Waits until all that promises lead to has happened; called before and after timers fire. The default lets 100 rounds of
   * microtasks pass, enough for a chain of so many `await`s without input or output. Where handlers read files or sockets,
   * pass a function that waits for these.
   */
  readonly settle?: () => Promise<void>
}

/** `now` and `timers` are what a Context needs. Time moves from deadline to deadline, and promises have their turn at each. */
export class TurnedClock {
  readonly timers: TimerWheel
  readonly #settle: () => Promise<void>
  #time: number

  constructor(options: TurnedClockOptions = {}) {
    this.#time = options.start ?? 0
    this.#settle = options.settle ?? settleMicrotasks
    this.timers = new TimerWheel(this.now, () => {})
  }

  readonly now = (): number => this.#time

  /** Lets so many milliseconds pass, and everything happen that is due by then. */
  async advance(delay: number): Promise<void> {
    const until = this.#time + checkDelay(delay)
    await this.#settle()
    for (const turns = new Turns(); this.#moveToNext(until, turns); ) await this.#settle()
    this.#time = Math.max(this.#time, until)
  }

  /** As `advance`, for what needs no promises: all within the call. */
  advanceNow(delay: number): void {
    const until = this.#time + checkDelay(delay)
    for (const turns = new Turns(); this.#moveToNext(until, turns); );
    this.#time = Math.max(this.#time, until)
  }

  /** Moves to the next deadline. False, and nothing happens, if no timer is armed. */
  async advanceToNext(): Promise<boolean> {
    await this.#settle()
    const moved = this.#moveToNext(Number.POSITIVE_INFINITY, new Turns())
    await this.#settle()
    return moved
  }

  /** Lets time pass until no timer is armed any more. It is an error if that takes longer than `limit` milliseconds; default one day. */
  async runUntilIdle(limit = 86_400_000): Promise<void> {
    const until = this.#time + checkDelay(limit)
    await this.#settle()
    for (const turns = new Turns(); this.#moveToNext(until, turns); ) await this.#settle()
    const { next } = this.timers
    if (next !== undefined)
      throw new UsageError(`still not idle after ${limit} ms: a timer fires ${next - until} ms later`)
  }

  /** Moves to the next deadline, if it is not later than `until`, and fires. */
  #moveToNext(until: number, turns: Turns): boolean {
    const { next } = this.timers
    if (next === undefined || next > until) return false
    turns.count(next)
    this.#time = Math.max(this.#time, next)
    this.timers.turn()
    return true
  }
}

/** Notices timers that arm each other without delay for ever. */
class Turns {
  #at = Number.NaN
  #turns = 0

  count(time: number): void {
    this.#turns = time === this.#at ? this.#turns + 1 : 0
    this.#at = time
    if (this.#turns > mostTurns)
      throw new UsageError(`timers keep arming each other without delay: time stands at ${time}`)
  }
}

const mostTurns = 100_000

function checkDelay(delay: number): number {
  if (!(delay >= 0)) throw new UsageError(`time passes by 0 milliseconds or more, not by ${delay}`)
  return delay
}

async function settleMicrotasks(): Promise<void> {
  for (let round = 0; round < 100; round++) await undefined
}
