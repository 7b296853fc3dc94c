// A server in one call: `await serve(router, { listen: ['coap://localhost'] })`.

import { platform } from '#platform'
import type { Context } from '../context/context.ts'
import type { Continuity } from '../endpoint/continuity.ts'
import { Endpoint } from '../endpoint/endpoint.ts'
import type { Limits } from '../endpoint/limits.ts'
import type { NotificationOptions } from '../endpoint/responder/notification-options.ts'
import { countRefusal } from '../endpoint/statistics.ts'
import { UsageError } from '../errors.ts'
import { compose, type Handler, type Layer } from '../handler/handler.ts'
import type { ConditionalOptions } from '../layers/conditional.ts'
import { criticalOptions } from '../layers/critical-options.ts'
import type { Transmission } from '../message/transmission.ts'
import type { NetworkAddress } from '../network/network.ts'
import type { WrapNetwork } from '../network/network-around.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { innermost } from './answer.ts'
import { groupsOf } from './groups.ts'
import { isPublic } from './public-listener.ts'
import { Router } from './router.ts'
import { standardServerLayers } from './standard-layers.ts'
import { wellKnownCore } from './well-known-core.ts'

export interface ServeOptions {
  /**
   * Where to listen: URIs of a scheme, a host and a port. `[::]` means all addresses of this machine, a name all that it stands for,
   * port 0 one that is free. Default `['coap://[::]']`.
   */
  readonly listen?: readonly string[]
  /** Around the handler, the first outermost. They see whole requests (RFC 7959). Default: none. */
  readonly layers?: readonly Layer[]
  /** The most bytes that a block has: a power of two from 16 to 1,024. Default 1,024. */
  readonly blockSize?: number
  /**
   * If-Match, If-None-Match and ETag (RFC 7252 5.10.6, 5.10.8) are dealt with for all routes, by what their GET says. False: a router that
   * `understands` them deals with them itself, or they are refused. Default `{}`.
   */
  readonly conditional?: ConditionalOptions | false
  /**
   * An answer may be so many times as long as its request; beyond it a client from the Internet first has to show that it is where it
   * says, by an Echo (RFC 9175 2.6). False: anybody gets all of it. Without effect where no address that it listens at is public.
   * Default 3.
   */
  readonly amplification?: number | false
  /** Lists the routes of a router at /.well-known/core (RFC 6690 4). Default true. */
  readonly wellKnownCore?: boolean
  /**
   * Groups to be a member of, as `'coap://[ff05::fd]'`; false: none. Routes with `{ group: true }` are asked, and a handler that is a
   * function. Default: All CoAP Nodes (RFC 7252 12.8), if a router is served at all addresses of this machine at port 5683.
   */
  readonly groups?: readonly string[] | false
  /** A name to be found by: it is announced as a service of the type `_coap._udp` by mDNS (RFC 6762, 6763). Default: it is not. */
  readonly announce?: string
  /** Around the network that it listens on: a capture, faults. */
  readonly network?: WrapNetwork
  /** Of all messages of this server (RFC 7252 4.8). */
  readonly transmission?: Transmission
  /** How much peers can make it keep. */
  readonly limits?: Limits
  /** Which new associations continue a peer. Default `'resumption'`. */
  readonly continuity?: Continuity
  /** How those who observe are told (RFC 7641 4.3.1, 4.5). */
  readonly notifications?: NotificationOptions
}

export const serveDefaults: {
  readonly listen: readonly string[]
  readonly amplification: number | false
  readonly wellKnownCore: boolean
} = {
  listen: ['coap://[::]'],
  amplification: 3,
  wellKnownCore: true,
}

/** Keeps the process alive until it is closed. */
export interface Server extends AsyncDisposable {
  /** Where it can be asked. */
  readonly uris: readonly CoapUri[]
  /** Client and server in one: what it asks leaves from where it listens. */
  readonly endpoint: Endpoint
  close(): Promise<void>
}

/**
 * Answers requests with a router or a handler. Rejects with a `UsageError` for what is no place to listen at, and with a
 * `ConnectionError` if the system does not let it (`COAP_PORT_IN_USE`, `COAP_HOST_NOT_FOUND`).
 */
export async function serve(handler: Router | Handler, options: ServeOptions = {}): Promise<Server> {
  const { listen, amplification, wellKnownCore: listed } = { ...serveDefaults, ...options }
  const { transmission, limits, continuity } = options
  const uris = listen.map(placeToListen)
  if (uris.length === 0) throw new UsageError("listen has at least one URI, as in ['coap://localhost']")
  const context = platform.context()
  const release = platform.hold()
  try {
    const addresses = await addressesOf(uris, context)
    const groups = groupsOf(options.groups, addresses, handler instanceof Router && listed)
    const endpoint: Endpoint = new Endpoint({
      context,
      transports: [platform.listening(addresses, context, options.network, groups)],
      handler: layered(
        handler,
        listed,
        context,
        { ...options, amplification: isPublic(addresses) && amplification },
        (limit) => countRefusal(endpoint.statistics, limit),
      ),
      ...(transmission && { transmission }),
      ...(limits && { limits }),
      ...(continuity && { continuity }),
      ...(options.notifications && { notifications: options.notifications }),
    })
    await endpoint.open()
    return new OpenServer(endpoint, release, await announced(endpoint, options.announce))
  } catch (error) {
    release()
    throw error
  }
}

class OpenServer implements Server {
  readonly endpoint: Endpoint
  readonly #release: () => void
  readonly #withdraw: () => Promise<void>

  constructor(endpoint: Endpoint, release: () => void, withdraw: () => Promise<void>) {
    this.endpoint = endpoint
    this.#release = release
    this.#withdraw = withdraw
  }

  get uris(): readonly CoapUri[] {
    return this.endpoint.uris
  }

  async close(): Promise<void> {
    try {
      await this.#withdraw()
      await this.endpoint.close()
    } finally {
      this.#release()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/** Announces the service by its port, if it shall be and others can reach it. Gives what takes it back. */
async function announced(endpoint: Endpoint, name: string | undefined): Promise<() => Promise<void>> {
  if (name === undefined) return async () => {}
  const { port } = endpoint.uris.find(({ host }) => host !== '::1' && !host.startsWith('127.')) ?? {}
  try {
    if (port === undefined)
      throw new UsageError('a service that only this machine reaches is not announced: listen elsewhere')
    return await platform.services(endpoint.context).announce('coap', { name, port })
  } catch (error) {
    await endpoint.close()
    throw error
  }
}

function layered(
  handler: Router | Handler,
  listed: boolean,
  context: Context,
  { amplification = false, layers = [], limits, blockSize, conditional = {} }: ServeOptions,
  refused: (limit: keyof Limits) => void,
): Handler {
  const blockwise = { refused, ...(limits && { limits }), ...(blockSize !== undefined && { blockSize }) }
  const standard = standardServerLayers({ amplification, blockwise, conditional })
  const all = compose(...standard.outer, ...layers, ...standard.inner)
  const understood = all.understands ?? []
  if (typeof handler === 'function') return all(criticalOptions(...understood)(innermost(handler), context), context)
  if (!(handler instanceof Router)) throw new UsageError('serve needs a Router, or a function that answers requests')
  const routed = handler.handlerOn(context, understood)
  return all(listed ? wellKnownCore(handler, understood)(routed, context) : routed, context)
}

function placeToListen(text: string): CoapUri {
  const uri = CoapUri.parse(text)
  if (uri.path.length > 0 || uri.query.length > 0) {
    throw new UsageError(
      `a server listens at a host and a port, as in '${uri.origin}', not at '${text}': paths are routes`,
    )
  }
  if (uri.scheme === 'coap') return uri
  const instead = uri.with({ scheme: 'coap', ...(uri.port !== 0 && { port: 5683 }) }).origin
  throw new UsageError(
    `${uri.scheme}: is not there yet: listen at '${instead}', in a network where you trust everybody, or behind a gateway`,
    { code: 'COAP_SCHEME' },
  )
}

async function addressesOf(uris: readonly CoapUri[], context: Context): Promise<readonly NetworkAddress[]> {
  const addresses: NetworkAddress[] = []
  for (const { host, zone, port, isIpLiteral } of uris) {
    if (isIpLiteral) addresses.push(zone === undefined ? { host, port } : { host, port, zone })
    else if (host === 'localhost') addresses.push({ host, port })
    else {
      const resolved = await platform.resolver(context).resolve(host)
      addresses.push(...resolved.addresses.map((address) => ({ host: address, port })))
    }
  }
  return addresses
}
