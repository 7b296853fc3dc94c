// A response as it is stored, and as it is given: with its age, and a Max-Age that is lower by it (RFC 7252 5.7.1).

import { copyBytes } from '../../bytes/copy.ts'
import { includesBytes } from '../../bytes/equal.ts'
import { Response, type ResponseInit } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { maxAgeOf } from '../../message/max-age.ts'
import { noBytes } from '../../message/message.ts'
import { Echo, ETag, isUnsafe, MaxAge, Observe, optionOf } from '../../message/option.ts'
import { opaque } from '../../message/option-format.ts'
import { Options } from '../../message/options.ts'
import { identityKey } from '../../transport/identity.ts'
import type { Peer } from '../../transport/transport.ts'
import type { CoapUri } from '../../uri/coap-uri.ts'

/** Bytes that a stored response takes beside its payload and options, about. */
const overhead = 400

export class StoredResponse {
  readonly code: Code
  readonly options: Options
  /** Of its own: whoever was given the response may write into theirs. */
  readonly payload: Uint8Array
  readonly peer: Peer
  /** By which it can be validated; errors cannot be (RFC 7252 5.9.2). */
  readonly tag: Uint8Array | undefined
  /** Bytes. */
  readonly size: number
  /** Seconds. */
  readonly #maxAge: number
  /** When it was current, on the clock. */
  readonly #since: number
  #stale = false
  /** Its options as they are given at an age. */
  #given: { readonly age: number; readonly options: Options } | undefined = undefined

  /** `payload`: of a response that had it already. */
  constructor(response: Response, now: number, payload: Uint8Array = copyBytes(response.payload)) {
    this.code = response.code
    this.options = response.options.clone().delete(Observe).delete(Echo)
    this.payload = payload
    this.peer = response.peer
    this.tag = response.code === Code.Content ? this.options.get(ETag) : undefined
    this.#maxAge = maxAgeOf(this.options)
    this.#since = now
    let size = overhead + payload.length
    for (const { value } of this.options) size += value.length + 40
    this.size = size
  }

  /** It may be given without asking: its age is not above its Max-Age, and that is not 0 (RFC 7252 5.6.1). */
  isFresh(now: number): boolean {
    return !this.#stale && this.#maxAge > 0 && now - this.#since <= this.#maxAge * 1000
  }

  /** There is a use for it: now, or once it has been validated. */
  get isUseful(): boolean {
    return this.#maxAge > 0 || this.tag !== undefined
  }

  /** What it shows has changed. */
  outdate(): void {
    this.#stale = true
  }

  /** The same one, current again by a 2.03, whose options it takes over (RFC 7252 5.9.1.3). */
  refreshed(valid: Response, now: number): StoredResponse {
    const options = this.options.clone().delete(MaxAge)
    const replaced = new Set<number>()
    for (const { number, value } of valid.options) {
      if (isUnsafe(number) && number !== MaxAge.number) continue
      const option = { ...optionOf(number), format: opaque, length: [0, value.length] as const, repeatable: true }
      if (!replaced.has(number)) options.delete(option)
      replaced.add(number)
      options.add(option, value)
    }
    const { code, peer } = this
    return new StoredResponse(new Response({ code, peer, options }), now, this.payload)
  }

  /** Was it given by somebody who has proved the same as who answers now? */
  isOfSame(peer: Peer): boolean {
    return identityKey(this.peer.identity) === identityKey(peer.identity)
  }

  /** As an answer, without asking. Who has the representation already, by its ETag, is given 2.03. */
  give(now: number, uri: CoapUri | undefined, tags: readonly Uint8Array[]): Response {
    const age = Math.max(0, Math.ceil((now - this.#since) / 1000))
    const { options } = this.#optionsAt(age)
    if (tags.length > 0 && this.tag !== undefined && includesBytes(tags, this.tag)) {
      const valid = new Options().add(ETag, this.tag).set(MaxAge, options.get(MaxAge) ?? 0)
      return new Response({ code: Code.Valid, options: valid, peer: this.peer, age, ...(uri && { uri }) })
    }
    return new Response(new GivenResponse(this, options.clone(), uri, age))
  }

  /** As the answer that a 2.03 stands for. */
  inPlaceOf(valid: Response): Response {
    return valid.with({ code: this.code, options: this.options.clone(), payload: copyBytes(this.payload) })
  }

  #optionsAt(age: number): { readonly options: Options } {
    if (this.#given?.age !== age) {
      const left = Math.max(0, this.#maxAge - age)
      this.#given = { age, options: this.options.clone().set(MaxAge, left) }
    }
    return this.#given
  }
}

/** Its payload is copied when somebody reads it. */
class GivenResponse implements ResponseInit {
  readonly code: Code
  readonly options: Options
  readonly peer: Peer
  readonly age: number
  declare readonly uri?: CoapUri
  readonly #stored: Uint8Array
  #payload: Uint8Array | undefined = undefined

  constructor({ code, peer, payload }: StoredResponse, options: Options, uri: CoapUri | undefined, age: number) {
    this.code = code
    this.options = options
    this.peer = peer
    this.age = age
    if (uri !== undefined) this.uri = uri
    this.#stored = payload
  }

  get payload(): Uint8Array {
    this.#payload ??= this.#stored.length === 0 ? noBytes : copyBytes(this.#stored)
    return this.#payload
  }
}
