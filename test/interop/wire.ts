// The wire between a client and a server under test: a relay on 127.0.0.1 that passes each datagram on and keeps what it saw,
// so that a case can judge what was really said: an empty ACK before a separate response, how an observation was cancelled, a ping.
// It reads messages by itself (RFC 7252, 3), as a judge should that is no party to the case.

import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'

export type Side = 'client' | 'server'
export type MessageType = 'CON' | 'NON' | 'ACK' | 'RST'

export interface Seen {
  readonly from: Side
  readonly type: MessageType
  /** As in `2.05`. */
  readonly code: string
  readonly messageId: number
  /** In hex. */
  readonly token: string
  readonly options: readonly { readonly number: number; readonly value: Uint8Array }[]
  readonly payload: string
}

export const observeOption = 6

export class Wire {
  readonly seen: Seen[] = []
  /** What was no CoAP message, in words. */
  readonly malformed: string[] = []
  readonly #clientSide: Socket = createSocket('udp4')
  readonly #serverSides = new Map<string, Socket>()
  readonly #serverPort: number
  readonly #watchers = new Set<() => void>()

  private constructor(serverPort: number) {
    this.#serverPort = serverPort
  }

  /** A relay to that port of 127.0.0.1. */
  static async to(serverPort: number): Promise<Wire> {
    const wire = new Wire(serverPort)
    wire.#clientSide.on('message', (datagram, from) => wire.#fromClient(datagram, from.port))
    wire.#clientSide.bind(0, '127.0.0.1')
    await once(wire.#clientSide, 'listening')
    return wire
  }

  /** Where the client finds the server. */
  get port(): number {
    return this.#clientSide.address().port
  }

  /** The first message that fits, or `undefined` when none has come after `seconds`. */
  async find(fits: (message: Seen) => boolean, seconds: number): Promise<Seen | undefined> {
    const deadline = performance.now() + seconds * 1000
    for (;;) {
      const found = this.seen.find(fits)
      const left = deadline - performance.now()
      if (found || left <= 0) return found
      await this.#next(left)
    }
  }

  /** What was said first and last, a line each. */
  describe(): string {
    const lines = this.seen.map(({ from, type, code, messageId, token, options, payload }) => {
      const shown = options.map(({ number, value }) => `${number}=${Buffer.from(value).toString('hex')}`)
      const content = payload === '' ? [] : [`${payload.length} bytes`]
      return [`  ${from}: ${type} ${code} ${messageId}`, token && `{${token}}`, ...shown, ...content]
        .filter(Boolean)
        .join(' ')
    })
    return (lines.length > 40 ? [...lines.slice(0, 20), '  …', ...lines.slice(-20)] : lines).join('\n')
  }

  close(): void {
    this.#clientSide.close()
    for (const socket of this.#serverSides.values()) socket.close()
  }

  #next(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        this.#watchers.delete(done)
        resolve()
      }
      const timer = setTimeout(done, milliseconds)
      this.#watchers.add(done)
    })
  }

  /** Each client gets a socket of its own towards the server, as a NAT would give it a port. */
  #fromClient(datagram: Uint8Array, clientPort: number): void {
    this.#keep('client', datagram)
    const key = String(clientPort)
    let socket = this.#serverSides.get(key)
    if (!socket) {
      socket = createSocket('udp4')
      socket.on('message', (answer) => {
        this.#keep('server', answer)
        this.#clientSide.send(answer, clientPort, '127.0.0.1')
      })
      socket.on('error', () => {}) // a server that has gone
      this.#serverSides.set(key, socket)
    }
    socket.send(datagram, this.#serverPort, '127.0.0.1')
  }

  #keep(from: Side, datagram: Uint8Array): void {
    const message = read(from, datagram)
    if (message) this.seen.push(message)
    else this.malformed.push(`the ${from} sent ${Buffer.from(datagram).toString('hex')}, which is no CoAP message`)
    for (const watcher of [...this.#watchers]) watcher()
  }
}

const types: readonly MessageType[] = ['CON', 'NON', 'ACK', 'RST']

/** Reads a message, `undefined` when it is none. */
export function read(from: Side, bytes: Uint8Array): Seen | undefined {
  const at = (offset: number): number => bytes[offset] ?? Number.NaN // what lies beyond the end spoils all that rests on it
  const code = at(1)
  let offset = 4 + (at(0) & 0x0f)
  const token = bytes.subarray(4, offset)
  const extended = (nibble: number): number => {
    if (nibble < 13) return nibble
    if (nibble === 13) return at(offset++) + 13
    if (nibble === 15) return Number.NaN
    offset += 2
    return at(offset - 2) * 256 + at(offset - 1) + 269
  }
  const options: { number: number; value: Uint8Array }[] = []
  let number = 0
  while (offset < bytes.length && at(offset) !== 0xff) {
    const head = at(offset++)
    number += extended(head >> 4)
    const length = extended(head & 0x0f)
    options.push({ number, value: bytes.slice(offset, offset + length) })
    offset += length
  }
  const fits = at(0) >> 6 === 1 && (at(0) & 0x0f) <= 8 && offset <= bytes.length && offset !== bytes.length - 1
  if (!fits || Number.isNaN(number) || (code === 0 && bytes.length !== 4)) return undefined
  return {
    from,
    type: types[(at(0) >> 4) & 3] ?? 'CON',
    code: `${code >> 5}.${String(code & 31).padStart(2, '0')}`,
    messageId: at(2) * 256 + at(3),
    token: Buffer.from(token).toString('hex'),
    options,
    payload: Buffer.from(bytes.subarray(offset + 1)).toString(),
  }
}

/** The value of an option that is a number (RFC 7252, 3.2), `undefined` without the option. */
export function optionNumber(message: Seen, number: number): number | undefined {
  const option = message.options.find((each) => each.number === number)
  return option?.value.reduce((value, byte) => value * 256 + byte, 0)
}
