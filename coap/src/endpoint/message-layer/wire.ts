// Where messages leave: encoded into one buffer, told to whoever traces, counted, and handed to their transport.

import type { Context } from '../../context/context.ts'
import { type Datagram, decodeDatagram, encodeDatagram, type Type } from '../../message/datagram.ts'
import type { Message } from '../../message/message.ts'
import type { Association } from '../../transport/transport.ts'
import type { Statistics } from '../statistics.ts'

export class Wire {
  /** Holds what was encoded last. */
  readonly buffer: Uint8Array = new Uint8Array(0x10000)
  readonly #context: Context
  readonly #statistics: Statistics
  /** The buffer, cut to what the transport that was last sent on takes. */
  #room: Uint8Array = this.buffer

  constructor(context: Context, statistics: Statistics) {
    this.#context = context
    this.#statistics = statistics
  }

  /** Encodes a message into the buffer: its length, or -1 if the transport takes none as long. The token may lie in another packet. */
  encode(
    type: Type,
    id: number,
    token: Uint8Array,
    message: Message,
    { transport: { maxMessageSize } }: Association,
    tokenStart = 0,
    tokenEnd: number = token.length,
  ): number {
    if (this.#room.length !== maxMessageSize) this.#room = this.buffer.subarray(0, maxMessageSize)
    try {
      return encodeDatagram(type, id, token, message, this.#room, 0, tokenStart, tokenEnd)
    } catch (error) {
      if (error instanceof RangeError) return -1
      throw error
    }
  }

  /** False: nothing more, until it has drained. */
  send(bytes: Uint8Array, length: number, to: Association): boolean {
    this.#statistics.sent++
    return to.transport.send(bytes, length, to)
  }

  /** What has been sent before: a retransmission, or the reply to a duplicate. */
  sendAgain(bytes: Uint8Array, to: Association): void {
    if (this.#context.trace.enabled) {
      const message = decodeDatagram(bytes)
      if (message !== undefined) this.#tell('coapstone:message:sent', message, message.type, message.id, to, true)
    }
    this.send(bytes, bytes.length, to)
  }

  tellSent(message: Message, type: Type, id: number, to: Association): void {
    if (this.#context.trace.enabled) this.#tell('coapstone:message:sent', message, type, id, to, false)
  }

  tellReceived(message: Datagram, from: Association): void {
    if (this.#context.trace.enabled)
      this.#tell('coapstone:message:received', message, message.type, message.id, from, false)
  }

  #tell(
    name: 'coapstone:message:sent' | 'coapstone:message:received',
    { code, token, options, payload }: Message,
    type: Type,
    id: number,
    association: Association,
    again: boolean,
  ): void {
    const payloadLength = payload.length
    this.#context.trace.tell(name, {
      type,
      id,
      code,
      token,
      options,
      payloadLength,
      association,
      ...(again && { again }),
    })
  }
}
