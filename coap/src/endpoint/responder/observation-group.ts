// Observers of one subject that would get the same response: the innermost handler is asked once for all of them.

import { Timer } from '../../context/timer.ts'
import { after, type Handler } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { Response, type Watchable } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import type { ContentFormat } from '../../message/content-format.ts'
import { EncodedMessage } from '../../message/encoded-message.ts'
import { defaultMaxAge, maxAgeOf } from '../../message/max-age.ts'
import { Message } from '../../message/message.ts'
import { MaxAge, Observe } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import type { Incoming } from './incoming.ts'
import type { Round } from './notification-rounds.ts'
import type { Observation, ObservationKeeper, ObservedState } from './observation.ts'

/** Who keeps groups. */
export interface GroupKeeper extends ObservationKeeper {
  /** Nobody is left in it. */
  forget(group: ObservationGroup): void
  /** Its observers are to be told, in as many turns as it takes. */
  tell(round: Round): void
  /** Where a new group begins to count. */
  firstNumber(): number
  /** The clock that sequence numbers go with. */
  ticks(): number
  /** The group whose handler is being asked this very moment. */
  asking: ObservationGroup | undefined
  /** Observers are told anew before Max-Age is over. */
  readonly refreshes: boolean
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
  /** Milliseconds from one question to the handler to the next, at least. */
  readonly spacing: number
}

/** Milliseconds until a handler is asked again whose subject has changed each time while it was asked: it may itself be what changes it. */
const restlessness = 100
/** Milliseconds that a Confirmable repetition waits for a further change: at most, and at least. */
const mostQuiet = 30_000
const leastQuiet = 3000

export class ObservationGroup extends Timer implements ObservedState, Round {
  readonly keeper: GroupKeeper
  readonly subject: Watchable
  readonly key: string
  readonly observers: Set<Observation> = new Set()
  readonly request: Request
  readonly #again: Handler
  readonly #incoming: Incoming
  /** The handler has looked at who asks: it is asked for one peer alone. */
  readonly #ofOnePeer: boolean
  readonly #spacing: number
  /** Who has come while the handler was asked: what they were told first may be newer than what it is about to say. */
  #newcomers: Set<Observation> | undefined = undefined
  /** The state to send; undefined until something has changed. */
  latest: Response | undefined = undefined
  format: ContentFormat | undefined = undefined
  sequence: number
  number: number
  #notification: Message | undefined = undefined
  /** The last number that was given out: to a state, or to who registered meanwhile. */
  #lastNumber: number
  /** Its last state has come, which not all observers need have been told yet. */
  over = false
  #toldAt = 0
  #askedAt = Number.NEGATIVE_INFINITY
  #asking = false
  #changed = false
  /** How often in a row it has changed while the handler was asked. */
  #restless = 0
  /** How many observers are still to be visited, and where the round has come to. */
  #unvisited = 0
  #position: Iterator<Observation> | undefined = undefined
  #followUp: Timer | undefined = undefined
  #refresh: Timer | undefined = undefined

  constructor(init: ObservationGroupInit) {
    super()
    this.keeper = init.keeper
    this.subject = init.subject
    this.key = init.key
    this.#again = init.again
    this.request = init.request
    this.#incoming = init.incoming
    this.#spacing = init.spacing
    this.#ofOnePeer = init.incoming.lookedAtPeer
    this.sequence = this.keeper.firstNumber()
    this.number = this.sequence
    this.#lastNumber = this.sequence
  }

  add(observation: Observation, first: Response): void {
    this.observers.add(observation)
    if (this.observers.size === 1) this.#refreshBefore(first)
    if (!this.#asking) return
    this.#newcomers ??= new Set()
    this.#newcomers.add(observation)
  }

  remove(observation: Observation): boolean {
    if (!this.observers.delete(observation)) return false
    this.#newcomers?.delete(observation)
    if (this.observers.size === 0) this.#end()
    return true
  }

  /**
   * Changes of one turn are one change: the handler is asked when the turn is over. What it changes itself while it is asked is no news
   * to it; and what the handlers of others change then comes later, lest two of them keep each other awake.
   */
  changed(): void {
    const { asking } = this.keeper
    if (asking === this || this.over) return
    if (this.#asking) this.#changed = true
    else this.#askIn(asking === undefined ? this.#rest : Math.max(this.#rest, restlessness))
  }

  ask(): void {
    this.#askIn(0)
  }

  override fire(): void {
    if (this.#asking) this.#changed = true
    else this.#ask()
  }

  /** A new state, for all observers. */
  publish(response: Response): void {
    if (this.over) return
    this.#newcomers = undefined
    this.#state(response)
  }

  /** The last state: what has changed before it is of no interest any more, and nothing comes after it. */
  gone(response: Response): void {
    for (const timer of [this, this.#refresh]) if (timer !== undefined) this.keeper.disarm(timer)
    this.#changed = false
    this.publish(response)
    this.over = true
  }

  get lastNumber(): number {
    return this.#lastNumber
  }

  /** A number that is higher than all before. It goes with the clock, so that many changes do not make it run. */
  nextNumber(): number {
    this.#lastNumber = Math.max(this.#lastNumber + 1, this.keeper.ticks())
    return this.#lastNumber
  }

  get notification(): Message {
    this.#notification ??= this.#encoded(this.latest ?? Response.none)
    return this.#notification
  }

  /** A Non-confirmable notification leaves: it may be lost, so that a Confirmable one is to follow when the state has come to rest. */
  unconfirmed(): void {
    this.#followUp ??= new Timer(() => this.#repeat())
    if (!this.#followUp.armed) this.keeper.arm(this.#followUp, this.#quiet)
  }

  tell(most: number): number {
    let told = 0
    while (this.#unvisited > 0 && told < most) {
      this.#position ??= this.observers.values()
      const { value, done } = this.#position.next()
      if (done === true) this.#position = undefined
      else {
        this.#unvisited--
        if (value.consider()) told++
      }
      if (this.observers.size === 0) this.#unvisited = 0
    }
    if (this.#unvisited === 0) this.#position = undefined
    return told
  }

  get complete(): boolean {
    return this.#unvisited === 0
  }

  /** How long the handler is not to be asked yet. */
  get #rest(): number {
    return Math.max(0, this.#askedAt + this.#spacing - this.keeper.now())
  }

  #askIn(delay: number): void {
    if (this.deadline === undefined || this.deadline > this.keeper.now() + delay) this.keeper.arm(this, delay)
  }

  #ask(): void {
    this.#asking = true
    this.#changed = false
    this.#newcomers = undefined
    this.#askedAt = this.keeper.now()
    const { sequence } = this
    this.#incoming.lookedAtPeer = this.#ofOnePeer
    const done = (response: Response): Response => {
      // What `changed(response)` or `gone` brought meanwhile is newer.
      if (this.sequence === sequence && this.observers.size > 0) {
        this.#state(this.#isForAll() ? response : observeAnew())
      }
      this.#answered()
      return response
    }
    const failed = (error: unknown): void => {
      if (this.sequence === sequence) this.publish(this.keeper.failure(error))
      this.#answered()
    }
    try {
      const result = after(this.#askNow(), done)
      if (result instanceof Promise) result.catch(failed)
    } catch (error) {
      failed(error)
    }
  }

  #askNow(): Response | Promise<Response> {
    const { keeper } = this
    const outer = keeper.asking
    keeper.asking = this
    try {
      return this.#again(this.request)
    } finally {
      keeper.asking = outer
    }
  }

  /** If something has changed meanwhile it is asked again: at once, but for a handler that is itself what changes it. */
  #answered(): void {
    this.#asking = false
    this.#restless = this.#changed ? this.#restless + 1 : 0
    if (this.#changed && this.observers.size > 0)
      this.#askIn(this.#restless > 2 ? Math.max(this.#rest, restlessness) : this.#rest)
  }

  #state(response: Response): void {
    this.sequence = this.nextNumber()
    this.number = this.sequence
    this.latest = response
    this.format = response.contentFormat
    this.#notification = undefined
    this.#toldAt = this.keeper.now()
    if (this.#newcomers !== undefined) for (const observer of this.#newcomers) observer.upToDate()
    this.#newcomers = undefined
    this.#refreshBefore(response)
    this.#visitAll()
  }

  /** Goes on from where it is: otherwise, if states follow fast, the same observers would always be the last. */
  #visitAll(): void {
    this.#unvisited = this.observers.size
    this.keeper.tell(this)
  }

  #encoded({ ok, code, options, payload }: Response): Message {
    const numbered = ok ? options.clone().set(Observe, this.number & 0xffffff) : options
    const message = { code, options: numbered, payload }
    try {
      return new EncodedMessage(message)
    } catch (error) {
      if (error instanceof RangeError) return new Message(message) // too long for any transport: it is found out there
      throw error
    }
  }

  /** How long to wait for a further change before a state is repeated: half its Max-Age, within bounds. */
  get #quiet(): number {
    return Math.min(Math.max(freshnessOf(this.latest) / 2, leastQuiet), mostQuiet)
  }

  /** The state has come to rest: who may have missed it is sent it once more, Confirmable (RFC 7641 4.5). */
  #repeat(): void {
    const rest = this.#toldAt + this.#quiet - this.keeper.now()
    if (rest > 0) {
      this.keeper.arm(this.#followUp as Timer, rest)
      return
    }
    let repeated = false
    for (const observer of this.observers) {
      if (observer.unacknowledged === 0) continue
      // What has not left yet cannot have been lost.
      if (observer.queued) this.unconfirmed()
      else {
        observer.repeat()
        repeated = true
      }
    }
    if (!repeated) return
    this.number = this.nextNumber()
    this.#notification = undefined
    this.#visitAll()
  }

  /** Asks again shortly before Max-Age is over (RFC 7641 4.3.1). */
  #refreshBefore(response: Response): void {
    const maxAge = freshnessOf(response)
    if (!this.keeper.refreshes || !response.ok || maxAge === 0) return
    this.#refresh ??= new Timer(() => this.changed())
    this.keeper.arm(this.#refresh, maxAge * 0.9)
  }

  #end(): void {
    this.#unvisited = 0
    for (const timer of [this, this.#followUp, this.#refresh]) if (timer !== undefined) this.keeper.disarm(timer)
    this.keeper.forget(this)
  }

  /** No if the handler has looked at who asks, and others would get the answer too. */
  #isForAll(): boolean {
    const { lookedAtPeer, peer } = this.#incoming
    if (this.#ofOnePeer || !lookedAtPeer) return true
    for (const observer of this.observers) if (observer.peer !== peer) return false
    return true
  }
}

/** In milliseconds. */
function freshnessOf(response: Response | undefined): number {
  return (response === undefined ? defaultMaxAge : maxAgeOf(response.options)) * 1000
}

/** Ends observations that were put together while the handler did not look at who asks: from now on each is asked for by itself. */
function observeAnew(): Response {
  const response = Response.diagnostic(Code.ServiceUnavailable, 'the answer depends on who asks now: observe anew')
  return response.with({ options: new Options().add(MaxAge, 0) })
}
