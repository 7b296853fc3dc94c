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
}

export class Exchanges implements ExchangeKeeper {
  readonly #init: ExchangesInit
  readonly #byToken = new Map<TokenKey, Exchange>()
  readonly #byPeer = new Map<EndpointPeer, Set<Exchange>>()
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
    return this.#byToken.size
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
    if (this.#byToken.size >= limits.exchanges) {
      throw new UsageError(
        `${limits.exchanges} requests are outstanding: wait for some of them, or raise the limit \`exchanges\``,
      )
    }
    const token = this.#tokenFor(request, association)
    const exchange = new Exchange({
      keeper: this,
      context,
      request,
      peer,
      token,
      options: requestOptions(request, association),
      parameters: narrow(peer.transmission, request.transmission),
    })
    this.#byToken.set(tokenKey(token), exchange)
    peer.open++
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
    const unrecognized = message.options.firstUnrecognized(this.#understoodMask, this.#understoodHigh)
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
    for (const exchange of [...this.#byToken.values()]) exchange.fail(error)
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

  /** It has ended: its token is free. */
  end(exchange: Exchange): void {
    const key = tokenKey(exchange.token)
    if (this.#byToken.get(key) !== exchange) return
    this.#byToken.delete(key)
    exchange.peer.open--
    const others = this.#byPeer.get(exchange.peer)
    others?.delete(exchange)
    if (others?.size === 0) this.#byPeer.delete(exchange.peer)
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

  /** Tells the server that we observe no longer (RFC 7641 3.6); should it not hear it, the next notification gets a Reset. */
  unobserve(exchange: Exchange): void {
    this.end(exchange)
    const { peer, request, token } = exchange
    const { current } = peer
    if (current === undefined) return
    const options = request.options.clone().set(Observe, 1)
    const cancelling = request.with({ token, options, signal: undefined })
    const ask = async (): Promise<unknown> => this.ask(cancelling, peer, current)
    ask().catch((error: unknown) => {
      const { trace } = this.#init.context
      if (trace.enabled) trace.tell('coapstone:observation:ended', { peer, error })
    })
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

  #tokenFor(request: Request, association: Association): Uint8Array {
    const given = request.token
    if (given.length === 0) return this.#tokens.draw(association, (key) => this.#byToken.has(key))
    if (this.#byToken.has(tokenKey(given))) throw new UsageError('this token belongs to an outstanding request')
    return given
  }
}
