// Through which interfaces a group is asked: the same group is there on each of them, and the system would take one only.

import { UsageError } from '../../errors.ts'
import { needsZone } from '../../network/address.ts'
import type { GroupRoute, NetworkAddress } from '../../network/network.ts'
import type { LocalAddress } from './local-addresses.ts'

/**
 * A local address on each interface to ask through. Undefined in place of one: what the system takes. Throws a `UsageError` if there is no
 * such interface.
 */
export function groupRoutes(
  group: NetworkAddress,
  { interface: name = group.zone, hops = 1 }: GroupRoute,
  local: readonly LocalAddress[],
): readonly (LocalAddress | undefined)[] {
  if (!Number.isInteger(hops) || hops < 1 || hops > 255)
    throw new UsageError(`hops is an integer from 1 to 255, not ${hops}`)
  const narrow = needsZone(group.host)
  if (name === undefined && !narrow) return [undefined]
  const byInterface = new Map<string, LocalAddress>()
  for (const address of local) {
    const { host, on } = address
    if (on === undefined || host.includes(':') !== group.host.includes(':')) continue
    // Who is asked answers the address that asks, and reaches it from where the group reaches.
    if (!byInterface.has(on) || host.includes('%') === narrow) byInterface.set(on, address)
  }
  const all = [...byInterface.values()]
  if (name !== undefined && name !== 'all') {
    const one = byInterface.get(name)
    if (one !== undefined) return [one]
    throw new UsageError(
      `no interface '${name}' with an address for ${group.host}: expected ${[...byInterface.keys()].join(', ') || 'one'}`,
    )
  }
  const others = all.filter(({ loopback }) => !loopback)
  return others.length > 0 ? others : all
}

/** As `setMulticastInterface` and `addMembership` take an interface. */
export function multicastInterface({ host, on }: LocalAddress): string {
  return host.includes(':') ? `::%${on}` : host
}

/** Where a packet to the group goes on this interface. */
export function groupOn({ host, port }: NetworkAddress, route: LocalAddress | undefined): NetworkAddress {
  return route?.on !== undefined && needsZone(host) ? { host, port, zone: route.on } : { host, port }
}
