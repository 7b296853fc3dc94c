// The client. Modelled on the web's `fetch`: a URL and an init, a response whatever its code, `ok`, a signal. (`client.fetch` sends
// CoAP's FETCH.)

import { platform } from '#platform'
import { Bag } from '../collections/bag.ts'
import type { Continuity } from '../endpoint/continuity.ts'
import { Endpoint } from '../endpoint/endpoint.ts'
import type { Limits } from '../endpoint/limits.ts'
import { ConnectionError, UsageError } from '../errors.ts'
import { type Body, StreamBody } from '../handler/body.ts'
import { compose, type Handler, type Layer } from '../handler/handler.ts'
import type { Response } from '../handler/response.ts'
import type { RetryOptions } from '../handler/retry-options.ts'
import { noBytes } from '../message/message.ts'
import type { Transmission } from '../message/transmission.ts'
import type { WrapNetwork } from '../network/network-around.ts'
import type { Peer } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { type AskInit, askGroup } from './ask.ts'
import { type DiscoveredServer, type DiscoverInit, type DiscoveryTools, discover } from './discovery.ts'
import { LazyEndpoint } from './lazy-endpoint.ts'
import { Observation } from './observation/observation.ts'
import { durabilityOf, type ObserveInit, requestToObserve, unreadOf } from './observation/observe-init.ts'
import { Registrations } from './observation/registrations.ts'
import { type ClientRequestInit, requestOf } from './request-init.ts'
import { standardClientLayers } from './standard-layers.ts'
import { Wait, type WaitOptions, within } from './wait.ts'

/** All of it optional. Without any, all clients of a program share one endpoint. */
export interface ClientOptions {
  /** Around each request, the first outermost. They see whole requests and responses (RFC 7959). */
  readonly layers?: readonly Layer[]
  /** The most bytes that a block has, both ways: a power of two from 16 to 1,024. Default 1,024. */
  readonly blockSize?: number
  /** Requests are repeated when a server that had too much to do is ready again (RFC 8516). False: they are not. Default `{}`. */
  readonly retry?: RetryOptions | false
  /** Around the network that it asks on: a capture, faults. */
  readonly network?: WrapNetwork
  readonly transmission?: Transmission
  readonly limits?: Limits
  readonly continuity?: Continuity
  /** Asks through this endpoint, which is open and stays open: to ask peers of a server, and on transports of your own. */
  readonly endpoint?: Endpoint
}

/** An init that leaves the method to the name of the function. */
export type MethodInit = Omit<ClientRequestInit, 'method'>

export interface PingInit extends WaitOptions {
  readonly transmission?: Transmission
}

export class Client {
  #shared: Shared
  #peer: Peer | undefined = undefined

  constructor(options: ClientOptions = {}) {
    this.#shared = new Shared(options)
  }

  /**
   * Asks, and gives the response whatever its code: `ok` tells, `orThrow()` throws.
   * @throws FormatError if the URL is none, with the place of its fault
   * @throws UsageError for a scheme that is not spoken, an init that contradicts itself, a body that cannot be sent
   * @throws TimeoutError, ResetError, ConnectionError if there is no usable response
   */
  async request(url: string | CoapUri, init: ClientRequestInit = {}): Promise<Response> {
    const wait = this.#shared.wait(init)
    let reading = false
    try {
      const request = requestOf(this.#uriOf(url), init, wait.signal, this.#peer)
      const handler = await this.#shared.handler()
      const response = await handler(request)
      if (!response.streams) return response
      reading = true
      return read(response, wait)
    } finally {
      if (!reading) wait.end()
    }
  }

  get(url: string | CoapUri, init: MethodInit = {}): Promise<Response> {
    return this.request(url, { ...init, method: 'GET' })
  }

  post(url: string | CoapUri, init: MethodInit = {}): Promise<Response> {
    return this.request(url, { ...init, method: 'POST' })
  }

  put(url: string | CoapUri, init: MethodInit = {}): Promise<Response> {
    return this.request(url, { ...init, method: 'PUT' })
  }

  delete(url: string | CoapUri, init: MethodInit = {}): Promise<Response> {
    return this.request(url, { ...init, method: 'DELETE' })
  }

  /** RFC 8132 2: a safe request with a body. */
  fetch(url: string | CoapUri, init: MethodInit = {}): Promise<Response> {
    return this.request(url, { ...init, method: 'FETCH' })
  }

  /** RFC 8132 3. */
  patch(url: string | CoapUri, init: MethodInit = {}): Promise<Response> {
    return this.request(url, { ...init, method: 'PATCH' })
  }

  /** RFC 8132 3: a patch that may be applied twice. */
  ipatch(url: string | CoapUri, init: MethodInit = {}): Promise<Response> {
    return this.request(url, { ...init, method: 'iPATCH' })
  }

  /**
   * Watches a resource (RFC 7641): `for await (const response of client.observe(url))`. Nothing is sent before it is read. The first
   * response comes first, whether the server observes or not; `timeout` is for that one. Methods: GET (default) and FETCH. It goes on
   * whatever becomes of the server, unless `durable` is false; its `events()` tell what happened. Who observes the same again shares it.
   */
  observe(url: string | CoapUri, init: ObserveInit = {}): Observation {
    return new Observation({
      durable: init.durable !== false,
      unread: unreadOf(init),
      begin: () => this.#shared.wait(init),
      join: (observer) => {
        const request = requestToObserve(this.#uriOf(url), init, this.#peer)
        return this.#shared.registrations.join(request, durabilityOf(init), observer)
      },
    })
  }

  /**
   * Asks a group (RFC 7252 8), and gives each response as it comes until the deadline, with its `peer` and its `uri`, at which that one is
   * asked alone: `for await (const response of client.ask('coap://[ff02::fd]/light'))`. Nothing is sent before it is read; `break` ends it.
   * The request leaves once. What comes in parts (RFC 7959) is fetched whole. Layers are not around it.
   */
  async *ask(url: string | CoapUri, init: AskInit = {}): AsyncGenerator<Response, undefined> {
    const { signal, timeout: _deadline, ...rest } = init
    const wait = this.#shared.wait(signal === undefined ? {} : { signal })
    try {
      const request = requestOf(this.#uriOf(url), rest, wait.signal, undefined)
      const handler = await this.#shared.handler()
      return yield* askGroup(await this.#shared.opened(), handler, request, init)
    } finally {
      wait.end()
    }
  }

  /**
   * Who is there and what they offer: `for await (const { uri, links } of client.discover({ filter: { rt: 'temperature*' } }))`. All CoAP
   * Nodes are asked for their links (RFC 7252 7, RFC 6690 4), and `_coap._udp` is browsed for by mDNS. Each server comes once for each of
   * its addresses that answers, until the deadline; `break` ends it.
   */
  async *discover(init: DiscoverInit = {}): AsyncGenerator<DiscoveredServer, undefined> {
    const wait = this.#shared.wait(init.signal === undefined ? {} : { signal: init.signal })
    try {
      const { context } = await this.#shared.opened()
      const tools: DiscoveryTools = {
        context,
        ask: (group, how) => this.ask(group, how),
        get: (uri, signal) => this.get(uri, { signal }),
        directory: platform.services(context),
      }
      return yield* discover(tools, init, wait.signal.signal)
    } finally {
      wait.abort(new ConnectionError('the discovery has ended', { code: 'COAP_CLOSED' }))
    }
  }

  /** Asks whether somebody is there (RFC 7252 4.3): the milliseconds that the answer took. Rejects as `request` does. */
  async ping(url: string | CoapUri, { transmission, ...init }: PingInit = {}): Promise<number> {
    const wait = this.#shared.wait(init)
    try {
      const target = this.#peer ?? this.#uriOf(url)
      const endpoint = await this.#shared.opened()
      return await endpoint.ping(target, { signal: wait.signal, ...(transmission && { transmission }) })
    } finally {
      wait.end()
    }
  }

  /**
   * A client that asks this peer, for instance one that has called us: `new Client({ endpoint }).to(request.peer)`. It takes paths
   * (`/status`) as well as URLs, and shares all else with this one, `close()` too.
   */
  to(peer: Peer): Client {
    const client = new Client()
    client.#shared = this.#shared
    client.#peer = peer
    return client
  }

  /**
   * Ends what is outstanding, and all observations, and waits until their servers know, for at most `timeout` milliseconds (default
   * 3,000: a lost message may be sent again once; 0 does not wait). An endpoint that was handed in, or that others share, stays open.
   */
  async close({ timeout = 3000 }: { readonly timeout?: number } = {}): Promise<void> {
    await this.#shared.close(timeout)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #uriOf(url: string | CoapUri): CoapUri {
    if (typeof url !== 'string') return url
    if (this.#peer === undefined) return this.#shared.parse(url)
    const [association] = this.#peer.associations
    if (association === undefined) throw new ConnectionError('the peer is gone', { code: 'COAP_PEER_GONE' })
    const { transport, path } = association
    const scheme = transport.schemes[0] as string
    const base = CoapUri.compose({ scheme, uriPath: [], uriQuery: [], destination: path.remote })
    if (base === undefined) throw new UsageError(`no URI has the address ${path.remote.host}: ask with a whole URL`)
    return base.resolve(url)
  }
}

/** A response whose body is read as it comes: until then it may be given up, and the process may end. */
function read(response: Response, wait: Wait): Response {
  const { body } = response
  wait.rest()
  return response.with({ payload: noBytes, body: new StreamBody(chunks(body, wait), body.size) })
}

async function* chunks(body: Body, wait: Wait): AsyncGenerator<Uint8Array> {
  wait.resume()
  try {
    for await (const chunk of body) {
      wait.rest() // whoever has a chunk waits for the next one when it is asked for
      yield chunk
      wait.resume()
    }
  } finally {
    wait.end()
  }
}

/** Enough for who asks the same things again; beyond it they are read anew. */
const rememberedUris = 1024

/** What a client has in common with those that it made `to` a peer. */
class Shared {
  readonly #endpoint: LazyEndpoint | Endpoint
  readonly #owned: boolean
  readonly #layer: Layer
  readonly #waits = new Bag<Wait>()
  readonly #uris = new Map<string, CoapUri>()
  readonly registrations: Registrations = new Registrations({
    context: () => this.#endpointMade.context,
    ask: async (request) => {
      const handler = await this.handler()
      return handler(request)
    },
    watchPeers: (changed) => this.#endpointMade.watchPeers(changed),
  })
  #handler: Handler | undefined = undefined
  #closed = false

  constructor({ endpoint, layers = [], blockSize, retry = {}, ...options }: ClientOptions) {
    if (endpoint !== undefined && Object.keys(options).length > 0)
      throw new UsageError(
        `${Object.keys(options).join(', ')}: set where the endpoint is made, not where it is handed in`,
      )
    const { limits } = options
    const blockwise = { ...(limits && { limits }), ...(blockSize !== undefined && { blockSize }) }
    this.#layer = compose(...layers, ...standardClientLayers({ blockwise, retry }))
    const { understands = [] } = this.#layer
    const special = layers.some((layer) => (layer.understands?.length ?? 0) > 0) || Object.keys(options).length > 0
    this.#owned = endpoint === undefined && special
    this.#endpoint = endpoint ?? (this.#owned ? new LazyEndpoint(() => make({ ...options, understands })) : everybodys)
  }

  /** URLs that come again are read once. */
  parse(url: string): CoapUri {
    const known = this.#uris.get(url)
    if (known !== undefined) return known
    const uri = CoapUri.parse(url)
    if (this.#uris.size >= rememberedUris) this.#uris.clear()
    this.#uris.set(url, uri)
    return uri
  }

  async opened(): Promise<Endpoint> {
    return this.#endpoint instanceof Endpoint ? this.#endpoint : this.#endpoint.opened()
  }

  /** Answers requests through the layers. */
  async handler(): Promise<Handler> {
    const endpoint = await this.opened()
    this.#handler ??= this.#layer(endpoint.send, endpoint.context)
    return this.#handler
  }

  wait(options: WaitOptions): Wait {
    if (this.#closed) throw new UsageError('the client is closed: make another one')
    return new Wait(this.#endpointMade.context, options, (wait) => this.#hold(wait))
  }

  #hold(wait: Wait): () => void {
    // It was at rest when the others ended.
    if (this.#closed) wait.abort(closed())
    this.#waits.add(wait)
    const release = platform.hold()
    return () => {
      this.#waits.delete(wait)
      release()
    }
  }

  async close(timeout: number): Promise<void> {
    this.#closed = true
    for (const wait of this.#waits) wait.abort(closed())
    await this.#deregistered(timeout)
    if (this.#owned && this.#endpoint instanceof LazyEndpoint) await this.#endpoint.close()
  }

  async #deregistered(timeout: number): Promise<void> {
    const endpoint = this.#endpoint instanceof Endpoint ? this.#endpoint : this.#endpoint.current
    if (endpoint === undefined || timeout === 0) return
    const release = platform.hold()
    await within(timeout, endpoint.deregistered(), endpoint.context)
    release()
  }

  /** Perhaps not open yet. */
  get #endpointMade(): Endpoint {
    return this.#endpoint instanceof Endpoint ? this.#endpoint : this.#endpoint.endpoint
  }
}

function closed(): ConnectionError {
  return new ConnectionError('the client was closed', { code: 'COAP_CLOSED' })
}

/** The one endpoint of all clients that want nothing special. */
const everybodys = new LazyEndpoint(() => make({}))

function make({
  network,
  ...options
}: Omit<ClientOptions, 'layers' | 'endpoint'> & Pick<Layer, 'understands'>): Endpoint {
  const context = platform.context()
  return new Endpoint({ ...options, context, transports: platform.asking(context, network) })
}
