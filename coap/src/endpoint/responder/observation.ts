// One observation that we serve (RFC 7641 4): a token of a peer's, and the group of those who get the same. At most one notification is
// on its way at a time; it is made when it leaves, so that the newest state wins.

import type { Timer } from '../../context/timer.ts'
import type { Request } from '../../handler/request.ts'
import { type Change, type Recipient, Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import type { ContentFormat } from '../../message/content-format.ts'
import { Message } from '../../message/message.ts'
import { Observe } from '../../message/option.ts'
import type { Outcome, Outgoing, Sender } from '../message-layer/outgoing.ts'
import { deliverable, undeliverable } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'
import type { TokenKey } from '../tokens.ts'

/** Who keeps observations, and deals with the message layer for them. */
export interface ObservationKeeper {
  /** Undefined: it is not sent, has its turn later, or has ended. */
  submit(observation: Observation): Outgoing | undefined
  withdraw(outgoing: Outgoing): void
  settled(observation: Observation, outcome: Outcome, confirmable: boolean): void
  /** The response for an error. */
  failure(error: unknown): Response
  /** Milliseconds on the clock. */
  now(): number
  arm(timer: Timer, delay: number): void
  disarm(timer: Timer): void
}

/** What all observers of a group are to be told. */
export interface ObservedState {
  readonly keeper: ObservationKeeper
  /** Undefined until something has changed. */
  readonly latest: Response | undefined
  /** The same as it leaves, for all whose layers change nothing of it. */
  readonly notification: Message
  /** Its Content-Format. */
  readonly format: ContentFormat | undefined
  /** Of the state: another one has a higher one. */
  readonly sequence: number
  /** What is sent as Observe (RFC 7641 4.4): higher than `sequence` where the same state is sent once more. */
  readonly number: number
  /** One of the observers' requests, which stands for all. */
  readonly request: Request
  /** The handler is to be asked though nobody has said that something has changed. */
  ask(): void
  /** A Non-confirmable notification leaves. */
  unconfirmed(): void
  /** The observation has ended; false: it had before. */
  remove(observation: Observation): boolean
}

export interface ObservationInit {
  readonly peer: EndpointPeer
  readonly token: TokenKey
  readonly group: ObservedState
  /** What the layers do to each notification; shared where there are none. */
  readonly changes: readonly Change[]
  /** The Content-Format of the first response, which those of all notifications must be (RFC 7641 4.2). A 2.03 has none: that of the next one. */
  readonly format: ContentFormat | 'any' | undefined
  /** All notifications are. */
  readonly confirmable: boolean
  /** The second when it was registered. */
  readonly heard: number
}

/** Many are kept: what is yes or no is a bit, and above the bits there is a count. */
const isConfirmable = 1
const isLast = 2
const isRepeated = 4
const isEnded = 8
const flags = 15
const counted = 16
/** Milliseconds between Non-confirmable notifications without a round-trip estimate (RFC 7641 4.5.1). */
const spacing = 3000

export class Observation implements Sender, Recipient {
  readonly peer: EndpointPeer
  readonly token: TokenKey
  readonly group: ObservedState
  readonly #changes: readonly Change[]
  #format: ContentFormat | 'any' | undefined
  /** Another one of the same peer. */
  next: Observation | undefined = undefined
  /** The second when a Confirmable notification was acknowledged last. */
  heard: number
  #bits: number
  /** The sequence number of the state that was sent last; 32 bits of it, which cost no object. */
  #sent: number
  /** The notification that waits for its turn, or is on its way; while it is handed over, only that it is. */
  #outgoing: Outgoing | 'leaving' | undefined = undefined
  /** Of the last Non-confirmable notification: a Reset names it (RFC 7641 4.2). */
  #messageId = -1

  constructor({ peer, token, group, changes, format, confirmable, heard }: ObservationInit) {
    this.peer = peer
    this.token = token
    this.group = group
    this.#changes = changes
    this.#format = format
    this.heard = heard
    this.#bits = confirmable ? isConfirmable : 0
    this.#sent = group.sequence | 0
  }

  /** All its notifications are Confirmable. */
  get confirmable(): boolean {
    return (this.#bits & isConfirmable) !== 0
  }

  /** An error was sent: there is nothing after it (RFC 7641 4.2). */
  get last(): boolean {
    return (this.#bits & isLast) !== 0
  }

  /** Notifications since the last Confirmable one. */
  get unacknowledged(): number {
    return this.#bits >>> 4
  }

  /** The state that was sent last is to be sent once more, in a Confirmable message. */
  get repeated(): boolean {
    return (this.#bits & isRepeated) !== 0
  }

  /** There is something to send: a state that was not sent yet, or the same once more. */
  get wants(): boolean {
    return this.repeated || this.isBehind
  }

  /** Has the group a state that is to be sent and was not yet? */
  get isBehind(): boolean {
    return this.#sent !== (this.group.sequence | 0)
  }

  /** What was registered while the handler was asked has a state that is as new. */
  upToDate(): void {
    this.#sent = this.group.sequence | 0
  }

  /** There is a newer state: it leaves when its turn comes. Returns whether it does so now. */
  consider(): boolean {
    return this.wants && this.notify()
  }

  /** A notification waits for its turn. */
  get queued(): boolean {
    return this.#outgoing !== undefined && this.#outgoing !== 'leaving' && this.#outgoing.transmissions === 0
  }

  /** The same state is to leave once more, unless there is a newer one. */
  repeat(): void {
    this.#bits |= isRepeated
  }

  /** Sends the newest state when its turn comes. Returns whether it is handed over. */
  notify(): boolean {
    if (this.#outgoing !== undefined || (this.#bits & isEnded) !== 0) return false
    this.#outgoing = 'leaving'
    const outgoing = this.group.keeper.submit(this)
    if (this.#outgoing === 'leaving') this.#outgoing = outgoing
    return outgoing !== undefined
  }

  /** It is about to be handed over, Confirmable or not. */
  submitted(confirmable: boolean): void {
    if (confirmable) this.#bits &= flags & ~isRepeated
    else this.#bits += counted
  }

  departing(): Message {
    const { group } = this
    const { latest, number } = group // a layer may bring a newer state about
    this.#sent = group.sequence | 0
    const response = latest === undefined ? Response.none : this.#changed(latest)
    this.#bits = response.ok ? this.#bits & ~isLast : this.#bits | isLast
    if (response === group.latest) return group.notification
    const { code, payload } = response
    const options = response.ok ? response.options.clone().set(Observe, number & 0xffffff) : response.options
    return new Message({ code, options, payload })
  }

  /** Who has not acknowledged an old state is sent the newest one. */
  renewed(): Message | undefined {
    return this.isBehind ? this.departing() : undefined
  }

  tooLong(maxMessageSize: number): Response {
    this.#bits |= isLast
    return undeliverable(maxMessageSize)
  }

  outstandingFor(_length: number, roundTrip?: number): number {
    return roundTrip ?? spacing
  }

  settled(outcome: Outcome): void {
    const outgoing = this.#outgoing === 'leaving' ? undefined : this.#outgoing
    this.#outgoing = undefined
    this.#messageId = outgoing?.messageId ?? this.#messageId
    this.group.keeper.settled(this, outcome, outgoing?.confirmable ?? false)
  }

  get request(): Request {
    return this.group.request
  }

  sentAs(messageId: number): void {
    this.#messageId = messageId
  }

  isLast(messageId: number): boolean {
    return this.#messageId === messageId
  }

  /** It has ended: nothing more of it leaves. Returns whether something was on its way. */
  end(): boolean {
    const outgoing = this.#outgoing
    this.#outgoing = undefined
    this.#bits |= isEnded
    if (outgoing === undefined || outgoing === 'leaving') return false
    this.group.keeper.withdraw(outgoing)
    return true
  }

  #changed(latest: Response): Response {
    try {
      let response = latest
      for (const change of this.#changes) response = change(response, this)
      return this.#isOfFormat(response) ? deliverable(response) : Response.of(Code.NotAcceptable)
    } catch (error) {
      return this.group.keeper.failure(error)
    }
  }

  #isOfFormat(response: Response): boolean {
    if (!response.ok || response.code === Code.Valid) return true
    const format = response === this.group.latest ? this.group.format : response.contentFormat
    if (this.#format === 'any') this.#format = format
    return format === this.#format
  }
}
