// The message format of datagrams (RFC 7252 3, extended tokens: RFC 8974 2.1): decoded in one pass without copying, encoded
// straight into the packet that leaves.

import type { Code } from './code.ts'
import { EncodedMessage } from './encoded-message.ts'
import { Message, noBytes } from './message.ts'
import { scanned, scanOptions } from './option-scan.ts'
import { Options } from './options.ts'

/** Message types (RFC 7252 3). */
export type Type = 0 | 1 | 2 | 3

export const Type = {
  Confirmable: 0,
  NonConfirmable: 1,
  Acknowledgement: 2,
  Reset: 3,
} as const

/** A received message that still lies in its packet. */
export class Datagram extends Message {
  readonly type: Type
  readonly id: number
  #packet: Uint8Array
  readonly tokenStart: number
  readonly tokenEnd: number
  readonly #payloadStart: number
  #owned: boolean

  constructor(packet: Uint8Array, tokenStart: number, tokenEnd: number, owned: boolean) {
    super({
      code: packet[1] as number,
      options: Options.received(packet, tokenEnd, scanned.end, scanned.seen, scanned.unusual, scanned.misused),
    })
    const first = packet[0] as number
    this.type = ((first >>> 4) & 3) as Type
    this.id = ((packet[2] as number) << 8) | (packet[3] as number)
    this.#packet = packet
    this.tokenStart = tokenStart
    this.tokenEnd = tokenEnd
    this.#payloadStart = scanned.payload
    this.#owned = owned
  }

  override get token(): Uint8Array {
    return this.#bytes(this.tokenStart, this.tokenEnd)
  }

  get tokenLength(): number {
    return this.tokenEnd - this.tokenStart
  }

  /** Is this its token? Copies nothing. */
  hasToken(token: Uint8Array): boolean {
    if (token.length !== this.tokenLength) return false
    for (let at = 0; at < token.length; at++) if (token[at] !== this.#packet[this.tokenStart + at]) return false
    return true
  }

  override get payload(): Uint8Array {
    return this.#bytes(this.#payloadStart, this.#packet.length)
  }

  get payloadLength(): number {
    return this.#packet.length - this.#payloadStart
  }

  /** The packet as it came; valid during the call that brought it, unless it has been kept. */
  get packet(): Uint8Array {
    return this.#packet
  }

  /** Makes the message outlive the call that brought it. */
  keep(): this {
    if (!this.#owned) {
      this.#packet = this.#packet.slice()
      this.options.moveTo(this.#packet)
      this.#owned = true
    }
    return this
  }

  #bytes(start: number, end: number): Uint8Array {
    if (start === end) return noBytes
    return this.#owned ? this.#packet.subarray(start, end) : this.#packet.slice(start, end)
  }
}

/**
 * Decodes a packet; undefined if it is none of version 1 or malformed: `malformation` says how. `owned`: the caller will not use the
 * bytes again, so that the message may keep them; otherwise token and payload are copied when somebody reads them.
 */
export function decodeDatagram(packet: Uint8Array, owned = true): Datagram | undefined {
  if (packet.length < 4) return undefined
  const first = packet[0] as number
  if (first >>> 6 !== 1) return undefined
  if (packet[1] === 0 && (packet.length > 4 || (first & 15) !== 0)) return undefined
  let start = 4
  let tokenLength = first & 15
  if (tokenLength > 12) {
    if (tokenLength === 13) tokenLength = (packet[start++] as number) + 13
    else if (tokenLength === 14) {
      tokenLength = ((packet[4] as number) << 8) + (packet[5] as number) + 269
      start = 6
    } else return undefined
  }
  const end = start + tokenLength
  if (!(end <= packet.length) || !scanOptions(packet, end)) return undefined
  return new Datagram(packet, start, end, owned)
}

/** What is wrong with a packet that `decodeDatagram` refused, by what the RFC demands for it. */
export type Malformation =
  /** Shorter than a header, or of another version: silently ignored (RFC 7252 3). */
  | 'short'
  | 'version'
  /** A code of 0.00 with a token, options or a payload: a message format error (4.1). */
  | 'empty-with-content'
  /** A token length of 15, or one beyond the packet: a message format error (3, RFC 8974 2.1). */
  | 'token-length'
  /** An option beyond the packet, the reserved 15, a number over 65535, or a payload marker without payload: a message format error (3). */
  | 'options'

/** Looks at a packet that `decodeDatagram` refused. */
export function malformation(packet: Uint8Array): Malformation {
  if (packet.length < 4) return 'short'
  const first = packet[0] as number
  if (first >>> 6 !== 1) return 'version'
  if (packet[1] === 0) return 'empty-with-content'
  const tokenLength = first & 15
  const extended =
    tokenLength === 13
      ? (packet[4] ?? 0) + 14
      : tokenLength === 14
        ? ((packet[4] ?? 0) << 8) + (packet[5] ?? 0) + 271
        : tokenLength
  return tokenLength === 15 || 4 + extended > packet.length ? 'token-length' : 'options'
}

/**
 * Encodes a message into `into` at `at`, and says where it ends. Makes no object: the token may lie in another packet. A `RangeError`
 * says that it does not fit.
 */
export function encodeDatagram(
  type: Type,
  id: number,
  token: Uint8Array,
  message: Message,
  into: Uint8Array,
  at: number,
  tokenStart = 0,
  tokenEnd: number = token.length,
): number {
  let next = writeHeader(type, message.code, id, tokenEnd - tokenStart, into, at)
  for (let index = tokenStart; index < tokenEnd; index++) into[next++] = token[index] as number
  if (message instanceof EncodedMessage) return writeEncoded(message.encoded, into, next)
  if (!message.options.isEmpty) next = message.options.encode(into, next)
  const { payload } = message
  if (payload.length > 0) {
    if (next + 1 + payload.length > into.length)
      throw new RangeError(`a payload of ${payload.length} bytes does not fit`)
    into[next++] = 0xff
    into.set(payload, next)
    next += payload.length
  }
  if (next > into.length) throw new RangeError(`a message does not fit into ${into.length} bytes`)
  return next
}

function writeEncoded(encoded: Uint8Array, into: Uint8Array, at: number): number {
  const end = at + encoded.length
  if (end > into.length) throw new RangeError(`${encoded.length} bytes of options and payload do not fit`)
  if (encoded.length > 64) into.set(encoded, at)
  else for (let index = 0; index < encoded.length; index++) into[at + index] = encoded[index] as number
  return end
}

/** An Empty message: an acknowledgement, a Reset, a ping (RFC 7252 4.1). Always four bytes. */
export function encodeEmpty(type: Type, id: number, into: Uint8Array, at: number): number {
  return writeHeader(type, 0, id, 0, into, at)
}

function writeHeader(type: Type, code: Code, id: number, tokenLength: number, into: Uint8Array, at: number): number {
  const nibble = tokenLength < 13 ? tokenLength : tokenLength < 269 ? 13 : 14
  into[at] = 0x40 | (type << 4) | nibble
  into[at + 1] = code
  into[at + 2] = id >>> 8
  into[at + 3] = id & 0xff
  if (nibble === 13) into[at + 4] = tokenLength - 13
  else if (nibble === 14) {
    into[at + 4] = (tokenLength - 269) >>> 8
    into[at + 5] = (tokenLength - 269) & 0xff
  }
  return at + 4 + (nibble === 13 ? 1 : nibble === 14 ? 2 : 0)
}
