// Our requests that wait for a response, by token; a response must come from the peer that was asked (RFC 7252 5.3.2).

import { Bag } from '../../collections/bag.ts'
import type { Context } from '../../context/context.ts'
import { ExchangeError, UsageError } from '../../errors.ts'
import type { Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { describeCode, isRequest } from '../../message/code.ts'
import type { Datagram } from '../../message/datagram.ts'
import { Observe, type Option, optionOf } from '../../message/option.ts'
import { narrow } from '../../message/transmission.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import type { MessageLayer } from '../message-layer/message-layer.ts'
import type { Outgoing } from '../message-layer/outgoing.ts'
import { maxPayload } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'
import type { Rejection, Statistics } from '../statistics.ts'
import { Tokens } from '../tokens.ts'
import { Exchange, type ExchangeKeeper } from './exchange.ts'
import { requestOptions } from './request-options.ts'
import { TokenTable } from './token-table.ts'
import { unreachableError } from './unreachable.ts'

export interface ExchangesInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly statistics: Statistics
  readonly layer: MessageLayer
  /** Critical options in responses that the layers above deal with (RFC 7252 5.4.1). */
  readonly understands: readonly Option<unknown>[]
  /** How many requests to groups are outstanding: the limit is for both. */
  readonly toGroups: () => number
}

export class Exchanges implements ExchangeKeeper {
  readonly #init: ExchangesInit
  readonly #byToken = new TokenTable<Exchange>()
  /** Of all peers: also those that renew an observation and have its token only when they are answered. */
  #size = 0
  /** Requests that end an observation at its server, until they are settled. */
  readonly #deregistering = new Set<Promise<void>>()
  readonly #tokens: Tokens
  readonly #understoodMask: number
  readonly #understoodHigh: ReadonlyMap<number, Option<unknown>>

  constructor(init: ExchangesInit) {
    this.#init = init
    this.#tokens = new Tokens(init.context)
    this.#understoodMask = init.understands.reduce((mask, { number }) => (number < 32 ? mask | (1 << number) : mask), 0)
    this.#understoodHigh = new Map(init.understands.map((option) => [option.number, option]))
  }

  get size(): number {
    return this.#size
  }

  /** Whoever is to know that we observe no longer knows it, or does not answer. */
  async deregistered(): Promise<void> {
    await Promise.all(this.#deregistering)
  }

  /** Does this request renew an observation, if it goes to its peer? It has the token of one. */
  renews(request: Request): boolean {
    return request.token.length > 0 && this.#renewedBy(request) !== undefined
  }

  /** Asks a peer. The promise is settled by the response, an error, or the request's signal. */
  ask(request: Request, peer: EndpointPeer, association: Association): Promise<Response> {
    const { context, limits } = this.#init
    if (!isRequest(request.code))
      throw new UsageError(`a request has a method, not the code ${describeCode(request.code)}`)
    if (request.payload.length > maxPayload || request.body.whole === undefined) {
      throw new UsageError(
        `a message carries at most ${maxPayload} bytes, not ${request.body.size ?? 'any number'}: ask through the block-wise layer`,
      )
    }
    if (this.#size + this.#init.toGroups() >= limits.exchanges) {
      throw new UsageError(
        `${limits.exchanges} requests are outstanding: wait for some of them, or raise the limit \`exchanges\``,
      )
    }
    const observation = this.#renewedBy(request)
    const renews = observation?.peer === peer ? observation : undefined
    const token = renews?.token ?? this.#tokenFor(request, association, observation !== undefined)
    const exchange = new Exchange({
      keeper: this,
      context,
      request,
      peer,
      token,
      options: requestOptions(request, association),
      parameters: narrow(peer.transmission, request.transmission),
      ...(renews !== undefined && { renews }),
    })
    if (renews === undefined) this.#byToken.set(exchange)
    peer.open++
    this.#size++
    peer.asked ??= new Bag<Exchange>()
    askedOf(peer).add(exchange)
    if (request.abortable !== undefined) exchange.obey(request.abortable)
    exchange.start()
    return exchange.response
  }

  /** A response has come: undefined if an exchange takes it, else why it is rejected. */
  response(message: Datagram, from: Association): Rejection | undefined {
    const exchange = this.#byToken.find(message.packet, message.tokenStart, message.tokenEnd)
    if (exchange === undefined || exchange.peer !== from.peer || !exchange.asked) return 'unknown-response'
    const unrecognized = this.unrecognized(message)
    if (unrecognized !== 0) {
      const { name } = optionOf(unrecognized)
      exchange.fail(
        new ExchangeError(
          `the response has the critical option ${name} (${unrecognized}), which nobody here understands`,
        ),
      )
      return 'critical-option'
    }
    exchange.receive(message)
    return undefined
  }

  /** The number of a critical option in a response that nobody here understands (RFC 7252 5.4.1); 0: there is none. */
  unrecognized({ options }: Datagram): number {
    return options.firstUnrecognized(this.#understoodMask, this.#understoodHigh)
  }

  has(token: Uint8Array): boolean {
    return this.#byToken.find(token) !== undefined
  }

  /** An ICMP error: whoever asks there is told at once; those who wait for their turn, or the others. */
  unreachable(association: Association, cause: Error, queued: boolean): void {
    for (const exchange of askedOf(association.peer as EndpointPeer)) {
      if (exchange.observing || exchange.queued !== queued) continue
      exchange.fail(unreachableError(association, cause, exchange.repeatable))
    }
  }

  /** The peer is gone for good. */
  gone(peer: EndpointPeer, error: ExchangeError): void {
    for (const exchange of askedOf(peer)) exchange.fail(error)
  }

  // For exchanges:

  submit(exchange: Exchange): Outgoing | undefined {
    return this.#init.layer.submit({
      sender: exchange,
      peer: exchange.peer,
      token: exchange.token,
      confirmable: exchange.request.confirmable,
      parameters: exchange.parameters,
    })
  }

  withdraw(outgoing: Outgoing): void {
    this.#init.layer.cancel(outgoing)
  }

  /** It has ended: its token is free, or that of what renews it. */
  end(exchange: Exchange): void {
    if (!askedOf(exchange.peer).delete(exchange)) return
    this.#size--
    exchange.peer.open--
    const holder = this.#byToken.find(exchange.token)
    if (holder !== exchange) {
      if (holder?.renewal === exchange) holder.renewal = undefined
    } else if (exchange.renewal === undefined) this.#byToken.delete(exchange.token)
    else this.#byToken.set(exchange.renewal)
    exchange.release()
    const { trace } = this.#init.context
    if (trace.enabled) trace.tell('coapstone:exchange:settled', { code: exchange.request.code, peer: exchange.peer })
  }

  notified(): void {
    this.#init.statistics.notificationsReceived++
  }

  reordered(): void {
    this.#init.statistics.notificationsReordered++
  }

  dropped(): void {
    this.#init.statistics.notificationsUnread++
  }

  /** Tells the server that we observe no longer (RFC 7641 3.6); should it not hear it, the next notification gets a Reset. */
  unobserve(exchange: Exchange): void {
    exchange.renewal?.fail(new ExchangeError('the observation that it was to renew has ended'))
    this.end(exchange)
    const { peer, request, token } = exchange
    const { current } = peer
    if (current === undefined) return
    const options = request.options.clone().set(Observe, 1)
    const cancelling = request.with({ token, options, signal: undefined })
    const ask = async (): Promise<void> => {
      try {
        await this.ask(cancelling, peer, current)
      } catch (error) {
        const { trace } = this.#init.context
        if (trace.enabled) trace.tell('coapstone:observation:ended', { peer, error })
      }
    }
    const settled = ask().finally(() => this.#deregistering.delete(settled))
    this.#deregistering.add(settled)
  }

  /** The observation whose token a request has that observes too; nothing else renews it yet. */
  #renewedBy(request: Request): Exchange | undefined {
    if (request.token.length === 0 || !request.observes) return undefined
    const holder = this.#byToken.find(request.token)
    return holder?.observing && holder.renewal === undefined ? holder : undefined
  }

  /** `anew`: not the one that it has, which is that of an observation somewhere else. */
  #tokenFor(request: Request, association: Association, anew: boolean): Uint8Array {
    const given = request.token
    if (given.length === 0 || anew) return this.#tokens.draw(association, (token) => this.has(token))
    if (this.has(given)) throw new UsageError('this token belongs to an outstanding request')
    return given
  }
}

/** What is outstanding at a peer. */
function askedOf({ asked }: EndpointPeer): Bag<Exchange> {
  return asked instanceof Bag ? asked : nothing
}

const nothing = new Bag<Exchange>()
