// An IP address as it stands in a packet.

import { canonicalIpAddress } from '../uri/ip-address.ts'

/** 4 bytes of IPv4 or 16 of IPv6. What is no IP address (a serial line has none) becomes 0.0.0.0. */
export function ipAddressBytes(host: string): Uint8Array {
  const address = canonicalIpAddress(host)
  if (address === undefined) return new Uint8Array(4)
  return address.includes(':') ? ipv6Bytes(address) : Uint8Array.from(address.split('.'), Number)
}

function ipv6Bytes(address: string): Uint8Array {
  const [left = '', right = ''] = address.split('::')
  const bytes = new Uint8Array(16)
  const end = groupBytes(right)
  bytes.set(groupBytes(left))
  bytes.set(end, 16 - end.length)
  return bytes
}

function groupBytes(text: string): Uint8Array {
  if (text === '') return new Uint8Array(0)
  return Uint8Array.from(
    text.split(':').flatMap((group) => {
      if (group.includes('.')) return group.split('.').map(Number) // only the last one, of an IPv4-mapped address
      const value = Number.parseInt(group, 16)
      return [value >> 8, value & 0xff]
    }),
  )
}
