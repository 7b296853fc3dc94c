// A CoAP ping (RFC 7252 4.3): an Empty Confirmable message, which whoever is there rejects.

import type { Context } from '../context/context.ts'
import { ConnectionError, TimeoutError } from '../errors.ts'
import { Code } from '../message/code.ts'
import { Message, noBytes } from '../message/message.ts'
import type { TransmissionParameters } from '../message/transmission.ts'
import type { MessageLayer } from './message-layer.ts'
import type { Outcome, Sender } from './outgoing.ts'
import type { EndpointPeer } from './peer.ts'

export class Ping implements Sender {
  readonly #context: Context
  readonly #done: (milliseconds: number) => void
  readonly #failed: (error: unknown) => void
  #sent = 0

  private constructor(context: Context, done: (milliseconds: number) => void, failed: (error: unknown) => void) {
    this.#context = context
    this.#done = done
    this.#failed = failed
  }

  static send(
    peer: EndpointPeer,
    layer: MessageLayer,
    context: Context,
    parameters: TransmissionParameters,
  ): Promise<number> {
    return new Promise((resolve, reject) => {
      peer.open++
      const close = (settle: () => void) => (): void => {
        peer.open--
        settle()
      }
      const ping = new Ping(
        context,
        (time) => close(() => resolve(time))(),
        (error) => close(() => reject(error))(),
      )
      const accepted = layer.submit({
        sender: ping,
        peer,
        token: noBytes,
        confirmable: true,
        parameters,
        outstandingFor: () => 0,
      })
      if (accepted === undefined)
        ping.#failed(new ConnectionError('too many messages wait for their turn at this peer'))
    })
  }

  departing(): Message {
    this.#sent = this.#context.now()
    return empty
  }

  settled(outcome: Outcome): void {
    switch (outcome) {
      case 'reset':
      case 'acknowledged':
        this.#done(this.#context.now() - this.#sent)
        return
      case 'timeout':
        this.#failed(new TimeoutError('nobody answered the ping'))
        return
      case 'interrupted':
      case 'gone':
        this.#failed(new ConnectionError('the association was lost'))
        return
      default:
        outcome satisfies never
    }
  }
}

const empty = new Message({ code: Code.Empty })
