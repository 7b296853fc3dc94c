// Names by the system's resolver, which knows the hosts file and mDNS but tells no TTL; so DNS is asked for that beside it.

import { ConnectionError } from '../errors.ts'
import type { Resolution, Resolver } from '../network/resolver.ts'

/** Milliseconds that an address holds of which DNS says nothing. */
const unknownTtl = 60_000

export const systemResolver: Resolver = {
  async resolve(host) {
    if (isLocalhost(host)) return { addresses: ['127.0.0.1', '::1'], ttl: unknownTtl }
    if (isNumber(host))
      throw notFound(`'${host}' is neither a name nor an address: those of IPv4 are four decimal numbers`)
    const [addresses, ttls] = await Promise.all([addressesOf(host), ttlsOf(host)])
    const known = addresses.flatMap((address) => ttls.get(address) ?? [])
    return { addresses, ttl: known.length > 0 ? Math.min(...known) : unknownTtl } satisfies Resolution
  },
  forget() {}, // nothing is kept here
}

/** Never a question for DNS (RFC 6761 6.3). */
function isLocalhost(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost')
}

/** The system would take `4711` or `0x7f.1` for an address of IPv4; in a URI they are names (RFC 3986 3.2.2), and nobody has such. */
function isNumber(host: string): boolean {
  return /(?:^|\.)(?:\d+|0x[\da-f]*)\.?$/i.test(host)
}

/** Loaded for the first name: who asks addresses, and localhost, starts faster without it. */
function dns(): Promise<typeof import('node:dns/promises')> {
  return import('node:dns/promises')
}

async function addressesOf(host: string): Promise<string[]> {
  try {
    const { lookup } = await dns()
    const found = await lookup(host, { all: true, order: 'verbatim' })
    return found.map(({ address }) => address)
  } catch (cause) {
    throw notFound(
      `no address for the name '${host}': is it spelled right, and does this machine reach its DNS?`,
      cause,
    )
  }
}

function notFound(message: string, cause?: unknown): ConnectionError {
  return new ConnectionError(message, { code: 'COAP_HOST_NOT_FOUND', cause })
}

/** By address, in milliseconds; empty for what DNS does not know. */
async function ttlsOf(host: string): Promise<Map<string, number>> {
  if (!host.includes('.') || host.endsWith('.local')) return new Map()
  const { Resolver: DnsResolver } = await dns()
  const resolver = new DnsResolver({ timeout: 500, tries: 1 })
  const answers = await Promise.allSettled([
    resolver.resolve4(host, { ttl: true }),
    resolver.resolve6(host, { ttl: true }),
  ])
  const records = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
  return new Map(records.map(({ address, ttl }) => [address, ttl * 1000]))
}
