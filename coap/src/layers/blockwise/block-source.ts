// A body as blocks: whatever chunks it comes in, blocks of the size that is asked for go out.

import { joined } from '../../bytes/joined.ts'
import { type Body, checkedChunk, StreamBody } from '../../handler/body.ts'
import { noBytes } from '../../message/message.ts'

export interface Slice {
  readonly bytes: Uint8Array
  /** Nothing follows. */
  readonly last: boolean
}

/** Where blocks of a body come from. */
export interface BlockSource {
  /** Of the whole body; undefined if nobody has said. */
  readonly size: number | undefined
  /** Can `read` go to this place? */
  reaches(offset: number): boolean
  /** The bytes at an offset, as many as asked for unless the body ends. Wait for one before the next. */
  read(offset: number, length: number): Slice | Promise<Slice>
  /** Whoever produces the body need not go on. */
  close(): void
}

export function blockSource(body: Body): BlockSource {
  return body.whole === undefined ? new StreamSource(body) : new WholeSource(body.whole)
}

class WholeSource implements BlockSource {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get size(): number {
    return this.#bytes.length
  }

  reaches(): boolean {
    return true
  }

  read(offset: number, length: number): Slice {
    const end = offset + length
    return { bytes: this.#bytes.subarray(offset, end), last: end >= this.#bytes.length }
  }

  close(): void {}
}

/** Reads on as far as it is asked to, and one chunk further where only that tells whether the body has ended. */
class StreamSource implements BlockSource {
  readonly #body: Body
  #iterator: AsyncIterator<Uint8Array> | undefined = undefined
  /** Read from the producer, but not handed out for good: from `#start` on. */
  #chunk: Uint8Array = noBytes
  #start = 0
  /** The last block handed out, which may be asked for once more. */
  #previous = { offset: 0, bytes: noBytes as Uint8Array, last: false }
  #ended = false

  constructor(body: Body) {
    this.#body = body
  }

  get size(): number | undefined {
    return this.#body.size
  }

  reaches(offset: number): boolean {
    const { bytes, offset: before } = this.#previous
    return offset === this.#start || (offset >= before && offset < before + bytes.length) || this.#seekable
  }

  async read(offset: number, length: number): Promise<Slice> {
    const before = this.#previous
    const within = offset - before.offset
    if (offset !== this.#start && within >= 0 && within < before.bytes.length) {
      // Once more, perhaps in smaller blocks: what follows it comes back too.
      const again = before.bytes.subarray(within)
      if (again.length >= length || before.last)
        return { bytes: again.subarray(0, length), last: before.last && again.length <= length }
      this.#chunk = concat(again, this.#chunk)
      this.#start = offset
    } else if (offset !== this.#start) this.#seek(offset)
    this.#iterator ??= this.#open(this.#start)
    while (this.#chunk.length < length + (this.#goesOnAfter(offset + length) ? 0 : 1) && !this.#ended) {
      const step = await this.#iterator.next()
      if (step.done === true) this.#ended = true
      else this.#chunk = concat(this.#chunk, checkedChunk(step.value))
    }
    const bytes = this.#chunk.subarray(0, length)
    const last = this.#ended && this.#chunk.length <= length
    this.#chunk = this.#chunk.subarray(length)
    this.#start = offset + bytes.length
    this.#previous = { offset, bytes, last }
    return { bytes, last }
  }

  close(): void {
    this.#ended = true
    // The producer's own failure to stop is nobody's concern any more.
    this.#iterator?.return?.()?.then(undefined, () => {})
    this.#iterator = undefined
    this.#chunk = noBytes
  }

  get #seekable(): boolean {
    return this.#body instanceof StreamBody && this.#body.seekable
  }

  #seek(offset: number): void {
    this.close()
    this.#ended = false
    this.#start = offset
  }

  #open(offset: number): AsyncIterator<Uint8Array> {
    const source = this.#body instanceof StreamBody ? this.#body.from(offset) : this.#body
    return source[Symbol.asyncIterator]()
  }

  /** The size says that more follows, so that nobody need look ahead. */
  #goesOnAfter(end: number): boolean {
    return this.size !== undefined && end < this.size
  }
}

/** What is empty adds nothing, not even a copy of the other. */
function concat(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  return second.length === 0 ? first : joined([first, second])
}
