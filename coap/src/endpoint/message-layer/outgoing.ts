// One message of ours on its way (RFC 7252 4.2, 4.3): Confirmable ones are sent again, with exponential back-off, until they are
// settled; Non-confirmable ones once.

import { type Context, randomFraction } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import { isRequest } from '../../message/code.ts'
import { EncodedMessage } from '../../message/encoded-message.ts'
import type { Message } from '../../message/message.ts'
import { maxTransmitSpan, type TransmissionParameters } from '../../message/transmission.ts'
import type { Association } from '../../transport/transport.ts'
import type { EndpointPeer } from '../peer.ts'
import { type TokenKey, tokenOf } from '../tokens.ts'
import { backedOff } from './round-trip.ts'

/** How it ended. */
export type Outcome =
  /** Acknowledged; or, if it was Non-confirmable, sent and not reset. */
  | 'acknowledged'
  | 'reset'
  /** Not acknowledged after MAX_RETRANSMIT retransmissions. */
  | 'timeout'
  /** Its association is gone, but its peer may come back: what is idempotent may be sent again, as a new message. */
  | 'interrupted'
  /** Its peer is gone. */
  | 'gone'

/** Whose message it is. */
export interface Sender {
  /** Its turn has come: the message to send now; undefined if there is none any more. */
  departing(): Message | undefined
  /** That message is longer than the transport takes: another one in its place, or undefined if the sender gives up. */
  tooLong(maxMessageSize: number): Message | undefined
  /** It was not acknowledged and is to be sent again: another one in its place if what it says is out of date (RFC 7641 4.5.2). */
  renewed?(): Message | undefined
  /**
   * Of a Non-confirmable message: for how many milliseconds it counts as outstanding, by its length. 0, of any length: not at all.
   * `roundTrip` is the time-out that its peer's round trips suggest, if they are measured.
   */
  outstandingFor(length: number, roundTrip?: number): number
  settled(outcome: Outcome): void
}

/** What has left: its bytes; or a message that does not change, from which they can be made again. */
export type Sent = Uint8Array | EncodedMessage

/** Who sees to it that it leaves. */
export interface Carrier {
  settle(outgoing: Outgoing, outcome: Outcome): void
  /** Sends it again; false: it is past the `latest` time for that. */
  retransmit(outgoing: Outgoing, sent: Sent, timeout: number, latest: number): boolean
}

export interface OutgoingInit {
  readonly sender: Sender
  readonly peer: EndpointPeer
  readonly token: Uint8Array | TokenKey
  readonly confirmable: boolean
  readonly parameters: TransmissionParameters
  /** How many of its kind may wait is limited elsewhere: it waits whatever the backlog. */
  readonly boundedElsewhere?: true
  /** Of a message to a group, all who may be members: none of our messages on its way to one has its Message ID (RFC 7252 8.1). */
  readonly members?: Iterable<EndpointPeer>
}

export class Outgoing extends Timer {
  readonly sender: Sender
  readonly peer: EndpointPeer
  readonly #token: Uint8Array | TokenKey
  readonly confirmable: boolean
  readonly parameters: TransmissionParameters
  readonly members: Iterable<EndpointPeer> | undefined
  readonly #carrier: Carrier
  /** Defined while it is in flight. */
  association: Association | undefined = undefined
  epoch = 0
  messageId = -1
  /** How often it has left. */
  transmissions = 0
  /** When it left first. */
  departedAt = 0
  /** What is sent again, byte for byte. */
  #sent: Sent | undefined = undefined
  #timeout = 0
  #retransmissionsLeft = 0

  constructor(carrier: Carrier, init: OutgoingInit) {
    super()
    this.#carrier = carrier
    this.sender = init.sender
    this.peer = init.peer
    this.#token = init.token
    this.confirmable = init.confirmable
    this.parameters = init.parameters
    this.members = init.members
  }

  get token(): Uint8Array {
    return typeof this.#token === 'string' ? tokenOf(this.#token) : this.#token
  }

  /** It has left for the first time, now: `timeout` before the random factor. */
  departed(
    association: Association,
    messageId: number,
    sent: Sent,
    timeout: number,
    now: number,
    context: Context,
  ): void {
    this.association = association
    this.epoch = association.epoch
    this.messageId = messageId
    this.transmissions = 1
    this.departedAt = now
    this.#sent = sent
    this.#retransmissionsLeft = this.parameters.maxRetransmit
    this.#timeout = timeout * (1 + (this.parameters.ackRandomFactor - 1) * randomFraction(context))
    context.timers.arm(this, this.#timeout)
  }

  /** It has left, once and for all, and counts as outstanding for so many milliseconds. */
  departedOnce(association: Association, messageId: number, outstanding: number, context: Context): void {
    this.association = association
    this.epoch = association.epoch
    this.messageId = messageId
    this.transmissions = 1
    context.timers.arm(this, outstanding)
  }

  /** Another message has its place, with all that it has tried so far. */
  superseded(messageId: number, sent: Sent): void {
    this.messageId = messageId
    this.#sent = sent
  }

  /** It is outstanding for a while after it has left: NSTART is about such (RFC 7252 4.7). */
  get counts(): boolean {
    return this.confirmable || this.sender.outstandingFor(1) > 0
  }

  /** Of a Confirmable message that has left: it is a request, whose acknowledgement may have the response. */
  get isRequest(): boolean {
    const sent = this.#sent
    return sent !== undefined && isRequest(sent instanceof EncodedMessage ? sent.code : (sent[1] as number))
  }

  override fire(): void {
    if (!this.confirmable) this.#carrier.settle(this, 'acknowledged')
    else if (this.#retransmissionsLeft === 0) this.#carrier.settle(this, 'timeout')
    else if (this.association?.epoch !== this.epoch) this.#carrier.settle(this, 'interrupted')
    else {
      this.#timeout = backedOff(this.parameters, this.#timeout)
      this.#retransmissionsLeft--
      if (this.#carrier.retransmit(this, this.#sent as Sent, this.#timeout, this.#latest)) this.transmissions++
      else this.#retransmissionsLeft = 0
    }
  }

  /** No retransmission leaves later: MAX_TRANSMIT_SPAN, and a millisecond for each that its timer may be late. */
  get #latest(): number {
    return this.departedAt + maxTransmitSpan(this.parameters) + this.parameters.maxRetransmit
  }
}
