// An endpoint: client and server in one, over one or more transports. It knows its peers, and hands messages to who deals with them:
// the message layer, the exchanges of ours, the responder for theirs.

import type { Context } from '../context/context.ts'
import { ConnectionError, ExchangeError, UsageError } from '../errors.ts'
import type { Handler } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import type { Datagram } from '../message/datagram.ts'
import type { Option } from '../message/option.ts'
import {
  narrow,
  type Transmission,
  type TransmissionParameters,
  transmissionDefaults,
} from '../message/transmission.ts'
import type { Path } from '../network/network.ts'
import type { Association, Peer, Transport, TransportReceiver } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Continuities, type Continuity } from './continuity.ts'
import type { Remembered } from './deduplication.ts'
import { Exchanges } from './exchanges.ts'
import { type KnownLimits, type Limits, limitsOf } from './limits.ts'
import { MessageLayer, type MessageReceiver } from './message-layer.ts'
import type { EndpointPeer } from './peer.ts'
import { Peers } from './peers.ts'
import { Ping } from './ping.ts'
import { Responder } from './responder.ts'
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
  /** Critical options in responses that the layers above `send` deal with (RFC 7252 5.4.1). */
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
  readonly #responder: Responder
  readonly #transmission: TransmissionParameters
  #open = false

  constructor(options: EndpointOptions) {
    const { context, transports, handler = notImplemented, continuity = 'resumption', understands = [] } = options
    const { statistics } = this
    const limits: KnownLimits = limitsOf(options.limits)
    const transmission = narrow(transmissionDefaults, options.transmission)
    this.context = context
    this.#transports = transports
    this.#transmission = transmission
    this.#continuities = new Continuities(continuity)
    this.#peers = new Peers(context, limits, transmission, statistics)
    const layer = new MessageLayer({ context, limits, transmission, statistics, receiver: this })
    this.#layer = layer
    this.#exchanges = new Exchanges({ context, limits, transmission, statistics, layer, understands })
    this.#responder = new Responder({ context, limits, transmission, statistics, layer, handler })
  }

  /** Starts to receive. Rejects with what a transport says if one cannot be opened, and closes the others. */
  async open(): Promise<this> {
    this.#open = true
    try {
      for (const transport of this.#transports) await transport.open(this, this.context)
    } catch (error) {
      await this.close()
      throw error
    }
    return this
  }

  /** Ends all exchanges and observations, and closes the transports. */
  async close(): Promise<void> {
    this.#open = false
    const error = new ConnectionError('the endpoint was closed')
    this.#exchanges.close(error)
    this.#responder.close(error)
    for (const peer of this.#peers) this.#layer.gone(peer)
    for (const transport of this.#transports) await transport.close()
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
      exchanges: this.#exchanges.size,
      requests: this.#responder.waiting,
      observations: this.#responder.observations.size,
    }
  }

  /** Answers a request by asking the network: the innermost handler of a client. */
  readonly send: Handler = async (request: Request): Promise<Response> => {
    const { signal } = request
    if (signal?.aborted) throw signal.reason
    const association = await this.#associationFor(request)
    if (signal?.aborted) throw signal.reason
    return this.#exchanges.ask(request, association.peer as EndpointPeer, association)
  }

  /** The peer that a URI names, after a name look-up and a handshake if need be. */
  async connect(target: CoapUri): Promise<Peer> {
    return (await this.#transportFor(target).connect(target)).peer
  }

  /** Asks whether a peer is there (RFC 7252 4.3: a CoAP ping): the milliseconds that it took. Rejects with a `TimeoutError`. */
  ping(peer: Peer, transmission?: Transmission): Promise<number> {
    return Ping.send(peer as EndpointPeer, this.#layer, this.context, narrow(this.#transmission, transmission))
  }

  // What transports say:

  established(association: Association, resumed?: Association): void {
    const known = this.#continuities.continues(association, resumed)
    if (known !== undefined) {
      known.add(association)
      association.peer = known
      this.#peers.wake(known)
      this.#layer.continued(known)
    } else {
      const peer = this.#peers.add(association, (evicted) =>
        this.#forget(evicted, new ExchangeError('the peer was idle for too long')),
      )
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
    const { host, port } = association.path.remote
    this.#exchanges.unreachable(
      association,
      new ConnectionError(`nobody listens at ${host} port ${port}: is the server running, and on this port?`, {
        cause: reason,
      }),
    )
  }

  closed(association: Association, reason?: Error): void {
    const peer = association.peer as EndpointPeer | undefined
    if (peer === undefined || peer.gone) return // refused, or given up by us
    this.#tell('coapstone:association:closed', association, { reason })
    const last = peer.remove(association)
    this.#layer.closed(association, peer)
    if (!last) return
    if (this.#open && this.#continuities.outlives(peer)) {
      for (const given of this.#peers.sleep(peer))
        this.#giveUp(given, new ExchangeError('the peer did not come back in time'))
    } else this.#giveUp(peer, new ConnectionError('the association was closed', { cause: reason }))
  }

  // What the message layer says:

  request(message: Datagram, from: Association, entry: Remembered, multicast: boolean): void {
    this.#responder.request(message, from, entry, multicast)
  }

  response(message: Datagram, from: Association): Rejection | undefined {
    return this.#exchanges.response(message, from)
  }

  reset(messageId: number, from: Association): boolean {
    return this.#responder.observations.reset(messageId, from.peer as EndpointPeer)
  }

  async #associationFor(request: Request): Promise<Association> {
    if (!this.#open)
      throw new UsageError('the endpoint is not open: await `open()` first, and do not ask after `close()`')
    const { peer, uri, signal } = request
    const [current] = peer.associations
    if (current !== undefined) return current
    if (uri === undefined) throw new UsageError('a request needs a URI, or a peer that is still there')
    return this.#transportFor(uri).connect(uri, signal)
  }

  #transportFor(uri: CoapUri): Transport {
    const transport = this.#transports.find(({ schemes }) => schemes.includes(uri.scheme))
    if (transport !== undefined) return transport
    const known = this.#transports.flatMap(({ schemes }) => schemes).map((scheme) => `${scheme}:`)
    throw new UsageError(
      `no transport for ${uri.scheme}: here, this endpoint speaks ${known.join(', ') || 'nothing'}`,
      { code: 'COAP_SCHEME' },
    )
  }

  /** Nothing will reach it any more. */
  #giveUp(peer: EndpointPeer, error: ExchangeError): void {
    this.#peers.delete(peer)
    this.#forget(peer, error)
  }

  #forget(peer: EndpointPeer, error: ExchangeError): void {
    peer.gone = true
    this.#continuities.forget(peer)
    this.#exchanges.gone(peer, error)
    this.#responder.gone(peer, error)
    this.#layer.gone(peer)
    for (const association of peer.associations) association.transport.disconnect(association)
  }

  #tell(
    name: 'coapstone:association:established' | 'coapstone:association:moved' | 'coapstone:association:closed',
    association: Association,
    more = {},
  ): void {
    if (this.context.trace.enabled) this.context.trace.tell(name, { association, path: association.path, ...more })
  }
}

function notImplemented(): Response {
  return Response.of(Code.NotImplemented)
}
