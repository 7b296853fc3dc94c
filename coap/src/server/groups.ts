// The groups that a server is a member of (RFC 7252 8, 12.8; groupcomm-bis 3.9).

import { UsageError } from '../errors.ts'
import { isMulticast } from '../network/address.ts'
import type { NetworkAddress } from '../network/network.ts'
import { CoapUri } from '../uri/coap-uri.ts'

/** All CoAP Nodes: over IPv4, and of the link-local, admin-local and site-local scopes of IPv6. */
export const allCoapNodes: readonly string[] = ['224.0.1.187', 'ff02::fd', 'ff04::fd', 'ff05::fd']

const defaultPort = 5683

/**
 * The groups that are named; else All CoAP Nodes, where all addresses of this machine are listened at on the default port, and what is
 * served can be discovered. A group without security must not be reached from the Internet (groupcomm-bis 4): no other is joined unasked.
 */
export function groupsOf(
  named: readonly string[] | false | undefined,
  listen: readonly NetworkAddress[],
  discoverable: boolean,
): readonly NetworkAddress[] {
  if (named === false) return []
  if (named !== undefined) return named.map(parseGroup)
  const families = listen.filter(({ port }) => port === defaultPort).map(({ host }) => host)
  const all = families.includes('::')
  if (!discoverable || !(all || families.includes('0.0.0.0'))) return []
  return allCoapNodes.filter((host) => all || !host.includes(':')).map((host) => ({ host, port: defaultPort }))
}

function parseGroup(text: string): NetworkAddress {
  const { scheme, host, port, zone, path, query } = CoapUri.parse(text)
  if (scheme !== 'coap' || !isMulticast(host) || path.length > 0 || query.length > 0)
    throw new UsageError(`a group is a multicast address with a port, as 'coap://[ff05::fd]', not '${text}'`)
  return zone === undefined ? { host, port } : { host, port, zone }
}
