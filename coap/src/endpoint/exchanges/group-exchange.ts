// One request of ours to a group, and all that answer it until a deadline (RFC 7252 8, groupcomm-bis 3.1): it is Non-confirmable, and
// whoever has its token answers it.

import type { Context } from '../../context/context.ts'
import { type Abortable, AbortWatch } from '../../context/signal.ts'
import { Timer } from '../../context/timer.ts'
import { ExchangeError } from '../../errors.ts'
import type { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import type { Datagram } from '../../message/datagram.ts'
import { Message } from '../../message/message.ts'
import { probingTime, type TransmissionParameters } from '../../message/transmission.ts'
import { describeAddress } from '../../network/address.ts'
import type { Association } from '../../transport/transport.ts'
import type { Outcome, Outgoing, Sender } from '../message-layer/outgoing.ts'
import { requestTooLong } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'
import { requestOptions } from './request-options.ts'

/** Who keeps it, and deals with the message layer for it. */
export interface GroupExchangeKeeper {
  /** Undefined: too many wait already. */
  submit(exchange: GroupExchange, sender: Sender, peer: EndpointPeer): Outgoing | undefined
  withdraw(outgoing: Outgoing): void
  /** It has ended: it is not answered any more. */
  end(exchange: GroupExchange): void
}

export interface GroupExchangeInit {
  readonly keeper: GroupExchangeKeeper
  readonly context: Context
  readonly request: Request
  readonly token: Uint8Array
  readonly parameters: TransmissionParameters
  /** Milliseconds from when it leaves until nobody is waited for any more. */
  readonly timeout: number
  /** So many responders are heard. */
  readonly most: number
}

export class GroupExchange extends Timer {
  readonly token: Uint8Array
  readonly parameters: TransmissionParameters
  readonly #init: GroupExchangeInit
  readonly #outgoing = new Set<Outgoing>()
  /** Who has answered: another response of the same one is not what was asked for (groupcomm-bis 3.1.6). */
  readonly #heard = new Set<string>()
  /** Not read yet. */
  readonly #responses: Response[] = []
  #reader: ((result: Response | undefined | Promise<never>) => void) | undefined = undefined
  #asked = false
  #ended = false
  #watch: AbortWatch | undefined = undefined
  #error: unknown = undefined

  constructor(init: GroupExchangeInit) {
    super()
    this.#init = init
    this.token = init.token
    this.parameters = init.parameters
  }

  /** Its turn has come: before, there is nothing that a response could be for. */
  get asked(): boolean {
    return this.#asked
  }

  /** Sends the request on each of these. */
  start(associations: readonly Association[]): void {
    for (const association of associations) {
      const outgoing = this.#init.keeper.submit(this, this.#sender(association), association.peer as EndpointPeer)
      if (outgoing !== undefined) this.#outgoing.add(outgoing)
    }
    if (this.#outgoing.size === 0 && !this.#ended)
      this.fail(new ExchangeError('too many requests wait for their turn at this group: raise the limit `backlog`'))
  }

  /** A response that nobody has read yet, or the next one; undefined after the deadline. One reader at a time. */
  read(): Promise<Response | undefined> {
    const response = this.#responses.shift()
    if (response !== undefined) return Promise.resolve(response)
    if (this.#error !== undefined) return Promise.reject(this.#error)
    if (this.#ended) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      this.#reader = resolve
    })
  }

  /** A message with our token has come. */
  receive(message: Datagram, from: Association): void {
    for (const outgoing of this.#outgoing) this.#init.keeper.withdraw(outgoing) // somebody is there: the group need not be spared
    this.#outgoing.clear()
    const responder = describeAddress(from.path.remote)
    if (this.#heard.has(responder) || this.#heard.size >= this.#init.most) return
    this.#heard.add(responder)
    const response = this.#responseOf(message, from)
    if (this.#reader === undefined) this.#responses.push(response)
    else this.#give(response)
  }

  /** The deadline. */
  override fire(): void {
    this.end()
  }

  /** Nobody is waited for any more. May be said twice. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    this.#init.context.timers.cancel(this)
    for (const outgoing of this.#outgoing) this.#init.keeper.withdraw(outgoing)
    this.#outgoing.clear()
    this.#init.keeper.end(this)
    this.#watch?.end()
    this.#give(undefined)
  }

  /** Whoever reads is told, after what there is to read. */
  fail(error: unknown): void {
    if (this.#ended) return
    this.#error = error
    this.end()
  }

  /** An abort of this signal ends it. */
  obey(signal: Abortable): void {
    this.#watch = new AbortWatch(signal, () => this.fail(signal.reason))
  }

  #give(response: Response | undefined): void {
    const reader = this.#reader
    this.#reader = undefined
    reader?.(response === undefined && this.#error !== undefined ? Promise.reject(this.#error) : response)
  }

  #sender(association: Association): Sender {
    const { request, context, timeout } = this.#init
    const { code, payload } = request
    return {
      departing: () => {
        this.#asked = true
        context.timers.arm(this, timeout)
        return new Message({ code, options: requestOptions(request, association), payload })
      },
      tooLong: (maxMessageSize) => {
        this.fail(requestTooLong(maxMessageSize))
        return undefined
      },
      // NSTART and PROBING_RATE are for the group as for one peer (groupcomm-bis 3.6).
      outstandingFor: (length) => probingTime(length, this.parameters),
      settled: (outcome: Outcome) => {
        if (outcome === 'gone') this.fail(new ExchangeError('the group is not asked any more'))
      },
    }
  }

  #responseOf(message: Datagram, from: Association): Response {
    const { code, token, options, payload } = message.keep()
    const { uri } = this.#init.request
    const { host, port, zone } = from.path.remote
    return new Response({
      ...{ code, token, options, payload, peer: from.peer },
      ...(uri !== undefined && { uri: uri.with({ host, port, ...(zone !== undefined && { zone }) }) }),
    })
  }
}
