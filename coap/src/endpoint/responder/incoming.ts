// One request of a peer's, from its arrival until its response has been delivered: piggy-backed if the handler is quick, else an Empty
// acknowledgement first and the response as a message of its own (RFC 7252 5.2).

import type { Bagged } from '../../collections/bag.ts'
import { Cancellation } from '../../context/signal.ts'
import { Timer } from '../../context/timer.ts'
import type { RequestInit } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { changesSoFar } from '../../handler/subject.ts'
import type { Code } from '../../message/code.ts'
import { type Datagram, Type } from '../../message/datagram.ts'
import type { Options } from '../../message/options.ts'
import type { Association } from '../../transport/transport.ts'
import type { Remembered } from '../message-layer/deduplication.ts'
import type { Outcome, Sender } from '../message-layer/outgoing.ts'
import { undeliverable } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'

/** Who answers it. */
export interface Answerer {
  /** The handler takes long. */
  acknowledge(incoming: Incoming): void
  /** Its moment has come within the leisure (RFC 7252 8.2). */
  atLeisure(incoming: Incoming): void
  /** Its separate response was acknowledged, or not. */
  delivered(incoming: Incoming, outcome: Outcome): void
}

export class Incoming extends Timer implements Sender, RequestInit, Bagged {
  readonly message: Datagram
  readonly association: Association
  readonly entry: Remembered
  readonly multicast: boolean
  /** How many changes of subjects there had been when it came. */
  readonly changesBefore: number = changesSoFar()
  readonly #answerer: Answerer
  #cancellation: Cancellation | undefined = undefined
  #response: Response | undefined = undefined
  /** An Empty acknowledgement has gone ahead. */
  acknowledged = false
  /** The handler, or a layer, has looked at who asks: its answer may be for this peer alone. */
  lookedAtPeer = false
  place = -1

  constructor(answerer: Answerer, message: Datagram, association: Association, entry: Remembered, multicast: boolean) {
    super()
    this.#answerer = answerer
    this.message = message
    this.association = association
    this.entry = entry
    this.multicast = multicast
  }

  get code(): Code {
    return this.message.code
  }

  get token(): Uint8Array {
    return this.message.token
  }

  get options(): Options {
    return this.message.options
  }

  get payload(): Uint8Array {
    return this.message.payload
  }

  get confirmable(): boolean {
    return this.message.type === Type.Confirmable
  }

  get peer(): EndpointPeer {
    return this.association.peer as EndpointPeer
  }

  get notes(): this {
    return this
  }

  /** Made when a handler asks for it. */
  get signal(): Cancellation {
    this.#cancellation ??= new Cancellation()
    return this.#cancellation
  }

  /** Nobody waits for the answer any more. */
  abort(reason: unknown): void {
    this.#cancellation?.abort(reason)
  }

  /** The handler takes long; or, of a request to a group: its response has waited long enough. */
  override fire(): void {
    if (this.multicast) this.#answerer.atLeisure(this)
    else this.#answerer.acknowledge(this)
  }

  /** The response goes as a message of its own. */
  separately(response: Response): void {
    this.#response = response
  }

  departing(): Response | undefined {
    return this.#response
  }

  tooLong(maxMessageSize: number): Response {
    return undeliverable(maxMessageSize)
  }

  outstandingFor(): number {
    return 0
  }

  settled(outcome: Outcome): void {
    this.#answerer.delivered(this, outcome)
  }
}
