// Who is there, and what they offer: asked of All CoAP Nodes (RFC 7252 7, 8; RFC 6690 4), and browsed for by DNS-SD over mDNS.

import type { Context } from '../context/context.ts'
import type { Signal } from '../context/signal.ts'
import { Timer } from '../context/timer.ts'
import { UsageError } from '../errors.ts'
import type { Response } from '../handler/response.ts'
import type { Link } from '../links/link.ts'
import { tryParseLinks } from '../links/parse-links.ts'
import { ContentFormat } from '../message/content-format.ts'
import { decodeUtf8 } from '../message/option-format.ts'
import type { FoundService, ServiceDirectory } from '../network/service-directory.ts'
import type { Peer } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import type { AskInit } from './ask.ts'
import { Inbox } from './inbox.ts'

export interface DiscoverInit {
  /** Which links are of interest (RFC 6690 4.1): `{ rt: 'temperature*' }`. Servers that have none stay silent. Default: all. */
  readonly filter?: Readonly<Record<string, string>>
  /** The groups to ask. Default: All CoAP Nodes over IPv4, and of the link-local and site-local scopes of IPv6. */
  readonly groups?: readonly string[]
  /** The interface to ask through. Default: `'all'`. */
  readonly interface?: string
  /** How many networks the request may pass. Default 1: it stays on the link. */
  readonly hops?: number
  /** Browse for `_coap._udp` by mDNS too. Default true. */
  readonly services?: boolean
  /** Milliseconds until nobody is waited for any more. Default 8,000. */
  readonly timeout?: number
  readonly signal?: Signal
}

export interface DiscoveredServer {
  /** Where it is asked. */
  readonly uri: CoapUri
  /** Those of its links that were asked for; none, if it lists none and has announced itself. Their targets are relative to `uri`. */
  readonly links: readonly Link[]
  /** The name that it announces. */
  readonly name?: string
  /** Who answered. */
  readonly peer: Peer
}

/** What a discovery works with. */
export interface DiscoveryTools {
  ask(url: CoapUri, init: AskInit): AsyncIterable<Response>
  get(url: CoapUri, signal: Signal): Promise<Response>
  readonly context: Context
  readonly directory: ServiceDirectory
}

export const discoverGroups: readonly string[] = ['coap://224.0.1.187', 'coap://[ff02::fd]', 'coap://[ff05::fd]']

/** Each server once, by its address, as it is heard of. The signal ends it, with its reason. */
export async function* discover(
  tools: DiscoveryTools,
  { filter = {}, groups = discoverGroups, services = true, timeout = 8000, interface: on = 'all', hops }: DiscoverInit,
  signal: Signal,
): AsyncGenerator<DiscoveredServer, undefined> {
  const query = Object.entries(filter).map(([name, value]) => `${name}=${value}`)
  const wanted = { path: ['.well-known', 'core'], query }
  const inbox = new Inbox<DiscoveredServer>()
  const known = new Set<string>()
  const tell = (response: Response, name?: string): void => {
    const server = serverOf(response, name, query.length === 0)
    if (server === undefined || known.has(server.uri.origin) || known.size >= mostServers) return
    known.add(server.uri.origin)
    inbox.push(server)
  }
  const askInit: AskInit = { signal, timeout, interface: on, ...(hops !== undefined && { hops }) }
  const asking = groups.map(async (group) => {
    for await (const response of tools.ask(CoapUri.parse(group).with(wanted), askInit)) tell(response)
  })
  void Promise.allSettled(asking).then((results) => {
    // mDNS may make up for a way that is not there, but not for what the caller got wrong.
    const mistakes = results.filter(isMistake)
    if (mistakes.length > 0 && mistakes.length === results.length) inbox.fail(mistakes[0]?.reason)
  })
  const browsing = services ? browse(tools, wanted, signal, tell).catch(() => undefined) : undefined
  void Promise.allSettled([...asking, ...(services ? [pause(tools.context, timeout, signal)] : [])]).then((results) => {
    const failed = results.filter((result) => result.status === 'rejected')
    // One way that is not there (no IPv6, no route) is not missed, unless there is no other.
    if (failed.length === results.length) inbox.fail(failed[0]?.reason)
    else inbox.end()
  })
  signal.addEventListener('abort', () => inbox.fail(signal.reason), { once: true })
  try {
    yield* inbox
  } finally {
    inbox.end()
    const stop = await browsing
    await stop?.()
  }
}

function isMistake(result: PromiseSettledResult<void>): result is PromiseRejectedResult {
  return result.status === 'rejected' && result.reason instanceof UsageError
}

/** Anybody on the link can make up more. */
const mostServers = 4096

/** Asks each service that it hears of. */
async function browse(
  tools: DiscoveryTools,
  wanted: { readonly path: readonly string[]; readonly query: readonly string[] },
  signal: Signal,
  tell: (response: Response, name: string) => void,
): Promise<() => Promise<void>> {
  return tools.directory.browse('coap', {
    found(service) {
      const uri = uriOf(service)
      if (uri === undefined) return
      tools.get(uri.with(wanted), signal).then(
        (response) => tell(response, service.name),
        () => {}, // announced, and not there
      )
    },
    lost() {},
  })
}

/** Until so many milliseconds have passed, or the signal is aborted. */
function pause({ timers }: Context, milliseconds: number, signal: Signal): Promise<void> {
  return new Promise((resolve) => {
    const timer = new Timer(resolve)
    timers.arm(timer, milliseconds)
    const end = (): void => {
      timers.cancel(timer)
      resolve()
    }
    signal.addEventListener('abort', end, { once: true })
  })
}

function uriOf({ host, port, addresses }: FoundService): CoapUri | undefined {
  const address = addresses.find((each) => !each.includes(':')) ?? addresses.find((each) => !/^fe80:/i.test(each))
  const destination = { host: address ?? host, port }
  return CoapUri.compose({ scheme: 'coap', uriPath: [], uriQuery: [], destination })
}

/** Undefined if it has nothing that is wanted; but `whoever` has a name is told of. */
function serverOf(response: Response, name: string | undefined, whoever: boolean): DiscoveredServer | undefined {
  const { uri, peer } = response
  const links = linksOf(response)
  if (uri === undefined || (links.length === 0 && (name === undefined || !whoever))) return undefined
  return { uri: uri.with({ path: [], query: [], ...zoneOf(uri) }), links, peer, ...(name !== undefined && { name }) }
}

function linksOf({ ok, contentFormat, payload }: Response): readonly Link[] {
  const text = ok && contentFormat === ContentFormat.linkFormat ? decodeUtf8(payload) : undefined
  return (text === undefined ? undefined : tryParseLinks(text)) ?? []
}

function zoneOf({ zone }: CoapUri): { readonly zone?: string } {
  return zone === undefined ? {} : { zone }
}
