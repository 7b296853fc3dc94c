// The addresses of this machine that something listens at: all of them for a wildcard.

import { networkInterfaces } from 'node:os'
import type { NetworkAddress } from '../../network/network.ts'
import { systemHost } from './path-table.ts'

export interface LocalAddress {
  /** With its zone where it needs one, as the system writes it: `fe80::1%eth0`. */
  readonly host: string
  /** It reaches this machine only. */
  readonly loopback: boolean
  /** The name of its interface. */
  readonly on?: string
  /** Its subnet: `192.0.2.7/24`. */
  readonly subnet?: string
}

/** All addresses of this machine, those of loopback first. */
export function localAddresses(): LocalAddress[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, family, scopeid, internal, cidr }) => ({
      host: family === 'IPv6' && scopeid !== 0 ? `${address}%${name}` : address,
      loopback: internal,
      on: name,
      ...(cidr !== null && { subnet: cidr }),
    })),
  )
  return all.sort((one, other) => Number(other.loopback) - Number(one.loopback))
}

export function isWildcard({ host }: NetworkAddress): boolean {
  return host === '::' || host === '0.0.0.0'
}

/** For a wildcard all there are, IPv4 too for `::`; the loopback addresses for `localhost`; else the one. */
export function hostsOf(wanted: NetworkAddress, all: readonly LocalAddress[]): string[] {
  if (wanted.host === 'localhost')
    return all.filter(({ host, loopback }) => loopback && !host.includes('%')).map(({ host }) => host)
  if (!isWildcard(wanted)) return [systemHost(wanted)]
  return all.filter(({ host }) => wanted.host === '::' || !host.includes(':')).map(({ host }) => host)
}

/** A loopback address reaches only loopback addresses, and the others only the others. */
export function reaches(local: string, remote: string): boolean {
  return local.includes(':') === remote.includes(':') && isLoopback(local) === isLoopback(remote)
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.')
}
