// The notifications of one observation as they are read: only the newest unread is kept, so that a slow reader costs nothing and is
// never told what is stale (RFC 7641 1.3: eventual consistency, not every state).

import type { Response } from '../../handler/response.ts'

type Step = IteratorResult<Response, undefined>

export class Notifications implements AsyncIterableIterator<Response, undefined> {
  #newest: Response | undefined = undefined
  #ended = false
  #error: unknown = undefined
  /** Readers that wait, in their order. */
  readonly #waiting: { resolve(step: Step): void; reject(error: unknown): void }[] = []
  readonly #stop: () => void

  /** `stop` is called when the reader wants no more. */
  constructor(stop: () => void) {
    this.#stop = stop
  }

  push(response: Response): void {
    if (this.#ended) return
    const reader = this.#waiting.shift()
    if (reader === undefined) this.#newest = response
    else reader.resolve({ done: false, value: response })
  }

  /** No more will come; with an error, reading on rejects with it once what is here has been read. */
  end(error?: unknown): void {
    if (this.#ended) return
    this.#ended = true
    const [first, ...others] = this.#waiting.splice(0)
    if (first === undefined) this.#error = error
    else if (error === undefined) first.resolve({ done: true, value: undefined })
    else first.reject(error)
    for (const reader of others) reader.resolve({ done: true, value: undefined })
  }

  async next(): Promise<Step> {
    const value = this.#newest
    this.#newest = undefined
    if (value !== undefined) return { done: false, value }
    if (!this.#ended) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) throw error
    return { done: true, value: undefined }
  }

  async return(): Promise<Step> {
    this.#newest = undefined
    if (!this.#ended) {
      this.end()
      this.#stop()
    }
    return { done: true, value: undefined }
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}
