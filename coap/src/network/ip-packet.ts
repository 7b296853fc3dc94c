// The IP packet in which a UDP datagram travels (RFC 791, RFC 8200, RFC 768), made up for captures: the operating system shows
// us only what is inside.

import { ipAddressBytes } from './ip-address-bytes.ts'
import type { NetworkAddress } from './network.ts'

/** IPv4 if both addresses are; else IPv6, where an IPv4 address is mapped. */
export function ipPacket(source: NetworkAddress, destination: NetworkAddress, payload: Uint8Array): Uint8Array {
  const from = ipAddressBytes(source.host)
  const to = ipAddressBytes(destination.host)
  return from.length === 4 && to.length === 4
    ? ipv4Packet(from, to, udpDatagram(source.port, destination.port, payload))
    : ipv6Packet(mapped(from), mapped(to), udpDatagram(source.port, destination.port, payload))
}

function ipv4Packet(from: Uint8Array, to: Uint8Array, datagram: Uint8Array): Uint8Array {
  const packet = new Uint8Array(20 + datagram.length)
  const view = new DataView(packet.buffer)
  packet[0] = 0x45 // version 4, a header of 5 words
  view.setUint16(2, packet.length)
  view.setUint16(6, 0x4000) // do not fragment
  packet[8] = hopLimit
  packet[9] = protocolUdp
  packet.set(from, 12)
  packet.set(to, 16)
  view.setUint16(10, checksum(packet.subarray(0, 20), 0))
  packet.set(datagram, 20)
  setUdpChecksum(packet.subarray(20), packet.subarray(12, 20))
  return packet
}

function ipv6Packet(from: Uint8Array, to: Uint8Array, datagram: Uint8Array): Uint8Array {
  const packet = new Uint8Array(40 + datagram.length)
  packet[0] = 0x60
  new DataView(packet.buffer).setUint16(4, datagram.length)
  packet[6] = protocolUdp
  packet[7] = hopLimit
  packet.set(from, 8)
  packet.set(to, 24)
  packet.set(datagram, 40)
  setUdpChecksum(packet.subarray(40), packet.subarray(8, 40))
  return packet
}

function udpDatagram(sourcePort: number, destinationPort: number, payload: Uint8Array): Uint8Array {
  const datagram = new Uint8Array(8 + payload.length)
  const view = new DataView(datagram.buffer)
  view.setUint16(0, sourcePort)
  view.setUint16(2, destinationPort)
  view.setUint16(4, datagram.length)
  datagram.set(payload, 8)
  return datagram
}

/** Over addresses, protocol, length and datagram. 0 would mean that there is none (RFC 768). */
function setUdpChecksum(datagram: Uint8Array, addresses: Uint8Array): void {
  const pseudoHeader = sum(addresses, protocolUdp + datagram.length)
  new DataView(datagram.buffer, datagram.byteOffset).setUint16(6, checksum(datagram, pseudoHeader) || 0xffff)
}

/** The ones' complement of the ones' complement sum (RFC 1071). */
function checksum(bytes: Uint8Array, start: number): number {
  return ~sum(bytes, start) & 0xffff
}

function sum(bytes: Uint8Array, start: number): number {
  let total = start
  for (let at = 0; at < bytes.length; at += 2) total += ((bytes[at] as number) << 8) | (bytes[at + 1] ?? 0)
  while (total > 0xffff) total = (total & 0xffff) + Math.floor(total / 0x10000)
  return total
}

function mapped(address: Uint8Array): Uint8Array {
  if (address.length === 16) return address
  const bytes = new Uint8Array(16)
  bytes.fill(0xff, 10, 12)
  bytes.set(address, 12)
  return bytes
}

const hopLimit = 64
const protocolUdp = 17
