// One request of ours and what comes back for it: a response, or an error, or, if it observes, a response and notifications.

import type { Bagged } from '../../collections/bag.ts'
import type { Context } from '../../context/context.ts'
import { type Abortable, AbortWatch } from '../../context/signal.ts'
import { Timer } from '../../context/timer.ts'
import { ExchangeError, ResetError, TimeoutError } from '../../errors.ts'
import { noResponseAtAll } from '../../handler/no-response.ts'
import type { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { codeClass, isIdempotent } from '../../message/code.ts'
import { type Datagram, Type } from '../../message/datagram.ts'
import { Message } from '../../message/message.ts'
import { Observe } from '../../message/option.ts'
import type { Options } from '../../message/options.ts'
import { probingTime, type TransmissionParameters } from '../../message/transmission.ts'
import type { Outcome, Outgoing, Sender } from '../message-layer/outgoing.ts'
import { requestTooLong } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'
import { NotificationOrder } from './notification-order.ts'
import { Notifications } from './notifications.ts'

/** Who keeps exchanges, and deals with the message layer for them. */
export interface ExchangeKeeper {
  /** Undefined: too many wait already. */
  submit(exchange: Exchange): Outgoing | undefined
  withdraw(outgoing: Outgoing): void
  /** It has ended: its token is free. */
  end(exchange: Exchange): void
  unobserve(exchange: Exchange): void
  notified(): void
  reordered(): void
  dropped(): void
}

export interface ExchangeInit {
  readonly keeper: ExchangeKeeper
  readonly context: Context
  readonly request: Request
  readonly peer: EndpointPeer
  readonly token: Uint8Array
  /** The request's options with those that its URI becomes. */
  readonly options: Options
  /** The observation that it renews, under the same token (RFC 7641 3.3.1). */
  readonly renews?: Exchange
  readonly parameters: TransmissionParameters
}

export class Exchange extends Timer implements Sender, Bagged {
  place = -1
  readonly request: Request
  readonly peer: EndpointPeer
  readonly token: Uint8Array
  readonly parameters: TransmissionParameters
  /** Settled by the first response. */
  readonly response: Promise<Response>
  readonly #keeper: ExchangeKeeper
  readonly #context: Context
  readonly #message: Message
  /** Its turn has come: before, there is nothing that a response could be for. */
  asked = false
  /** What renews it, as long as that has not been answered: then it has its token and its place. */
  renewal: Exchange | undefined = undefined
  readonly #renews: Exchange | undefined
  /** Notifications that were taken; and, of a renewal, how many that was of what it renews when it left. */
  #taken = 0
  #takenBefore = 0
  #outgoing: Outgoing | undefined = undefined
  readonly #resolve: (response: Response) => void
  readonly #reject: (error: unknown) => void
  #watch: AbortWatch | undefined = undefined
  #answered = false
  #order: NotificationOrder | undefined = undefined
  #notifications: Notifications | undefined = undefined

  constructor({ keeper, context, request, peer, token, options, parameters, renews }: ExchangeInit) {
    super()
    this.#keeper = keeper
    this.#context = context
    this.request = request
    this.peer = peer
    this.token = token
    this.parameters = parameters
    this.#message = new Message({ code: request.code, options, payload: request.payload })
    this.#renews = renews
    if (renews !== undefined) renews.renewal = this
    const { promise, resolve, reject } = Promise.withResolvers<Response>()
    this.response = promise
    this.#resolve = resolve
    this.#reject = reject
  }

  /** Sends the request. */
  start(): void {
    this.#outgoing = this.#keeper.submit(this)
    if (this.#outgoing === undefined && !this.#answered) {
      this.fail(
        new ExchangeError('too many requests wait for their turn at this peer: raise the limit `backlog`, or NSTART'),
      )
    }
  }

  departing(): Message {
    this.asked = true
    this.#takenBefore = this.#renews === undefined ? 0 : this.#renews.#taken
    if (!this.request.confirmable) this.#context.timers.arm(this, this.parameters.responseTimeout)
    return this.#message
  }

  tooLong(maxMessageSize: number): undefined {
    this.fail(requestTooLong(maxMessageSize))
  }

  settled(outcome: Outcome): void {
    const awaited = !this.#answered
    this.#outgoing = undefined
    if (!awaited) return
    switch (outcome) {
      case 'acknowledged':
        if (noResponseAtAll(this.#message.options)) this.#spared()
        else if (!this.armed) this.#context.timers.arm(this, this.parameters.responseTimeout)
        return
      case 'reset':
        this.fail(
          new ResetError(
            'the peer rejected the request with a Reset: it does not understand it, or has lost its state',
          ),
        )
        return
      case 'timeout':
        this.fail(
          new TimeoutError(
            `no acknowledgement after ${this.parameters.maxRetransmit} retransmissions: is anybody there?`,
          ),
        )
        return
      case 'interrupted':
        if (isIdempotent(this.request.code)) this.#again()
        else
          this.fail(
            new ExchangeError(
              'the association was lost before the request was acknowledged; it may or may not have been handled',
            ),
          )
        return
      case 'gone':
        this.fail(new ExchangeError('the peer is gone'))
        return
      default:
        outcome satisfies never
    }
  }

  /** Acknowledged, or sent for good, and no response since. */
  override fire(): void {
    this.fail(new TimeoutError(`no response within ${this.parameters.responseTimeout / 1000} s`))
  }

  /** A message with our token has come from our peer. */
  receive(message: Datagram): void {
    const sequence = this.request.observes ? message.options.get(Observe) : undefined
    const observed = sequence !== undefined && codeClass(message.code) === 2
    const { renewal } = this
    if (renewal?.isAnsweredBy(message, observed)) {
      if (observed && this.#isAheadOf(sequence, renewal)) {
        renewal.askAgain()
        return
      }
      this.#notifications?.end()
      this.#keeper.end(this)
      renewal.receive(message)
      return
    }
    if (this.#answered) {
      this.#notify(message, observed ? sequence : undefined)
      return
    }
    this.#answered = true
    this.#context.timers.cancel(this)
    if (this.#outgoing !== undefined) this.#keeper.withdraw(this.#outgoing)
    if (observed) {
      this.#order = new NotificationOrder(sequence, this.#context.now())
      this.#notifications = new Notifications(
        () => this.#keeper.unobserve(this),
        () => this.#keeper.dropped(),
        this.request.unread,
      )
    } else this.#keeper.end(this)
    this.#resolve(this.#responseOf(message))
  }

  /** There will be no response, or no further notification. */
  fail(error: unknown): void {
    this.#context.timers.cancel(this)
    if (this.#outgoing !== undefined) this.#keeper.withdraw(this.#outgoing)
    this.#outgoing = undefined
    this.#keeper.end(this)
    if (this.#answered) this.#notifications?.end(error)
    this.#answered = true
    this.#reject(error)
  }

  /** An abort of this signal ends the exchange, and the observation after it. Before it starts: it may end at once. */
  obey(signal: Abortable): void {
    const abort = (): void => {
      if (this.#notifications !== undefined) this.#keeper.unobserve(this)
      this.fail(signal.reason)
    }
    this.#watch = new AbortWatch(signal, abort)
  }

  /** It has ended. */
  release(): void {
    this.#watch?.end()
  }

  outstandingFor(length: number): number {
    return probingTime(length, this.parameters)
  }

  /**
   * Of a renewal: is this the answer to it, or one more notification of what it renews, which has the same token? The answer comes on the
   * acknowledgement, or as the first message after an Empty one. Who has restarted counts anew, so numbers cannot tell. An error is the
   * end in any case.
   */
  isAnsweredBy({ type }: Datagram, observed: boolean): boolean {
    if (!observed) return true
    return this.asked && (type === Type.Acknowledgement || this.#outgoing === undefined || !this.request.confirmable)
  }

  get observing(): boolean {
    return this.#notifications !== undefined
  }

  /** Its turn to leave has not come yet. */
  get queued(): boolean {
    return this.#outgoing?.transmissions === 0
  }

  /** Asked at another place, it does no more than it has done: it can have arrived nowhere, or is idempotent. */
  get repeatable(): boolean {
    return isIdempotent(this.request.code) || (this.#outgoing !== undefined && this.#outgoing.transmissions <= 1)
  }

  /**
   * A notification has come since the renewal left, and is newer than the answer: that was made first, and has come late, as what a server
   * had kept for a duplicate; or else the server has restarted. Only a new message tells.
   */
  #isAheadOf(sequence: number, renewal: Exchange): boolean {
    return this.#taken > renewal.#takenBefore && this.#order?.isBehind(sequence, this.#context.now()) === true
  }

  /** Of a renewal: the answer does not count. */
  askAgain(): void {
    if (this.#outgoing !== undefined) this.#keeper.withdraw(this.#outgoing)
    this.#again()
  }

  /** Sends the request as a new message, if its peer comes back in time: nobody knows whether it has arrived. */
  #again(): void {
    this.#context.timers.arm(this, this.parameters.responseTimeout)
    this.start()
  }

  #notify(message: Datagram, sequence: number | undefined): void {
    if (this.#notifications === undefined) return
    this.#keeper.notified()
    if (sequence !== undefined && this.#order?.advance(sequence, this.#context.now()) !== true) {
      this.#keeper.reordered()
      return
    }
    this.#taken++
    this.#notifications.push(this.#responseOf(message))
    if (sequence === undefined) {
      this.#notifications.end()
      this.#keeper.end(this)
    }
  }

  /** There will be no response, as the request wished. */
  #spared(): void {
    this.#answered = true
    this.#context.timers.cancel(this)
    this.#keeper.end(this)
    this.#resolve(Response.none)
  }

  #responseOf(message: Datagram): Response {
    const { code, token, options, payload } = message.keep()
    const { uri } = this.request
    return new Response({
      ...{ code, token, options, payload, peer: this.peer },
      ...(uri !== undefined && { uri }),
      ...(this.#notifications !== undefined && { notifications: this.#notifications }),
    })
  }
}
