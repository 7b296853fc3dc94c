// Message IDs of ours towards one peer (RFC 7252 4.4): in sequence from a random start, and none twice within EXCHANGE_LIFETIME:
// 65,536 in 247 s. When they run out, messages wait.

import { type Context, randomUint32 } from '../../context/context.ts'

const chunk = 1024
const chunks = 0x10000 / chunk

export class MessageIds {
  #next: number
  #issued = 0
  /** When the last ID of each chunk was issued; most peers never need it. */
  #times: Float64Array | undefined = undefined

  constructor(context: Context) {
    this.#next = randomUint32(context) & 0xffff
  }

  /** When the next ID may be issued; a time in the past if at once. */
  availableAt(lifetime: number): number {
    if (this.#issued < 0x10000 || this.#issued % chunk !== 0 || this.#times === undefined)
      return Number.NEGATIVE_INFINITY
    return (this.#times[(this.#issued / chunk) % chunks] as number) + lifetime
  }

  /** The next ID. Ask `availableAt` first. */
  issue(now: number): number {
    const id = this.#next
    this.#next = (id + 1) & 0xffff
    this.#issued++
    if (this.#issued % chunk === 0) {
      this.#times ??= new Float64Array(chunks)
      this.#times[(this.#issued / chunk - 1) % chunks] = now
    }
    return id
  }
}
