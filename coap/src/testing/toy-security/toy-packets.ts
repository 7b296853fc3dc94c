// The packets of toySecurity. Everything is in the clear, secrets too: it shows how a secured transport behaves, and protects nothing.
//
//   hello    1, nonce 8, session to resume 8 (zeros: none), length and identity, length and secret      client to server
//   welcome  2, nonce 8, session 8                                                                      server to client
//   refusal  3, nonce 8                                                                                 server to client
//   data     4, session 8, sequence number 4, message                                                   both ways
//   closing  5, session 8                                                                               both ways

/** Bytes of a data packet before the message. */
export const dataOverhead = 13

export type ToyPacket =
  | {
      readonly kind: 'hello'
      readonly nonce: string
      readonly resume: string | undefined
      readonly id: string
      readonly secret: string
    }
  | { readonly kind: 'welcome'; readonly nonce: string; readonly session: string }
  | { readonly kind: 'refusal'; readonly nonce: string }
  | { readonly kind: 'data'; readonly session: string; readonly sequence: number; readonly message: Uint8Array }
  | { readonly kind: 'closing'; readonly session: string }

export function encodeToyPacket(packet: ToyPacket): Uint8Array {
  switch (packet.kind) {
    case 'hello':
      return join(
        [1],
        bytes(packet.nonce),
        bytes(packet.resume ?? noSession),
        counted(packet.id),
        counted(packet.secret),
      )
    case 'welcome':
      return join([2], bytes(packet.nonce), bytes(packet.session))
    case 'refusal':
      return join([3], bytes(packet.nonce))
    case 'data': {
      const { sequence } = packet
      const number = [sequence >>> 24, (sequence >>> 16) & 0xff, (sequence >>> 8) & 0xff, sequence & 0xff]
      return join([4], bytes(packet.session), number, packet.message)
    }
    case 'closing':
      return join([5], bytes(packet.session))
    default:
      return packet satisfies never
  }
}

/** Undefined for anything that is no packet of ours. */
export function decodeToyPacket(packet: Uint8Array): ToyPacket | undefined {
  if (packet.length < 9) return undefined
  const name = text(packet, 1, 9)
  switch (packet[0]) {
    case 1: {
      const resume = text(packet, 9, 17)
      const idEnd = 18 + (packet[17] ?? 0)
      const end = idEnd + 1 + (packet[idEnd] ?? 0)
      if (packet.length !== end) return undefined
      const id = text(packet, 18, idEnd)
      return {
        kind: 'hello',
        nonce: name,
        resume: resume === noSession ? undefined : resume,
        id,
        secret: text(packet, idEnd + 1, end),
      }
    }
    case 2:
      return packet.length === 17 ? { kind: 'welcome', nonce: name, session: text(packet, 9, 17) } : undefined
    case 3:
      return packet.length === 9 ? { kind: 'refusal', nonce: name } : undefined
    case 4: {
      if (packet.length < dataOverhead) return undefined
      const sequence = new DataView(packet.buffer, packet.byteOffset).getUint32(9)
      return { kind: 'data', session: name, sequence, message: packet.subarray(dataOverhead) }
    }
    case 5:
      return packet.length === 9 ? { kind: 'closing', session: name } : undefined
    default:
      return undefined
  }
}

const noSession = '\0'.repeat(8)

function bytes(value: string): number[] {
  return Array.from(value, (character) => character.charCodeAt(0))
}

function counted(value: string): number[] {
  return [value.length, ...bytes(value)]
}

function text(packet: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...packet.subarray(start, end))
}

function join(...parts: readonly ArrayLike<number>[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
