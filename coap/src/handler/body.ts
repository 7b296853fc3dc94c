// The content of a request or response, whole. (Content that comes in blocks will be read through the same interface.)

import { decodeCbor } from '../cbor/cbor.ts'
import { FormatError } from '../errors.ts'
import { decodeUtf8 } from '../message/option-format.ts'

/** What carries content: read it as chunks, or whole and decoded. */
export interface Body extends AsyncIterable<Uint8Array> {
  bytes(): Promise<Uint8Array>
  /** Rejects with a `FormatError` if the bytes are not UTF-8. */
  text(): Promise<string>
  /** Rejects with a `FormatError` if the bytes are no JSON text. */
  json(): Promise<unknown>
  /** Rejects with a `FormatError` if the bytes are no CBOR item. */
  cbor(): Promise<unknown>
}

/** A body that is here already: what one message carries. */
export class WholeBody implements Body {
  readonly #bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.#bytes.length > 0) yield this.#bytes
  }

  async bytes(): Promise<Uint8Array> {
    return this.#bytes
  }

  async text(): Promise<string> {
    const text = decodeUtf8(this.#bytes)
    if (text === undefined) throw new FormatError('the body is not UTF-8 text', { offset: 0 })
    return text
  }

  async json(): Promise<unknown> {
    const text = await this.text()
    try {
      return JSON.parse(text)
    } catch (cause) {
      throw new FormatError(`the body is no JSON text: ${(cause as Error).message}`, { offset: 0, cause })
    }
  }

  async cbor(): Promise<unknown> {
    return decodeCbor(this.#bytes, { indefiniteLengths: true }) // small devices stream that way
  }
}
