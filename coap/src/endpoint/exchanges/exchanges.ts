// Our requests that wait for a response, by token; a response must come from the peer that was asked (RFC 7252 5.3.2).

import type { Context } from '../../context/context.ts'
import { ExchangeError, UsageError } from '../../errors.ts'
import type { Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { describeCode, isRequest } from '../../message/code.ts'
import type { Datagram } from '../../message/datagram.ts'
import { Observe, type Option, optionOf } from '../../message/option.ts'
import { narrow } from '../../message/transmission.ts'
import type { Association } from '../../transport/transport.ts'
import type { CoapUri } from '../../uri/coap-uri.ts'
import type { KnownLimits } from '../limits.ts'
import type { MessageLayer } from '../message-layer/message-layer.ts'
import type { Outgoing } from '../message-layer/outgoing.ts'
import { maxPayload } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'
import type { Rejection, Statistics } from '../statistics.ts'
import { type TokenKey, Tokens, tokenKey } from '../tokens.ts'
import { Exchange, type ExchangeKeeper } from './exchange.ts'
import { requestOptions } from './request-options.ts'
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
  readonly #byToken = new Map<TokenKey, Exchange>()
  /** All of them, also those that renew an observation and have its token only when they are answered. */
  readonly #byPeer = new Map<EndpointPeer, Set<Exchange>>()
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
    if (renews === undefined) this.#byToken.set(tokenKey(token), exchange)
    peer.open++
    this.#size++
    const others = this.#byPeer.get(peer)
    if (others === undefined) this.#byPeer.set(peer, new Set([exchange]))
    else others.add(exchange)
    if (request.signal !== undefined) exchange.obey(request.signal)
    exchange.start()
    return exchange.response
  }

  /** A response has come: undefined if an exchange takes it, else why it is rejected. */
  response(message: Datagram, from: Association): Rejection | undefined {
    const exchange = this.#byToken.get(tokenKey(message.token))
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
    exchange.receive(message, from)
    return undefined
  }

  /** The number of a critical option in a response that nobody here understands (RFC 7252 5.4.1); 0: there is none. */
  unrecognized({ options }: Datagram): number {
    return options.firstUnrecognized(this.#understoodMask, this.#understoodHigh)
  }

  has(token: TokenKey): boolean {
    return this.#byToken.has(token)
  }

  /** An ICMP error: whoever asks there is told at once; those who wait for their turn, or the others. */
  unreachable(association: Association, cause: Error, queued: boolean): void {
    for (const exchange of this.#of(association.peer as EndpointPeer)) {
      if (exchange.observing || exchange.queued !== queued) continue
      exchange.fail(unreachableError(association, cause, exchange.repeatable))
    }
  }

  /** The peer is gone for good. */
  gone(peer: EndpointPeer, error: ExchangeError): void {
    for (const exchange of this.#of(peer)) exchange.fail(error)
  }

  close(error: ExchangeError): void {
    for (const peer of [...this.#byPeer.keys()]) this.gone(peer, error)
  }

  // For exchanges:

  submit(exchange: Exchange): Outgoing | undefined {
    const { probingRate } = exchange.parameters
    return this.#init.layer.submit({
      sender: exchange,
      peer: exchange.peer,
      token: exchange.token,
      confirmable: exchange.request.confirmable,
      parameters: exchange.parameters,
      // Of a peer that does not answer, PROBING_RATE bytes a second are expected to be received (RFC 7252 4.7).
      outstandingFor: (length) =>
        probingRate === 0 ? exchange.parameters.responseTimeout : (length / probingRate) * 1000,
    })
  }

  withdraw(outgoing: Outgoing): void {
    this.#init.layer.cancel(outgoing)
  }

  /** It has ended: its token is free, or that of what renews it. */
  end(exchange: Exchange): void {
    const others = this.#byPeer.get(exchange.peer)
    if (others === undefined || !others.delete(exchange)) return
    if (others.size === 0) this.#byPeer.delete(exchange.peer)
    this.#size--
    exchange.peer.open--
    const key = tokenKey(exchange.token)
    const holder = this.#byToken.get(key)
    if (holder !== exchange) {
      if (holder?.renewal === exchange) holder.renewal = undefined
    } else if (exchange.renewal === undefined) this.#byToken.delete(key)
    else this.#byToken.set(key, exchange.renewal)
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

  /** For what a response is an answer: the request URI, with the address that answered (RFC 7252 8.2). */
  uriOf({ uri, multicast }: Request, from: Association): CoapUri | undefined {
    if (uri === undefined || !multicast) return uri
    const { host, port } = from.path.remote
    return uri.with({ host, port })
  }

  /** A copy: ending one changes the set. */
  #of(peer: EndpointPeer): Exchange[] {
    return [...(this.#byPeer.get(peer) ?? [])]
  }

  /** The observation whose token a request has that observes too; nothing else renews it yet. */
  #renewedBy(request: Request): Exchange | undefined {
    if (request.token.length === 0 || !request.observes) return undefined
    const holder = this.#byToken.get(tokenKey(request.token))
    return holder?.observing && holder.renewal === undefined ? holder : undefined
  }

  /** `anew`: not the one that it has, which is that of an observation somewhere else. */
  #tokenFor(request: Request, association: Association, anew: boolean): Uint8Array {
    const given = request.token
    if (given.length === 0 || anew) return this.#tokens.draw(association, (key) => this.#byToken.has(key))
    if (this.#byToken.has(tokenKey(given))) throw new UsageError('this token belongs to an outstanding request')
    return given
  }
}
