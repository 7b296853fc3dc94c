// The content of a request or response: here already, or read as it comes, block by block.

import { joined } from '../bytes/joined.ts'
import { decodeCbor } from '../cbor/cbor.ts'
import { FormatError, UsageError } from '../errors.ts'
import { decodeUtf8 } from '../message/option-format.ts'

/** What carries content: read it as chunks, or whole and decoded. */
export interface Body extends AsyncIterable<Uint8Array> {
  /** All of it, if it is here already; undefined for one that is still to be read. */
  readonly whole: Uint8Array | undefined
  /** Bytes of all of it; undefined if nobody has said. */
  readonly size: number | undefined
  /** Reads it to its end. */
  bytes(): Promise<Uint8Array>
  /** Rejects with a `FormatError` if the bytes are not UTF-8. */
  text(): Promise<string>
  /** Rejects with a `FormatError` if the bytes are no JSON text. */
  json(): Promise<unknown>
  /** Rejects with a `FormatError` if the bytes are no CBOR item. */
  cbor(): Promise<unknown>
}

/** One that is decoded of its bytes. */
export abstract class DecodedBody implements Body {
  abstract readonly whole: Uint8Array | undefined
  abstract readonly size: number | undefined
  abstract bytes(): Promise<Uint8Array>
  abstract [Symbol.asyncIterator](): AsyncIterator<Uint8Array>

  async text(): Promise<string> {
    const text = decodeUtf8(await this.bytes())
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
    return decodeCbor(await this.bytes(), { indefiniteLengths: true }) // small devices stream that way
  }
}

/** A body that is here already: what one message carries, or what has been assembled of many. */
export class WholeBody extends DecodedBody {
  readonly whole: Uint8Array

  constructor(bytes: Uint8Array) {
    super()
    this.whole = bytes
  }

  get size(): number {
    return this.whole.length
  }

  async *[Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.whole.length > 0) yield this.whole
  }

  async bytes(): Promise<Uint8Array> {
    return this.whole
  }
}

/** Where the bytes of a stream come from: chunks of any length; or a function that gives those from an offset on. */
export type StreamSource = AsyncIterable<Uint8Array> | ((offset: number) => AsyncIterable<Uint8Array>)

/** A body that is read as it comes: once, unless its source can begin anywhere. */
export class StreamBody extends DecodedBody {
  readonly size: number | undefined
  readonly #source: StreamSource
  #read = false

  constructor(source: StreamSource, size?: number) {
    super()
    this.#source = source
    this.size = size
  }

  get whole(): undefined {
    return undefined
  }

  /** Its source can begin anywhere. */
  get seekable(): boolean {
    return typeof this.#source === 'function'
  }

  /** The bytes from an offset on. Throws a `UsageError` if it has been read and cannot be read again. */
  from(offset: number): AsyncIterable<Uint8Array> {
    if (typeof this.#source === 'function') return this.#source(offset)
    if (this.#read) throw new UsageError('this body is read as it comes: it can be read once only')
    this.#read = true
    return offset === 0 ? this.#source : skip(this.#source, offset)
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return this.from(0)[Symbol.asyncIterator]()
  }

  async bytes(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = []
    for await (const chunk of this) chunks.push(checkedChunk(chunk))
    return joined(chunks)
  }
}

/** Throws a `UsageError` for what a source may give whatever its type says: Node's streams give text if they have an encoding. */
export function checkedChunk(chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk
  const given = chunk === null ? 'null' : typeof chunk
  throw new UsageError(`a body that is read as it comes gives Uint8Arrays, not ${given}: set no encoding on a stream`)
}

async function* skip(source: AsyncIterable<Uint8Array>, offset: number): AsyncGenerator<Uint8Array> {
  let left = offset
  for await (const chunk of source) {
    if (left < chunk.length) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}
