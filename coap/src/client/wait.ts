// Something that somebody waits for: the answer to a request or a ping, or an observation's next. It ends without one when its time is
// over, its caller's signal is aborted, or its client is closed; and until it has ended the process goes on.

import type { Bagged } from '../collections/bag.ts'
import type { Context } from '../context/context.ts'
import { AbortWatch, Cancellation, type Signal } from '../context/signal.ts'
import { Timer } from '../context/timer.ts'
import { TimeoutError, UsageError } from '../errors.ts'

export interface WaitOptions {
  /** Milliseconds until it is given up, look-ups and retransmissions included. Default: as long as the protocol goes on (RFC 7252 4.8.2). */
  readonly timeout?: number
  /** Gives it up: it rejects with the signal's reason. */
  readonly signal?: Signal
}

export class Wait extends Timer implements Bagged {
  place = -1
  readonly #context: Context
  /** Says that it is given up. */
  readonly signal: Cancellation = new Cancellation()
  readonly #timeout: number
  readonly #hold: (wait: Wait) => () => void
  #watch: AbortWatch | undefined = undefined
  /** Lets it be forgotten, and the process end. */
  #unhold: () => void

  /** `hold` keeps it, and the process alive, until the function that it gives is called, perhaps twice: when it rests, and has ended. */
  constructor(context: Context, { timeout, signal }: WaitOptions, hold: (wait: Wait) => () => void) {
    super()
    if (timeout !== undefined && !(timeout > 0))
      throw new UsageError(`timeout is a number of milliseconds above 0, not ${timeout}`)
    // Before anything is held that keeps the process from ending.
    if (signal !== undefined && !isSignal(signal))
      throw new UsageError('signal is an AbortSignal: of an AbortController, give its `signal`')
    this.#context = context
    this.#timeout = timeout ?? Number.POSITIVE_INFINITY
    if (Number.isFinite(this.#timeout)) context.timers.arm(this, this.#timeout)
    this.#hold = hold
    this.#unhold = hold(this)
    if (signal?.aborted) this.signal.abort(signal.reason)
    else if (signal !== undefined) this.#watch = new AbortWatch(signal, () => this.abort(signal.reason))
  }

  abort(reason: unknown): void {
    this.end()
    this.signal.abort(reason)
  }

  override fire(): void {
    this.abort(new TimeoutError(`no answer within ${this.#timeout / 1000} s`))
  }

  /** What is awaited now may take as long as it likes. */
  extend(): void {
    this.#context.timers.cancel(this)
  }

  /** What there is is read at leisure, or never: until `resume` the process may end, and nothing but its reader keeps it. */
  rest(): void {
    this.extend()
    this.#unhold()
  }

  /** Somebody waits again. */
  resume(): void {
    this.#unhold = this.#hold(this)
  }

  /** Nobody waits any more. May be said twice. */
  end(): void {
    this.#context.timers.cancel(this)
    this.#watch?.end()
    this.#unhold()
  }
}

function isSignal(signal: Signal): boolean {
  return typeof (signal as Signal | null)?.addEventListener === 'function'
}

/** Settled when the promise is, but no later than in so many milliseconds. */
export function within(timeout: number, promise: Promise<void>, { timers }: Context): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = new Timer(resolve)
    timers.arm(timer, timeout)
    promise.then(resolve, reject).finally(() => timers.cancel(timer))
  })
}
