// A datagram as the oracles read it (RFC 7252 3), in the plainest way and on purpose not with the library's decoder: a fault there must
// not hide itself.

export const con = 0
export const non = 1
export const ack = 2
export const rst = 3

export interface Packet {
  readonly type: number
  readonly code: number
  readonly id: number
  /** As a text of one character a byte. */
  readonly token: string
  /** The Observe option, if there is one. */
  readonly observe: number | undefined
  /** Which action of the world it belongs to: an option of the simulation's own. */
  readonly nonce: number | undefined
}

/** A number that names the action a request belongs to; elective, and no part of a cache key (RFC 7252 5.4.6): 0b11100 at its end. */
export const nonceNumber = 65_052
export const observeNumber = 6

export function readPacket(bytes: Uint8Array): Packet {
  const first = byte(bytes, 0)
  const tokenEnd = 4 + (first & 15)
  let token = ''
  for (let at = 4; at < tokenEnd; at++) token += String.fromCharCode(byte(bytes, at))
  let observe: number | undefined
  let nonce: number | undefined
  let number = 0
  for (let at = tokenEnd; at < bytes.length && byte(bytes, at) !== 0xff; ) {
    const header = byte(bytes, at++)
    const delta = extended(header >>> 4, bytes, at)
    at += delta.bytes
    const length = extended(header & 15, bytes, at)
    at += length.bytes
    number += delta.value
    if (number === observeNumber) observe = uint(bytes, at, at + length.value)
    else if (number === nonceNumber) nonce = uint(bytes, at, at + length.value)
    at += length.value
  }
  const id = (byte(bytes, 2) << 8) | byte(bytes, 3)
  return { type: (first >>> 4) & 3, code: byte(bytes, 1), id, token, observe, nonce }
}

export function isRequestCode(code: number): boolean {
  return code > 0 && code < 32
}

export function describePacket({ type, code, id, token }: Packet): string {
  const hex = [...token].map((character) => character.charCodeAt(0).toString(16).padStart(2, '0')).join('')
  const name = ['CON', 'NON', 'ACK', 'RST'][type]
  const digits = `${code >>> 5}.${String(code & 31).padStart(2, '0')}`
  return `${name} ${digits} 0x${id.toString(16).padStart(4, '0')} token ${hex || 'none'}`
}

export function isResponseCode(code: number): boolean {
  return code >= 64
}

function extended(nibble: number, bytes: Uint8Array, at: number): { value: number; bytes: number } {
  if (nibble === 13) return { value: byte(bytes, at) + 13, bytes: 1 }
  if (nibble === 14) return { value: (byte(bytes, at) << 8) + byte(bytes, at + 1) + 269, bytes: 2 }
  return { value: nibble, bytes: 0 }
}

function uint(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 256 + byte(bytes, at)
  return value
}

function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}
