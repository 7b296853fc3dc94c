// Who is near. A request to a group is answered only if its source is: whoever forges a far one makes all members of the group send to
// it (RFC 7252 11.3), and a group without security must not be reached from the public Internet (groupcomm-bis 4).

import type { BlockList } from 'node:net'
import type { LocalAddress } from './local-addresses.ts'

/** Of a site, whatever its subnets: private, link-local and unique local addresses (RFC 1918, 3927, 4193, 4291). */
let site: BlockList | undefined

export class Neighbourhood {
  readonly #local: readonly { readonly host: string; readonly subnet: BlockList }[]

  constructor(local: readonly LocalAddress[]) {
    this.#local = local.map(({ host, subnet }) => ({ host, subnet: listOf(subnet) }))
  }

  /** Is an address, as the system writes it, one of a site's, or in a subnet of this machine? */
  has(host: string): boolean {
    return isIn(siteList(), host) || this.#local.some(({ subnet }) => isIn(subnet, host))
  }

  /** The local address that has this one beside it: in its zone, or in its subnet. */
  beside(host: string): string | undefined {
    const percent = host.indexOf('%')
    const zone = percent < 0 ? undefined : host.slice(percent)
    return this.#local.find((each) =>
      zone === undefined ? !each.host.includes('%') && isIn(each.subnet, host) : each.host.endsWith(zone),
    )?.host
  }
}

function siteList(): BlockList {
  if (site !== undefined) return site
  site = emptyList()
  site.addSubnet('10.0.0.0', 8)
  site.addSubnet('127.0.0.0', 8)
  site.addSubnet('169.254.0.0', 16)
  site.addSubnet('172.16.0.0', 12)
  site.addSubnet('192.168.0.0', 16)
  site.addAddress('::1', 'ipv6')
  site.addSubnet('fc00::', 7, 'ipv6')
  site.addSubnet('fe80::', 10, 'ipv6')
  return site
}

/** Loaded for groups only: who asks one server starts faster without node:net (docs/decisions/cli-arguments.md). */
function emptyList(): BlockList {
  const { BlockList } = process.getBuiltinModule('node:net')
  return new BlockList()
}

function listOf(subnet: string | undefined): BlockList {
  const list = emptyList()
  const [address, prefix] = subnet?.split('/') ?? []
  if (address !== undefined) list.addSubnet(address, Number(prefix), familyOf(address))
  return list
}

function isIn(list: BlockList, host: string): boolean {
  const address = host.replace(/%.*/, '')
  return list.check(address, familyOf(address))
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return address.includes(':') ? 'ipv6' : 'ipv4'
}
