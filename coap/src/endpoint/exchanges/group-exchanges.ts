// Our requests to groups, by token: only that must match (RFC 7252 8.2), since nobody knows who will answer.

import type { Context } from '../../context/context.ts'
import { type ExchangeError, UsageError } from '../../errors.ts'
import type { Request } from '../../handler/request.ts'
import { describeCode, isRequest } from '../../message/code.ts'
import type { Datagram } from '../../message/datagram.ts'
import { Observe, optionOf } from '../../message/option.ts'
import { narrow, nonLifetime, type TransmissionParameters } from '../../message/transmission.ts'
import type { GroupRoute } from '../../network/network.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import type { MessageLayer } from '../message-layer/message-layer.ts'
import type { Outgoing, Sender } from '../message-layer/outgoing.ts'
import { maxPayload } from '../payload-limit.ts'
import type { EndpointPeer } from '../peer.ts'
import type { Rejection } from '../statistics.ts'
import { type TokenKey, Tokens, tokenKey } from '../tokens.ts'
import { GroupExchange, type GroupExchangeKeeper } from './group-exchange.ts'
import { TokenTable } from './token-table.ts'

/** How a group is asked. */
export interface GroupInit extends GroupRoute {
  /**
   * Milliseconds from when the request leaves until nobody is waited for any more. Default: the leisure that servers have (RFC 7252 8.2),
   * and what a round trip may take: 8,000.
   */
  readonly timeout?: number
}

/** What the requests to single peers know. */
export interface OtherExchanges {
  readonly size: number
  has(token: Uint8Array): boolean
  /** The number of a critical option in a response that nobody here understands; 0: there is none. */
  unrecognized(response: Datagram): number
}

export interface GroupExchangesInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly layer: MessageLayer
  readonly others: OtherExchanges
  /** Everybody who is known. */
  readonly peers: Iterable<EndpointPeer>
}

export class GroupExchanges implements GroupExchangeKeeper {
  readonly #init: GroupExchangesInit
  readonly #tokens: Tokens
  readonly #byToken = new TokenTable<GroupExchange>()
  /** Tokens that late responses may still have, and until when, the oldest first (groupcomm-bis 3.1.5). */
  readonly #retired = new Map<TokenKey, number>()

  constructor(init: GroupExchangesInit) {
    this.#init = init
    this.#tokens = new Tokens(init.context)
  }

  get size(): number {
    return this.#byToken.size
  }

  /** Asks a group on these associations. */
  ask(request: Request, associations: readonly Association[], { timeout }: GroupInit): GroupExchange {
    const [first] = associations
    const { context, limits, others } = this.#init
    if (first === undefined) throw new UsageError('no interface here reaches this group')
    check(request, timeout)
    if (this.#byToken.size + others.size >= limits.exchanges)
      throw new UsageError(
        `${limits.exchanges} requests are outstanding: wait for some, or raise the limit \`exchanges\``,
      )
    const parameters = narrow((first.peer as EndpointPeer).transmission, request.transmission)
    if (this.#byToken.find(request.token) !== undefined)
      throw new UsageError('this token belongs to an outstanding request')
    const token = request.token.length > 0 ? request.token : this.#draw(first)
    const exchange = new GroupExchange({
      keeper: this,
      ...{ context, request, token, parameters },
      timeout: timeout ?? defaultTimeout(parameters),
      most: limits.groupResponders,
    })
    this.#byToken.set(exchange)
    if (request.abortable !== undefined) exchange.obey(request.abortable)
    exchange.start(associations)
    return exchange
  }

  /** Is it a response to a group request of ours? */
  knows(message: Datagram): boolean {
    return this.#byToken.size > 0 && this.#exchangeOf(message) !== undefined
  }

  /** A response has come: undefined if an exchange takes it, else why it is rejected. */
  response(message: Datagram, from: Association): Rejection | undefined {
    const exchange = this.#exchangeOf(message)
    if (exchange?.asked !== true) return 'unknown-response'
    if (this.#init.others.unrecognized(message) !== 0) return 'critical-option'
    exchange.receive(message, from)
    return undefined
  }

  close(error: ExchangeError): void {
    for (const exchange of this.#byToken) exchange.fail(error)
  }

  submit(exchange: GroupExchange, sender: Sender, peer: EndpointPeer): Outgoing | undefined {
    const { parameters, token } = exchange
    return this.#init.layer.submit({
      ...{ sender, peer, token, parameters, confirmable: false, members: this.#init.peers },
    })
  }

  withdraw(outgoing: Outgoing): void {
    this.#init.layer.cancel(outgoing)
  }

  end({ token, parameters }: GroupExchange): void {
    const now = this.#init.context.now()
    for (const [key, until] of this.#retired) {
      if (until > now) break
      this.#retired.delete(key)
    }
    if (!this.#byToken.delete(token)) return
    this.#retired.set(tokenKey(token), now + tokenReuseTime(parameters))
  }

  #exchangeOf({ packet, tokenStart, tokenEnd }: Datagram): GroupExchange | undefined {
    return this.#byToken.find(packet, tokenStart, tokenEnd)
  }

  #draw(association: Association): Uint8Array {
    return this.#tokens.draw(
      association,
      (token) =>
        this.#byToken.find(token) !== undefined || this.#retired.has(tokenKey(token)) || this.#init.others.has(token),
    )
  }
}

/** DEFAULT_LEISURE, and what a response may take after it by the estimate that retransmissions have (RFC 7252 4.8). */
function defaultTimeout({ leisure, ackTimeout, ackRandomFactor }: TransmissionParameters): number {
  return leisure + ackTimeout * ackRandomFactor
}

/** MIN_TOKEN_REUSE_TIME, where the slowest server is not known (groupcomm-bis 3.1.5). */
function tokenReuseTime(parameters: TransmissionParameters): number {
  return nonLifetime(parameters) + parameters.maxLatency + 250_000
}

function check({ code, payload, token: _token, options }: Request, timeout: number | undefined): void {
  if (!isRequest(code)) throw new UsageError(`a request has a method, not the code ${describeCode(code)}`)
  if (payload.length > maxPayload)
    throw new UsageError(`a request to a group carries at most ${maxPayload} bytes, not ${payload.length}`)
  if (timeout !== undefined && !(timeout > 0))
    throw new UsageError(`timeout is a number of milliseconds above 0, not ${timeout}`)
  if (options.has(Observe))
    throw new UsageError(`${optionOf(Observe.number).name} is for one peer: observe each of those that answer`)
}
