// A CoAP ping (RFC 7252 4.3): an Empty Confirmable message, which whoever is there rejects.

import type { Context } from '../../context/context.ts'
import { ConnectionError, TimeoutError } from '../../errors.ts'
import { Code } from '../../message/code.ts'
import { Message, noBytes } from '../../message/message.ts'
import type { TransmissionParameters } from '../../message/transmission.ts'
import type { EndpointPeer } from '../peer.ts'
import type { MessageLayer } from './message-layer.ts'
import type { Outcome, Outgoing, Sender } from './outgoing.ts'

export interface PingInit {
  readonly peer: EndpointPeer
  readonly layer: MessageLayer
  readonly context: Context
  readonly parameters: TransmissionParameters
}

export class Ping implements Sender {
  /** The milliseconds that the answer took. */
  readonly answered: Promise<number>
  readonly #init: PingInit
  #resolve: (milliseconds: number) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #outgoing: Outgoing | undefined = undefined
  #sent = 0

  constructor(init: PingInit) {
    this.#init = init
    this.answered = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  send(): void {
    const { peer, layer, parameters } = this.#init
    this.#outgoing = layer.submit({
      ...{ sender: this, peer, parameters },
      token: noBytes,
      confirmable: true,
    })
    if (this.#outgoing === undefined)
      this.#reject(new ConnectionError('too many messages wait for their turn at this peer'))
  }

  get peer(): EndpointPeer {
    return this.#init.peer
  }

  /** Its turn to leave has not come yet. */
  get queued(): boolean {
    return this.#outgoing?.transmissions === 0
  }

  /** Nobody will answer it, or wants to know. */
  fail(error: unknown): void {
    if (this.#outgoing !== undefined) this.#init.layer.cancel(this.#outgoing)
    this.#outgoing = undefined
    this.#reject(error)
  }

  departing(): Message {
    this.#sent = this.#init.context.now()
    return empty
  }

  tooLong(): undefined {}

  outstandingFor(): number {
    return 0
  }

  settled(outcome: Outcome): void {
    this.#outgoing = undefined
    switch (outcome) {
      case 'reset':
      case 'acknowledged':
        this.#resolve(this.#init.context.now() - this.#sent)
        return
      case 'timeout':
        this.#reject(new TimeoutError('nobody answered the ping'))
        return
      case 'interrupted':
      case 'gone':
        this.#reject(new ConnectionError('the association was lost'))
        return
      default:
        outcome satisfies never
    }
  }
}

const empty = new Message({ code: Code.Empty })
