// What several sources find, read by one reader as it comes.

export class Inbox<T> implements AsyncIterable<T> {
  readonly #unread: T[] = []
  #wake: () => void = () => {}
  #ended = false
  #error: { readonly reason: unknown } | undefined = undefined

  push(item: T): void {
    if (this.#ended) return
    this.#unread.push(item)
    this.#wake()
  }

  /** Nothing more comes: what is unread may still be read. */
  end(): void {
    this.#ended = true
    this.#wake()
  }

  /** The reader is told, after what there is to read. */
  fail(reason: unknown): void {
    if (this.#ended) return
    this.#error = { reason }
    this.end()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, undefined> {
    for (;;) {
      const item = this.#unread.shift()
      if (item !== undefined) yield item
      else if (this.#error !== undefined) throw this.#error.reason
      else if (this.#ended) return
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
    }
  }
}
