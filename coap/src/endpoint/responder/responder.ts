// Requests of peers: handed to the handler, and answered (RFC 7252 5.2). A handler that answers at once is answered in the same turn.

import { Bag } from '../../collections/bag.ts'
import type { Context } from '../../context/context.ts'
import type { Handler } from '../../handler/handler.ts'
import { noResponseWanted } from '../../handler/no-response.ts'
import { Request } from '../../handler/request.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { blockOf } from '../../message/block.ts'
import { Code, isSafe } from '../../message/code.ts'
import type { Datagram } from '../../message/datagram.ts'
import { Block1, Block2, MaxAge, Observe } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { hasExpired } from '../../transport/identity.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import type { Remembered } from '../message-layer/deduplication.ts'
import type { MessageLayer } from '../message-layer/message-layer.ts'
import type { Outcome } from '../message-layer/outgoing.ts'
import { deliverable, undeliverable } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'
import { countRefusal, type Statistics } from '../statistics.ts'
import { type Answerer, Incoming } from './incoming.ts'
import { isForGroups, Leisure } from './leisure.ts'
import type { KnownNotificationOptions } from './notification-options.ts'
import { Observations } from './observations.ts'

export interface ResponderInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly statistics: Statistics
  readonly layer: MessageLayer
  readonly handler: Handler
  readonly notifications: KnownNotificationOptions
}

export class Responder implements Answerer {
  readonly observations: Observations
  readonly #init: ResponderInit
  /** Requests whose handlers have not answered yet. */
  readonly #waiting = new Bag<Incoming>()
  readonly #leisure: Leisure

  constructor(init: ResponderInit) {
    this.#init = init
    this.#leisure = new Leisure(init)
    const { context, limits, statistics, layer, notifications } = init
    this.observations = new Observations({
      ...{ context, limits, statistics, layer, notifications },
      failure: (error) => this.#failure(error),
      expired: (association) => this.#expired(association),
    })
  }

  get waiting(): number {
    return this.#waiting.size
  }

  request(message: Datagram, from: Association, entry: Remembered, multicast: boolean): void {
    const incoming = new Incoming(this, message, from, entry, multicast)
    const { limits, handler } = this.#init
    // At once, whatever becomes of the request: its handler may take its time (RFC 7641 4.1).
    if (incoming.peer.served !== undefined && isSafe(message.code) && message.options.get(Observe) === deregister)
      this.observations.deregister(incoming.peer, message.token)
    if (this.#expired(from)) this.#answer(incoming, expired)
    else if (this.#waiting.size >= limits.requests) this.#refuse(incoming, 'requests', Code.ServiceUnavailable)
    else if (incoming.peer.requests >= limits.requestsPerPeer)
      this.#refuse(incoming, 'requestsPerPeer', Code.TooManyRequests)
    else this.#handle(incoming, new Request(incoming), handler)
  }

  acknowledge(incoming: Incoming): void {
    incoming.acknowledged = true
    this.#init.layer.acknowledge(incoming.message, incoming.association, incoming.entry)
  }

  atLeisure(incoming: Incoming): void {
    if (this.#leisure.end(incoming)) this.#submit(incoming)
  }

  delivered(incoming: Incoming, outcome: Outcome): void {
    if (outcome === 'interrupted' && incoming.departing() !== undefined) this.#submit(incoming)
    else if (outcome !== 'acknowledged') this.observations.deregister(incoming.peer, incoming.token)
  }

  /** Nobody waits for these answers any more. */
  gone(peer: EndpointPeer, reason: unknown): void {
    this.observations.gone(peer)
    this.#leisure.gone(peer)
    if (peer.requests === 0) return
    for (const incoming of this.#waiting) if (incoming.peer === peer) this.#abandon(incoming, reason)
  }

  close(reason: unknown): void {
    this.observations.close()
    this.#leisure.close()
    for (const incoming of this.#waiting) this.#abandon(incoming, reason)
  }

  #handle(incoming: Incoming, request: Request, handler: Handler): void {
    let result: Response | Promise<Response>
    try {
      result = handler(request)
    } catch (error) {
      this.#answer(incoming, this.#failure(error), request)
      return
    }
    if (result instanceof Response) this.#answer(incoming, result, request)
    else this.#wait(incoming, request, result)
  }

  #wait(incoming: Incoming, request: Request, result: Promise<Response>): void {
    const { context } = this.#init
    const { peer } = incoming
    incoming.message.keep()
    this.#waiting.add(incoming)
    peer.requests++
    peer.open++
    if (incoming.confirmable) context.timers.arm(incoming, peer.transmission.piggybackDelay)
    const answer = (response: Response): void => {
      context.timers.cancel(incoming)
      this.#waiting.delete(incoming)
      peer.requests--
      peer.open--
      this.#answer(incoming, response, request)
    }
    Promise.resolve(result).then(
      (response) =>
        answer(
          response instanceof Response ? response : this.#failure(new TypeError(`a handler gave ${typeof response}`)),
        ),
      (error: unknown) => answer(this.#failure(error)),
    )
  }

  #abandon(incoming: Incoming, reason: unknown): void {
    this.#init.context.timers.cancel(incoming)
    incoming.abort(reason)
  }

  #answer(incoming: Incoming, given: Response, request?: Request): void {
    if (incoming.peer.gone) return // nobody waits for it any more
    let response = deliverable(given)
    if (request !== undefined) response = this.#observe(incoming, request, response)
    const silent = response.code === Code.Empty || noResponseWanted(incoming.options, response.code)
    if (incoming.multicast) {
      if (!silent && isForGroups(response)) this.#leisure.answer(incoming, response)
    } else if (silent) {
      if (incoming.confirmable && !incoming.acknowledged) this.acknowledge(incoming)
    } else if (incoming.confirmable && !incoming.acknowledged) {
      this.#piggyback(incoming, response)
    } else {
      incoming.separately(response)
      this.#submit(incoming)
    }
  }

  #piggyback(incoming: Incoming, response: Response): void {
    const { layer } = this.#init
    const { message, association, entry } = incoming
    if (layer.piggyback(message, association, entry, response)) return
    this.observations.deregister(incoming.peer, incoming.token)
    const other = undeliverable(association.transport.maxMessageSize)
    if (!layer.piggyback(message, association, entry, other)) this.acknowledge(incoming)
  }

  #submit(incoming: Incoming): void {
    const { layer } = this.#init
    const { peer, token } = incoming
    const confirmable = incoming.confirmable && incoming.departing()?.sentOnce !== true
    const sent = layer.submit({
      sender: incoming,
      peer,
      token,
      confirmable,
      parameters: peer.transmission,
    })
    if (sent !== undefined && !confirmable) this.observations.begun(peer, token, sent.messageId)
  }

  /** Registers or ends an observation as the request asks (RFC 7641 4.1): of methods that read, and where the response is wanted. */
  #observe(incoming: Incoming, request: Request, response: Response): Response {
    const wish = incoming.options.get(Observe)
    if ((wish !== register && wish !== deregister) || !isSafe(incoming.code)) return response
    // Only a whole resource is observed, by a whole request (RFC 7959 2.6): what is observed already goes on.
    if (wish === register && isPart(incoming.options)) return response
    const { observed } = response
    const wanted = response.ok && !incoming.multicast && !noResponseWanted(incoming.options, response.code)
    if (wish === register && wanted && observed !== undefined) {
      incoming.message.keep()
      try {
        return this.observations.register(incoming, request, response, observed, this.#init.handler)
      } catch (error) {
        return this.#failure(error) // of who is to be watched
      }
    }
    this.observations.deregister(incoming.peer, incoming.token)
    return response
  }

  #refuse(incoming: Incoming, limit: 'requests' | 'requestsPerPeer', code: Code): void {
    countRefusal(this.#init.statistics, limit)
    this.#answer(incoming, new Response({ code, options: new Options().add(MaxAge, retryAfter) }))
  }

  /** What a handler threw: a response of its own, or 5.00. What went wrong is for the log, not for the peer. */
  #failure(error: unknown): Response {
    if (error instanceof ResponseError) return error.response
    const { statistics, context } = this.#init
    statistics.handlerErrors++
    if (context.trace.enabled) context.trace.tell('coapstone:handler:failed', { error })
    return Response.of(Code.InternalServerError)
  }

  #expired(association: Association): boolean {
    return hasExpired(association.identity, this.#init.context)
  }
}

/** It asks for a later block, or is not the last of its own. */
function isPart(options: Options): boolean {
  return (blockOf(options, Block2)?.number ?? 0) > 0 || blockOf(options, Block1)?.more === true
}

/** What Observe says in a request (RFC 7641 2). */
const register = 0
const deregister = 1
/** Seconds after which a refused client may try again. */
const retryAfter = 5
const expired = Response.diagnostic(Code.Unauthorized, 'the credential has expired')
