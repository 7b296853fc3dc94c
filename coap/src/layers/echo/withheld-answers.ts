// Answers to requests that have changed something, and are not to be carried out once more when they come again with a proof of their
// client's address: the answer waits for it. There are no more than so many.

import { toHex } from '../../bytes/hex.ts'
import { sipHash } from '../../bytes/siphash.ts'
import type { Context } from '../../context/context.ts'
import type { Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { Echo } from '../../message/option.ts'

interface Withheld {
  readonly response: Response
  readonly until: number
}

export class WithheldAnswers {
  readonly #most: number
  readonly #context: Context
  readonly #key = new Uint8Array(16)
  /** By who asked for what; the oldest first. */
  readonly #answers = new Map<string, Withheld>()

  constructor(most: number, context: Context) {
    this.#most = most
    this.#context = context
    context.random(this.#key)
  }

  get isEmpty(): boolean {
    return this.#answers.size === 0
  }

  get isFull(): boolean {
    if (this.#answers.size >= this.#most) this.#forgetOld()
    return this.#answers.size >= this.#most
  }

  /** False: there is no room. */
  keep(request: Request, response: Response): boolean {
    if (this.isFull) return false
    this.#answers.set(this.#digestOf(request), { response, until: this.#context.now() + lifetime })
    return true
  }

  /** The answer that was withheld for this request, once. */
  take(request: Request): Response | undefined {
    this.#forgetOld()
    const digest = this.#digestOf(request)
    const answer = this.#answers.get(digest)
    this.#answers.delete(digest)
    return answer?.response
  }

  #forgetOld(): void {
    const now = this.#context.now()
    for (const [digest, { until }] of this.#answers) {
      if (until > now) return
      this.#answers.delete(digest)
    }
  }

  /** Of who asks, and of all but the Echo option; the token may be another one. */
  #digestOf({ code, options, payload, correspondent }: Request): string {
    const bytes = new Uint8Array(9 + 0x10000)
    bytes[0] = code
    new DataView(bytes.buffer).setFloat64(1, correspondent.associations[0]?.key ?? 0)
    const end = options.clone().delete(Echo).encode(bytes, 9)
    bytes[end] = 0xff
    bytes.set(payload, end + 1)
    return toHex(sipHash(this.#key, bytes, end + 1 + payload.length))
  }
}

/** Milliseconds: EXCHANGE_LIFETIME (RFC 7252 4.8.2), as long as a client may be at work on an exchange. */
const lifetime = 247_000
