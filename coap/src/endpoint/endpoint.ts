// An endpoint: client and server in one, over one or more transports. It knows its peers, and hands messages to who deals with them:
// the message layer, the exchanges of ours, the responder for theirs.

import type { Context } from '../context/context.ts'
import { type Abortable, AbortWatch } from '../context/signal.ts'
import { type CoapError, ConnectionError, type ExchangeError, UsageError } from '../errors.ts'
import type { Handler } from '../handler/handler.ts'
import { nobody, type Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import type { Datagram } from '../message/datagram.ts'
import { Block1, Block2, type Option } from '../message/option.ts'
import { narrow, type Transmission, transmissionDefaults } from '../message/transmission.ts'
import type { GroupRoute, Path } from '../network/network.ts'
import type { Association, Peer, Transport, TransportReceiver } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Continuities, type Continuity } from './continuity.ts'
import { Exchanges } from './exchanges/exchanges.ts'
import { GroupExchanges, type GroupInit } from './exchanges/group-exchanges.ts'
import { unreachableError } from './exchanges/unreachable.ts'
import { type KnownLimits, type Limits, limitsOf } from './limits.ts'
import type { Remembered } from './message-layer/deduplication.ts'
import { MessageLayer, type MessageReceiver } from './message-layer/message-layer.ts'
import { Ping, type PingInit } from './message-layer/ping.ts'
import type { EndpointPeer } from './peer.ts'
import { Peers } from './peers.ts'
import { type NotificationOptions, notificationsOf } from './responder/notification-options.ts'
import { Responder } from './responder/responder.ts'
import { newStatistics, type Rejection, type Statistics } from './statistics.ts'

export interface EndpointOptions {
  readonly transports: readonly Transport[]
  readonly context: Context
  /** Answers what peers ask. Default: 5.01 to everything. */
  readonly handler?: Handler
  readonly transmission?: Transmission
  readonly limits?: Limits
  /** Which new associations continue a peer. Default `'resumption'`. */
  readonly continuity?: Continuity
  /** How those who observe here are told. */
  readonly notifications?: NotificationOptions
  /**
   * Critical options in responses that the layers above `send` deal with (RFC 7252 5.4.1). Default: Block1 and Block2, so that a
   * `Client` can ask through any endpoint; who calls `send` without a block-wise layer is given single blocks.
   */
  readonly understands?: readonly Option<unknown>[]
}

export class Endpoint implements TransportReceiver, MessageReceiver {
  readonly statistics: Statistics = newStatistics()
  readonly context: Context
  readonly #transports: readonly Transport[]
  readonly #continuities: Continuities
  readonly #peers: Peers
  readonly #layer: MessageLayer
  readonly #exchanges: Exchanges
  readonly #groups: GroupExchanges
  readonly #responder: Responder
  readonly #pings = new Set<Ping>()
  readonly #peerWatchers = new Set<(peer: Peer) => void>()
  readonly #limits: KnownLimits
  #open = false
  #opened = false

  constructor(options: EndpointOptions) {
    const {
      context,
      transports,
      handler = notImplemented,
      continuity = 'resumption',
      understands = [Block1, Block2],
    } = options
    const { statistics } = this
    const limits: KnownLimits = limitsOf(options.limits)
    const transmission = narrow(transmissionDefaults, options.transmission)
    this.context = context
    this.#transports = transports
    this.#continuities = new Continuities(continuity)
    this.#limits = limits
    this.#peers = new Peers({ context, limits, transmission, statistics }, (peer, error) => this.#forget(peer, error))
    const layer = new MessageLayer({ context, limits, transmission, statistics, receiver: this })
    this.#layer = layer
    this.#exchanges = new Exchanges({
      ...{ context, limits, statistics, layer, understands },
      toGroups: () => this.#groups.size,
    })
    this.#groups = new GroupExchanges({ context, limits, layer, others: this.#exchanges, peers: this.#peers })
    this.#responder = new Responder({
      context,
      limits,
      statistics,
      layer,
      handler,
      notifications: notificationsOf(options.notifications),
    })
  }

  /** Starts to receive. Rejects with what a transport says if one cannot be opened, and closes the others. */
  async open(): Promise<this> {
    if (this.#opened) throw new UsageError('an endpoint is opened once: make another one')
    this.#opened = true
    this.#open = true
    try {
      for (const transport of this.#transports) await transport.open(this, this.context)
    } catch (error) {
      await this.close()
      throw error
    }
    return this
  }

  /** Ends all exchanges and observations, and closes the transports. Nothing is sent any more, also not by handlers that answer later. */
  async close(): Promise<void> {
    this.#open = false
    const error = closedError()
    const peers = [...this.#peers]
    for (const peer of peers) peer.leave() // first of all: what ends makes room for what waits, and that must not leave now
    for (const peer of peers) this.#exchanges.gone(peer, error)
    this.#groups.close(error)
    this.#responder.close(error)
    for (const ping of this.#pings) ping.fail(error)
    for (const peer of peers) {
      this.#peers.delete(peer)
      this.#layer.gone(peer)
    }
    await Promise.all(this.#transports.map((transport) => transport.close()))
  }

  /** The URIs that it can be asked at. */
  get uris(): readonly CoapUri[] {
    return this.#transports.flatMap(({ schemes, addresses }) =>
      addresses.flatMap((destination) => {
        const uri = CoapUri.compose({ scheme: schemes[0] as string, uriPath: [], uriQuery: [], destination })
        return uri === undefined ? [] : [uri]
      }),
    )
  }

  /** Everybody that it knows, the longest idle first. */
  get peers(): Iterable<Peer> {
    return this.#peers
  }

  /** How much there is now of what `limits` bound. */
  get sizes(): {
    readonly peers: number
    readonly dormantPeers: number
    readonly exchanges: number
    readonly requests: number
    readonly observations: number
  } {
    return {
      peers: this.#peers.size,
      dormantPeers: this.#peers.dormantSize,
      exchanges: this.#exchanges.size + this.#groups.size,
      requests: this.#responder.waiting,
      observations: this.#responder.observations.size,
    }
  }

  /** Answers a request by asking the network: the innermost handler of a client. */
  readonly send: Handler = (request: Request): Promise<Response> => {
    const { uri } = request
    // What a name stands for may have changed, and whoever observes there long would never notice.
    if (uri !== undefined && this.#exchanges.renews(request)) this.#transports.find(speaks(uri))?.lookAgain(uri)
    return this.#reach(request, (association) => this.#exchanges.ask(request, peerOf(association), association))
  }

  /**
   * Asks a group (RFC 7252 8) and gives each response as it comes, with its `peer` and the `uri` at which that one is asked alone, until the
   * deadline. Nothing is sent before it is read. The request goes Non-confirmable; one that answers twice counts once.
   */
  async *ask(request: Request, how: GroupInit = {}): AsyncGenerator<Response, undefined> {
    const { uri, abortable } = request
    if (abortable?.aborted) throw abortable.reason
    const exchange = this.#groups.ask(request, await this.#groupAssociations(uri, how, abortable), how)
    try {
      for (;;) {
        const response = await exchange.read()
        if (response === undefined) return
        yield response
      }
    } finally {
      exchange.end()
    }
  }

  /** The peer that a URI names, after a name look-up and a handshake if need be. */
  async connect(target: CoapUri): Promise<Peer> {
    const association = await this.#associationFor({ uri: target })
    if (!this.#open) throw closedError()
    return peerOf(association)
  }

  /** Asks whether somebody is there (RFC 7252 4.3: a CoAP ping): the milliseconds that it took. Rejects with a `TimeoutError`. */
  ping(
    target: Peer | CoapUri,
    { transmission, signal }: { readonly transmission?: Transmission; readonly signal?: Abortable } = {},
  ): Promise<number> {
    const to = target instanceof CoapUri ? { uri: target } : { peer: target }
    return this.#reach({ ...to, ...(signal && { abortable: signal }) }, (association) => {
      const peer = peerOf(association)
      const parameters = narrow(peer.transmission, transmission)
      return this.#ping({ peer, layer: this.#layer, context: this.context, parameters }, signal)
    })
  }

  /**
   * Calls `changed` for each peer that goes on with another association, or waits for one: who observes there had better register again.
   * Returns what ends that.
   */
  watchPeers(changed: (peer: Peer) => void): () => void {
    this.#peerWatchers.add(changed)
    return () => this.#peerWatchers.delete(changed)
  }

  /** Settled when the servers of all observations that we have ended know it, or do not answer. */
  deregistered(): Promise<void> {
    return this.#exchanges.deregistered()
  }

  /** Sets transmission parameters for everything that is sent to a peer from now on; what is left out comes from the endpoint. */
  tune(peer: Peer, transmission: Transmission): void {
    const tuned = peer as EndpointPeer
    tuned.transmission = narrow(tuned.transmission, transmission)
  }

  // What transports say:

  established(association: Association, resumed?: Association): void {
    const known = this.#continuities.continues(association, resumed)
    if (known !== undefined) {
      const surplus = known.add(association, this.#limits.associationsPerPeer)
      association.peer = known
      this.#peers.wake(known)
      surplus?.transport.disconnect(surplus)
      this.#layer.continued(known)
      for (const changed of this.#peerWatchers) changed(known)
    } else {
      const peer = this.#peers.add(association)
      if (peer === undefined) {
        association.transport.disconnect(association)
        return
      }
      association.peer = peer
      this.#continuities.remember(peer)
    }
    this.#tell('coapstone:association:established', association)
  }

  received(bytes: Uint8Array, from: Association, multicast: boolean): void {
    if (from.peer === undefined || !this.#open) return // refused, or closing
    this.#peers.touch(from.peer as EndpointPeer)
    this.#layer.receive(bytes, from, multicast)
  }

  moved(association: Association, previous: Path): void {
    this.#tell('coapstone:association:moved', association, { previous })
  }

  drained(association: Association): void {
    this.#layer.drained(association.peer as EndpointPeer)
  }

  unreachable(association: Association, reason: Error): void {
    if (association.identity.method !== 'none') return // under security it proves nothing
    // First who waits for its turn, so that nothing leaves when others end.
    for (const queued of [true, false]) {
      this.#exchanges.unreachable(association, reason, queued)
      for (const ping of this.#pings) {
        if (ping.peer === association.peer && ping.queued === queued)
          ping.fail(unreachableError(association, reason, true))
      }
    }
  }

  closed(association: Association, reason?: Error): void {
    const peer = association.peer as EndpointPeer | undefined
    if (peer === undefined) return // refused
    this.#tell('coapstone:association:closed', association, { reason })
    if (peer.gone) return // given up by us
    const last = peer.remove(association)
    this.#layer.closed(association, peer)
    if (!last) return
    if (this.#open && this.#continuities.outlives(peer)) {
      this.#peers.sleep(peer)
      for (const changed of this.#peerWatchers) changed(peer)
    } else this.#giveUp(peer, new ConnectionError('the association was closed', { cause: reason }))
  }

  // What the message layer says:

  request(message: Datagram, from: Association, entry: Remembered, multicast: boolean): void {
    this.#responder.request(message, from, entry, multicast)
  }

  response(message: Datagram, from: Association): Rejection | undefined {
    return this.#groups.knows(message) ? this.#groups.response(message, from) : this.#exchanges.response(message, from)
  }

  reset(messageId: number, from: Association): boolean {
    return this.#responder.observations.reset(messageId, from.peer as EndpointPeer)
  }

  /** Asks at one address of a name after the other, until somebody is there. */
  async #reach<T>(target: Target, ask: (association: Association) => Promise<T>): Promise<T> {
    const { uri, abortable } = target
    if (abortable?.aborted) throw abortable.reason
    const failed: Association[] = []
    const known = this.#associationFor(target)
    let association = known instanceof Promise ? await known : known
    for (;;) {
      if (abortable?.aborted) throw abortable.reason
      try {
        return await ask(association)
      } catch (error) {
        const { code } = error as Partial<CoapError>
        // What the name stands for may have changed.
        if (uri !== undefined && silences.has(code)) association.transport.lookAgain(uri, association)
        if (code !== 'COAP_UNREACHABLE') throw error
        failed.push(association)
        association = await this.#another(target, association)
        if (failed.includes(association)) throw error
      }
    }
  }

  async #another(target: Target, failed: Association): Promise<Association> {
    try {
      return await this.#associationFor(target)
    } catch {
      return failed
    }
  }

  /** At once where there is one. */
  #associationFor({ peer = nobody, uri, abortable }: Target): Association | Promise<Association> {
    if (!this.#open) throw notOpenError()
    if (peer !== nobody) {
      const [current] = peer.associations
      // Never by its URI: whoever is at its address now is somebody else.
      if (current === undefined) throw goneError()
      if (this.#transports.includes(current.transport)) return current
      throw new UsageError('this peer belongs to another endpoint: ask it through the one that it has talked to')
    }
    if (uri === undefined) throw new UsageError('a request needs a URI or a peer')
    const connected = this.#transportFor(uri).connect(uri, abortable)
    if (!(connected instanceof Promise)) return connected
    return connected.then(
      (association) => {
        if (this.#open) return association
        throw closedError()
      },
      (error: unknown) => {
        throw this.#open ? error : closedError()
      },
    )
  }

  async #groupAssociations(
    uri: CoapUri | undefined,
    route: GroupRoute,
    signal: Abortable | undefined,
  ): Promise<readonly Association[]> {
    if (!this.#open) throw notOpenError()
    if (uri === undefined) throw new UsageError('a request to a group needs a URI')
    const associations = await this.#transportFor(uri).connectGroup?.(uri, route, signal)
    if (!this.#open) throw closedError()
    if (signal?.aborted) throw signal.reason
    if (associations === undefined) throw new UsageError(`${uri.scheme}: reaches no groups: use coap:`)
    for (const association of associations) peerOf(association)
    return associations
  }

  #ping(init: PingInit, signal: Abortable | undefined): Promise<number> {
    const ping = new Ping(init)
    const watch = signal && new AbortWatch(signal, () => ping.fail(signal.reason))
    init.peer.open++
    this.#pings.add(ping)
    ping.send()
    return ping.answered.finally(() => {
      init.peer.open--
      this.#pings.delete(ping)
      watch?.end()
    })
  }

  #transportFor(uri: CoapUri): Transport {
    const transport = this.#transports.find(speaks(uri))
    if (transport !== undefined) return transport
    const known = this.#transports.flatMap(({ schemes }) => schemes).map((scheme) => `${scheme}:`)
    throw new UsageError(
      `${uri.scheme}: is not spoken yet: this endpoint speaks ${known.join(', ') || 'nothing'} only`,
      { code: 'COAP_SCHEME' },
    )
  }

  /** Nothing will reach it any more. */
  #giveUp(peer: EndpointPeer, error: ExchangeError): void {
    this.#peers.delete(peer)
    this.#forget(peer, error)
  }

  #forget(peer: EndpointPeer, error: ExchangeError): void {
    const { associations } = peer
    peer.leave()
    this.#continuities.forget(peer)
    this.#exchanges.gone(peer, error)
    this.#responder.gone(peer, error)
    this.#layer.gone(peer)
    for (const association of associations) association.transport.disconnect(association)
  }

  #tell(
    name: 'coapstone:association:established' | 'coapstone:association:moved' | 'coapstone:association:closed',
    association: Association,
    more = {},
  ): void {
    if (this.context.trace.enabled) this.context.trace.tell(name, { association, path: association.path, ...more })
  }
}

/** Whom to ask: a peer, or whoever is where the URI leads. */
interface Target {
  readonly peer?: Peer
  readonly uri?: CoapUri | undefined
  readonly abortable?: Abortable | undefined
}

/** Codes of errors that say: nobody has answered. */
const silences: ReadonlySet<unknown> = new Set(['COAP_TIMEOUT', 'COAP_UNREACHABLE', 'COAP_CONNECTION'])

/** Unless the endpoint has refused it, or given it up since it was looked up. */
function peerOf(association: Association): EndpointPeer {
  const peer = association.peer as EndpointPeer | undefined
  if (peer === undefined) {
    throw new UsageError(
      'no room for one more peer: all have something open; wait for some of it, or raise the limit `peers`',
    )
  }
  if (peer.gone) throw goneError()
  return peer
}

function speaks({ scheme }: CoapUri): (transport: Transport) => boolean {
  return ({ schemes }) => schemes.includes(scheme)
}

function notOpenError(): UsageError {
  return new UsageError('the endpoint is not open: await `open()` first, and do not ask after `close()`')
}

function goneError(): ConnectionError {
  return new ConnectionError('the peer is gone', { code: 'COAP_PEER_GONE' })
}

function closedError(): ConnectionError {
  return new ConnectionError('the endpoint was closed', { code: 'COAP_CLOSED' })
}

function notImplemented(): Response {
  return Response.of(Code.NotImplemented)
}
