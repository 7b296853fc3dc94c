// Addresses as text, for keys and for people, and what an address tells of itself.

import { UsageError } from '../errors.ts'
import { canonicalIpAddress } from '../uri/ip-address.ts'
import type { NetworkAddress } from './network.ts'

/** `192.0.2.1:5683`, `[fe80::1%eth0]:5683`. */
export function describeAddress({ host, port, zone }: NetworkAddress): string {
  const place = zone === undefined ? host : `${host}%${zone}`
  return host.includes(':') ? `[${place}]:${port}` : `${place}:${port}`
}

/** The address with its host in the one form that RFC 5952 recommends. Throws a `UsageError` for a name. */
export function literalAddress({ host, port, zone }: NetworkAddress): NetworkAddress {
  const literal = canonicalIpAddress(host)
  if (literal === undefined)
    throw new UsageError(`a network needs an IPv4 or IPv6 address, not '${host}': resolve it first`)
  return zone === undefined ? { host: literal, port } : { host: literal, port, zone }
}

/** Does the host stand for a group (RFC 1112 4: 224.0.0.0/4; RFC 4291 2.7: ff00::/8)? */
export function isMulticast(host: string): boolean {
  return host.includes(':') ? /^ff..:/i.test(host) : /^(?:22[4-9]|23\d)\./.test(host)
}

/** Is the host a group of interface-local or link-local scope (RFC 4291 2.7), of which each interface has one of its own? */
export function needsZone(host: string): boolean {
  return /^ff.[12]:/i.test(host)
}

export function sameFamily(one: NetworkAddress, other: NetworkAddress): boolean {
  return one.host.includes(':') === other.host.includes(':')
}
