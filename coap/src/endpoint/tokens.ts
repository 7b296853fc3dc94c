// Tokens: what a response is matched by, together with its peer (RFC 7252 5.3). Ours have four bytes: random where there is no security,
// so that nobody off the path can guess one (5.3.1); in sequence under it, so that none is used twice under one key (RFC 9175 4.2).

import { type Context, randomUint32 } from '../context/context.ts'
import type { Association } from '../transport/transport.ts'

/** A token as a key: a text of one character a byte. The smallest thing that can hold any token, and be looked up by. */
export type TokenKey = string

export class Tokens {
  readonly #context: Context
  #next: number

  constructor(context: Context) {
    this.#context = context
    this.#next = randomUint32(context)
  }

  /** A token that `taken` does not know. */
  draw(association: Association, taken: (token: Uint8Array) => boolean): Uint8Array {
    for (;;) {
      const value = association.identity.method === 'none' ? randomUint32(this.#context) : this.#inSequence()
      const token = Uint8Array.of(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff)
      if (!taken(token)) return token
    }
  }

  #inSequence(): number {
    this.#next = (this.#next + 1) >>> 0
    return this.#next
  }
}

export function tokenKey(token: Uint8Array): TokenKey {
  let key = ''
  for (let at = 0; at < token.length; at++) key += String.fromCharCode(token[at] as number)
  return key
}

export function tokenOf(key: TokenKey): Uint8Array {
  const token = new Uint8Array(key.length)
  for (let at = 0; at < key.length; at++) token[at] = key.charCodeAt(at)
  return token
}
