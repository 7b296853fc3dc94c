// Messages are handled once (RFC 7252 4.2, 4.3, 4.5): a duplicate gets the reply that the first one got. Idempotent ones may be
// forgotten early and handled again; the others are never, and when there is no room for them they are refused.

import { isIdempotent, isRequest } from '../../message/code.ts'
import { type Datagram, Type } from '../../message/datagram.ts'
import { exchangeLifetime, nonLifetime, type TransmissionParameters } from '../../message/transmission.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import { DuplicateRing } from './duplicate-ring.ts'

/** A remembered message: a number to keep, not an object. Even: an idempotent one; odd: not. -1: none. */
export type Remembered = number

export class Deduplication {
  readonly #idempotent: DuplicateRing
  readonly #others: DuplicateRing
  readonly #confirmableLifetime: number
  readonly #nonConfirmableLifetime: number

  constructor(limits: KnownLimits, transmission: TransmissionParameters) {
    this.#idempotent = new DuplicateRing(limits.duplicates, true)
    this.#others = new DuplicateRing(limits.nonIdempotentDuplicates, false)
    this.#confirmableLifetime = exchangeLifetime(transmission)
    this.#nonConfirmableLifetime = nonLifetime(transmission)
  }

  /** Bytes that it takes now. */
  get footprint(): number {
    return this.#idempotent.footprint + this.#others.footprint
  }

  /**
   * The entry of an earlier message that this one doubles, or -1. A known Message ID with another token is a new message; and so is an
   * idempotent one whose reply was lost.
   */
  find(message: Datagram, from: Association, now: number): Remembered {
    const ring = this.#ringOf(message)
    const entry = ring.find(from.key, from.epoch, message.id, tokenHash(message), now)
    return entry < 0 ? -1 : entry * 2 + (ring === this.#others ? 1 : 0)
  }

  /** Remembers a message. -1: there is no room, and it must not be handled. */
  remember(message: Datagram, from: Association, now: number): Remembered {
    const ring = this.#ringOf(message)
    const lifetime = message.type === Type.Confirmable ? this.#confirmableLifetime : this.#nonConfirmableLifetime
    const entry = ring.insert(from.key, from.epoch, message.id, tokenHash(message), now, lifetime)
    return entry < 0 ? -1 : entry * 2 + (ring === this.#others ? 1 : 0)
  }

  /** What a duplicate gets from now on: `reply[0..length)`. */
  store(entry: Remembered, reply: Uint8Array, length: number): void {
    if (entry >= 0) this.#ring(entry).store(Math.floor(entry / 2), reply, length)
  }

  /** What a duplicate gets; undefined if there is nothing yet, or no longer. Valid until the next `store`. */
  reply(entry: Remembered): Uint8Array | undefined {
    return this.#ring(entry).reply(Math.floor(entry / 2))
  }

  #ring(entry: Remembered): DuplicateRing {
    return entry % 2 === 0 ? this.#idempotent : this.#others
  }

  /** Responses count as idempotent: taken twice, they are told apart by their exchange. */
  #ringOf(message: Datagram): DuplicateRing {
    return isRequest(message.code) && !isIdempotent(message.code) ? this.#others : this.#idempotent
  }
}

/** FNV-1a over the token's bytes in the packet. */
function tokenHash(message: Datagram): number {
  const { packet, tokenStart, tokenEnd } = message
  let hash = 0x811c9dc5
  for (let at = tokenStart; at < tokenEnd; at++) hash = Math.imul(hash ^ (packet[at] as number), 0x01000193)
  return hash >>> 0
}
