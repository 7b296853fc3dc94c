// The notifications of one observation as they are read: only the newest unread is kept, so that a slow reader costs nothing and is
// never told what is stale (RFC 7641 1.3: eventual consistency, not every state); or as many as the request says.

import type { Response } from '../../handler/response.ts'

type Step = IteratorResult<Response, undefined>

export class Notifications implements AsyncIterableIterator<Response, undefined> {
  /** The oldest first. */
  readonly #unread: Response[] = []
  #ended = false
  #error: unknown = undefined
  /** Readers that wait, in their order. */
  readonly #waiting: { resolve(step: Step): void; reject(error: unknown): void }[] = []
  readonly #stop: () => void
  readonly #dropped: () => void
  readonly #most: number

  /** `stop` is called when the reader wants no more, `dropped` for each that is never read, when there are more than `most`. */
  constructor(stop: () => void, dropped: () => void, most: number) {
    this.#stop = stop
    this.#dropped = dropped
    this.#most = most
  }

  push(response: Response): void {
    if (this.#ended) return
    const reader = this.#waiting.shift()
    if (reader !== undefined) {
      reader.resolve({ done: false, value: response })
      return
    }
    this.#unread.push(response)
    if (this.#unread.length <= this.#most) return
    this.#unread.shift()
    this.#dropped()
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
    const value = this.#unread.shift()
    if (value !== undefined) return { done: false, value }
    if (!this.#ended) return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }))
    const error = this.#error
    this.#error = undefined
    if (error !== undefined) throw error
    return { done: true, value: undefined }
  }

  async return(): Promise<Step> {
    this.#unread.length = 0
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
