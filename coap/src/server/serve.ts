// A server in one call: `await serve(router, { listen: ['coap://localhost'] })`.

import { platform } from '#platform'
import type { Context } from '../context/context.ts'
import type { Continuity } from '../endpoint/continuity.ts'
import { Endpoint } from '../endpoint/endpoint.ts'
import type { Limits } from '../endpoint/limits.ts'
import { countRefusal } from '../endpoint/statistics.ts'
import { UsageError } from '../errors.ts'
import { compose, type Handler, type Layer } from '../handler/handler.ts'
import { criticalOptions } from '../layers/critical-options.ts'
import type { Transmission } from '../message/transmission.ts'
import type { NetworkAddress } from '../network/network.ts'
import type { WrapNetwork } from '../network/network-around.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { innermost } from './answer.ts'
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
  /** Lists the routes of a router at /.well-known/core (RFC 6690 4). Default true. */
  readonly wellKnownCore?: boolean
  /** Around the network that it listens on: a capture, faults. */
  readonly network?: WrapNetwork
  /** Of all messages of this server (RFC 7252 4.8). */
  readonly transmission?: Transmission
  /** How much peers can make it keep. */
  readonly limits?: Limits
  /** Which new associations continue a peer. Default `'resumption'`. */
  readonly continuity?: Continuity
}

export const serveDefaults: { readonly listen: readonly string[]; readonly wellKnownCore: boolean } = {
  listen: ['coap://[::]'],
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
  const { listen, wellKnownCore: listed } = { ...serveDefaults, ...options }
  const { transmission, limits, continuity } = options
  const uris = listen.map(placeToListen)
  if (uris.length === 0) throw new UsageError("listen has at least one URI, as in ['coap://localhost']")
  const context = platform.context()
  const release = platform.hold()
  try {
    const endpoint: Endpoint = new Endpoint({
      context,
      transports: [platform.listening(await addressesOf(uris, context), context, options.network)],
      handler: layered(handler, listed, context, options, (limit) => countRefusal(endpoint.statistics, limit)),
      ...(transmission && { transmission }),
      ...(limits && { limits }),
      ...(continuity && { continuity }),
    })
    return new OpenServer(await endpoint.open(), release)
  } catch (error) {
    release()
    throw error
  }
}

class OpenServer implements Server {
  readonly endpoint: Endpoint
  readonly #release: () => void

  constructor(endpoint: Endpoint, release: () => void) {
    this.endpoint = endpoint
    this.#release = release
  }

  get uris(): readonly CoapUri[] {
    return this.endpoint.uris
  }

  async close(): Promise<void> {
    try {
      await this.endpoint.close()
    } finally {
      this.#release()
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

function layered(
  handler: Router | Handler,
  listed: boolean,
  context: Context,
  { layers = [], limits, blockSize }: ServeOptions,
  refused: (limit: keyof Limits) => void,
): Handler {
  const blockwise = { refused, ...(limits && { limits }), ...(blockSize !== undefined && { blockSize }) }
  const standard = standardServerLayers({ blockwise })
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
