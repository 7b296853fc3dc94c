// The body of a request that comes in blocks (RFC 7959 2.5), as its handler reads it: chunk by chunk, at its own pace, or whole.

import { joined } from '../../bytes/joined.ts'
import { DecodedBody } from '../../handler/body.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { MaxAge, Size1 } from '../../message/option.ts'
import { Options } from '../../message/options.ts'

type Step = IteratorResult<Uint8Array, undefined>

/** Who receives it. */
export interface BodyReceiver {
  /** Of a whole body: more is refused with 4.13. */
  readonly mostBytes: number
  /** Makes room for so many bytes that are kept; false: there is none. */
  keep(bytes: number): boolean
  /** All that is here has been read, or is of no interest: the next block may come. */
  drained(): void
}

/** How much was refused, and what would not have been: for `Size1` of a 4.13 (RFC 7959 2.9.3). */
export function tooLarge(mostBytes: number): Response {
  return new Response({ code: Code.RequestEntityTooLarge, options: new Options().add(Size1, mostBytes) })
}

export class IncomingBody extends DecodedBody implements AsyncIterator<Uint8Array, undefined> {
  readonly size: number | undefined
  readonly #receiver: BodyReceiver
  /** Received and not read yet. */
  readonly #chunks: Uint8Array[] = []
  #reader: { resolve(step: Step): void; reject(error: unknown): void } | undefined = undefined
  #whole: { resolve(bytes: Uint8Array): void; reject(error: unknown): void } | undefined = undefined
  #length = 0
  #complete = false
  #taken = false
  /** Nobody reads on. */
  #abandoned = false
  #error: unknown = undefined
  #failed = false

  constructor(receiver: BodyReceiver, size: number | undefined) {
    super()
    this.#receiver = receiver
    this.size = size
  }

  get whole(): undefined {
    return undefined
  }

  /** The next block; false: its reader has not read the ones before it yet, and no further one shall be asked for until `drained`. */
  push(bytes: Uint8Array, last: boolean): boolean {
    this.#complete = last
    if (this.#failed) return false // its reader is about to say what comes of it
    if (this.#abandoned) return true
    const reader = this.#reader
    if (reader !== undefined) {
      this.#reader = undefined
      reader.resolve(bytes.length > 0 ? { done: false, value: bytes } : done)
      return true
    }
    const idle = this.#chunks.length === 0
    if (bytes.length > 0) this.#chunks.push(bytes)
    this.#length += bytes.length
    if (this.#whole !== undefined) this.#assemble(bytes.length)
    return idle || this.#whole !== undefined
  }

  /** No further block will come. */
  fail(error: unknown): void {
    if (this.#failed || (this.#complete && this.#whole === undefined)) return
    this.#failed = true
    this.#error = error
    this.#chunks.length = 0
    this.#reader?.reject(error)
    this.#whole?.reject(error)
    this.#reader = undefined
    this.#whole = undefined
  }

  /** What comes is of no interest any more. */
  abandon(): void {
    if (this.#abandoned) return
    this.#abandoned = true
    this.#chunks.length = 0
    if (!this.#complete) this.#receiver.drained()
  }

  async next(): Promise<Step> {
    if (this.#failed) throw this.#error
    const value = this.#chunks.shift()
    if (value !== undefined) {
      if (this.#chunks.length === 0 && !this.#complete) this.#receiver.drained()
      return { done: false, value }
    }
    if (this.#complete) return done
    return new Promise((resolve, reject) => {
      this.#reader = { resolve, reject }
      this.#receiver.drained()
    })
  }

  async return(): Promise<Step> {
    this.abandon()
    return done
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    this.#take()
    return this
  }

  /** Rejects with a `ResponseError`: 4.13 if it is too long, 5.03 if there is no room for it now, 4.08 if the rest does not come. */
  bytes(): Promise<Uint8Array> {
    this.#take()
    return new Promise((resolve, reject) => {
      if (this.#failed) reject(this.#error)
      else {
        this.#whole = { resolve, reject }
        this.#assemble(this.#length)
        if (!this.#complete && !this.#failed) this.#receiver.drained()
      }
    })
  }

  #take(): void {
    if (this.#taken) throw new TypeError('the body of a request is read once')
    this.#taken = true
  }

  /** So many bytes more are kept. */
  #assemble(more: number): void {
    const { mostBytes } = this.#receiver
    if (this.#length > mostBytes || (this.size ?? 0) > mostBytes) this.fail(new ResponseError(tooLarge(mostBytes)))
    else if (more > 0 && !this.#receiver.keep(more)) this.fail(new ResponseError(noRoom))
    else if (this.#complete) {
      const whole = this.#whole
      this.#whole = undefined
      whole?.resolve(joined(this.#chunks.splice(0)))
    }
  }
}

const done: Step = { done: true, value: undefined }
/** Seconds after which a refused client may try again. */
const retryAfter = 5
const noRoom = new Response({ code: Code.ServiceUnavailable, options: new Options().add(MaxAge, retryAfter) })
