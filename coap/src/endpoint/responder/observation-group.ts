// Observers of one subject that would get the same response: the innermost handler is asked once for all of them.

import { Timer } from '../../context/timer.ts'
import { after, type Handler } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { Response, type Watchable } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { MaxAge } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import type { Incoming } from './incoming.ts'
import type { Observation, ObservationKeeper, ObservedState } from './observation.ts'

/** Who keeps groups. */
export interface GroupKeeper extends ObservationKeeper {
  /** Nobody is left in it. */
  forget(group: ObservationGroup): void
  arm(group: ObservationGroup): void
  disarm(group: ObservationGroup): void
  /** Where a new group begins to count. */
  firstNumber(): number
  /** The clock that sequence numbers go with. */
  ticks(): number
}

export interface ObservationGroupInit {
  readonly keeper: GroupKeeper
  readonly subject: Watchable
  /** What these observers have in common. */
  readonly key: string
  readonly again: Handler
  /** One of the observers' requests, which stands for all. */
  readonly request: Request
  /** The same as it came in: it notes whether the handler looks at who asks. */
  readonly incoming: Incoming
}

export class ObservationGroup extends Timer implements ObservedState {
  readonly keeper: GroupKeeper
  readonly subject: Watchable
  readonly key: string
  readonly observers: Set<Observation> = new Set()
  /** Who has come while the handler was asked: what they were told first may be newer than what it is about to say. */
  #newcomers: Set<Observation> | undefined = undefined
  readonly #again: Handler
  readonly request: Request
  readonly #incoming: Incoming
  /** The handler has looked at who asks: it is asked for one peer alone. */
  readonly #ofOnePeer: boolean
  /** The state to send; undefined until something has changed. */
  latest: Response | undefined = undefined
  /** The sequence number of the state (RFC 7641 4.4), of which 24 bits are sent. */
  sequence: number
  /** The last number that was given out: to a state, or to who registered meanwhile. */
  #lastNumber: number
  #asking = false
  #changed = false

  constructor(init: ObservationGroupInit) {
    super()
    this.keeper = init.keeper
    this.subject = init.subject
    this.key = init.key
    this.#again = init.again
    this.request = init.request
    this.#incoming = init.incoming
    this.#ofOnePeer = init.incoming.lookedAtPeer
    this.sequence = this.keeper.firstNumber()
    this.#lastNumber = this.sequence
  }

  add(observation: Observation): void {
    this.observers.add(observation)
    if (!this.#asking) return
    this.#newcomers ??= new Set()
    this.#newcomers.add(observation)
  }

  remove(observation: Observation): boolean {
    if (!this.observers.delete(observation)) return false
    this.#newcomers?.delete(observation)
    if (this.observers.size === 0) this.keeper.forget(this)
    return true
  }

  /** Changes of one turn are one change: the handler is asked when the turn is over. */
  changed(): void {
    if (!this.armed) this.keeper.arm(this)
  }

  override fire(): void {
    this.#changed = true
    if (this.#asking) return
    while (this.#changed && !this.#asking) {
      this.#changed = false
      this.#ask()
    }
  }

  /** A new state, for all observers. */
  publish(response: Response): void {
    this.#newcomers = undefined
    this.#tell(response)
  }

  /** The last state: what has changed before it is of no interest any more. */
  gone(response: Response): void {
    this.keeper.disarm(this)
    this.#changed = false
    this.publish(response)
  }

  get lastNumber(): number {
    return this.#lastNumber
  }

  /** A number that is higher than all before. It goes with the clock, so that many changes do not make it run. */
  nextNumber(): number {
    this.#lastNumber = Math.max(this.#lastNumber + 1, this.keeper.ticks())
    return this.#lastNumber
  }

  #ask(): void {
    this.#asking = true
    this.#newcomers = undefined
    const { sequence } = this
    this.#incoming.lookedAtPeer = this.#ofOnePeer
    const done = (response: Response): Response => {
      this.#asking = false
      // What `changed(response)` or `gone` brought meanwhile is newer.
      if (this.sequence === sequence && this.observers.size > 0) {
        this.#tell(this.#isForAll() ? response : observeAnew())
      }
      return response
    }
    const failed = (error: unknown): void => {
      this.#asking = false
      if (this.sequence === sequence) this.publish(this.keeper.failure(error))
    }
    try {
      const result = after(this.#again(this.request), done)
      if (result instanceof Promise) {
        result.then(() => {
          if (this.#changed) this.fire()
        }, failed)
      }
    } catch (error) {
      failed(error)
    }
  }

  #tell(response: Response): void {
    this.sequence = this.nextNumber()
    this.latest = response
    for (const observer of this.observers) if (this.#newcomers?.has(observer) !== true) observer.notify()
    this.#newcomers = undefined
  }

  /** No if the handler has looked at who asks, and others would get the answer too. */
  #isForAll(): boolean {
    const { lookedAtPeer, peer } = this.#incoming
    if (this.#ofOnePeer || !lookedAtPeer) return true
    for (const observer of this.observers) if (observer.peer !== peer) return false
    return true
  }
}

/** Ends observations that were put together while the handler did not look at who asks: from now on each is asked for by itself. */
function observeAnew(): Response {
  const response = Response.diagnostic(Code.ServiceUnavailable, 'the answer depends on who asks now: observe anew')
  return response.with({ options: new Options().add(MaxAge, 0) })
}
