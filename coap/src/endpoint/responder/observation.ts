// One observation that we serve (RFC 7641 4): a token of a peer's, and the group of those who get the same. At most one notification is
// on its way at a time; it is made when it leaves, so that the newest state wins.

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
  /** Undefined: it is not sent, or has ended. */
  submit(observation: Observation): Outgoing | undefined
  withdraw(outgoing: Outgoing): void
  settled(observation: Observation, outcome: Outcome, confirmable: boolean): void
  /** The response for an error. */
  failure(error: unknown): Response
}

/** What all observers of a group are to be told. */
export interface ObservedState {
  readonly keeper: ObservationKeeper
  /** Undefined until something has changed. */
  readonly latest: Response | undefined
  readonly sequence: number
  /** One of the observers' requests, which stands for all. */
  readonly request: Request
  /** The observation has ended; false: it had before. */
  remove(observation: Observation): boolean
}

export class Observation implements Sender, Recipient {
  readonly peer: EndpointPeer
  readonly token: TokenKey
  readonly group: ObservedState
  /** What the layers do to each notification; shared where there are none. */
  readonly changes: readonly Change[]
  /** The Content-Format of the first response, which those of all notifications must be (RFC 7641 4.2). */
  readonly format: ContentFormat | undefined
  /** All notifications are Confirmable. */
  readonly confirmable: boolean
  /** Another one of the same peer. */
  next: Observation | undefined = undefined
  /** Notifications since the last Confirmable one, and the second when that was acknowledged. */
  unacknowledged = 0
  heard: number
  /** The sequence number of the state that was sent last; 32 bits of it, which cost no object. */
  #sent: number
  /** The notification that waits for its turn, or is on its way; while it is handed over, only that it is. */
  #outgoing: Outgoing | 'leaving' | undefined = undefined
  #last = false
  /** Of the last Non-confirmable notification: a Reset names it (RFC 7641 4.2). */
  #messageId = -1

  constructor(
    peer: EndpointPeer,
    token: TokenKey,
    group: ObservedState,
    changes: readonly Change[],
    format: ContentFormat | undefined,
    confirmable: boolean,
    second: number,
  ) {
    this.peer = peer
    this.token = token
    this.group = group
    this.changes = changes
    this.format = format
    this.confirmable = confirmable
    this.heard = second
    this.#sent = group.sequence | 0
  }

  /** There is a newer state than the one sent last: it leaves when its turn comes. */
  notify(): void {
    if (this.#outgoing !== undefined) return
    this.#outgoing = 'leaving'
    const outgoing = this.group.keeper.submit(this)
    if (this.#outgoing === 'leaving') this.#outgoing = outgoing
  }

  departing(): Message {
    const { latest, sequence } = this.group
    this.#sent = sequence | 0
    const response = latest === undefined ? Response.none : this.#changed(latest)
    this.#last = !response.ok
    const { code, payload } = response
    const options = this.#last ? response.options : response.options.clone().set(Observe, sequence & 0xffffff)
    return new Message({ code, options, payload })
  }

  /** Who has not acknowledged an old state is sent the newest one. */
  renewed(): Message | undefined {
    return this.behind ? this.departing() : undefined
  }

  tooLong(maxMessageSize: number): Response {
    this.#last = true
    return undeliverable(maxMessageSize)
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

  /** An error was sent: there is nothing after it (RFC 7641 4.2). */
  get last(): boolean {
    return this.#last
  }

  /** Has the group a state that was not sent yet? */
  get behind(): boolean {
    return this.#sent !== (this.group.sequence | 0)
  }

  sentAs(messageId: number): void {
    this.#messageId = messageId
  }

  isLast(messageId: number): boolean {
    return this.#messageId === messageId
  }

  /** It has ended: nothing more of it leaves. */
  withdraw(): void {
    const outgoing = this.#outgoing
    this.#outgoing = undefined
    if (outgoing !== undefined && outgoing !== 'leaving') this.group.keeper.withdraw(outgoing)
  }

  #changed(latest: Response): Response {
    try {
      let response = latest
      for (const change of this.changes) response = change(response, this)
      return this.#isOfFormat(response) ? deliverable(response) : Response.of(Code.NotAcceptable)
    } catch (error) {
      return this.group.keeper.failure(error)
    }
  }

  #isOfFormat(response: Response): boolean {
    return !response.ok || response.code === Code.Valid || response.contentFormat === this.format
  }
}
