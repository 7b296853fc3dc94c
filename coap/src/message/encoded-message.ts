// A message for many: its options and its payload are encoded once, and copied behind the token of each.

import { Message, type MessageInit } from './message.ts'

export class EncodedMessage extends Message {
  /** Options, payload marker and payload as they stand in a datagram (RFC 7252 3). */
  readonly encoded: Uint8Array

  /** A `RangeError` says that it has more than 64 KiB. */
  constructor(init: MessageInit) {
    super(init)
    const { options, payload } = this
    scratch ??= new Uint8Array(0x10000)
    const end = options.encode(scratch, 0)
    this.encoded = new Uint8Array(end + (payload.length > 0 ? 1 + payload.length : 0))
    this.encoded.set(scratch.subarray(0, end))
    if (payload.length === 0) return
    this.encoded[end] = 0xff
    this.encoded.set(payload, end + 1)
  }
}

/** Made when it is needed first. */
let scratch: Uint8Array | undefined
