// A response's body on its way, block by block (RFC 7959 2.4): asked for at the reader's pace, and all of one version.

import { equalBytes } from '../../bytes/equal.ts'
import { joined } from '../../bytes/joined.ts'
import { ExchangeError } from '../../errors.ts'
import { StreamBody } from '../../handler/body.ts'
import type { Handler } from '../../handler/handler.ts'
import { nobody, type Request } from '../../handler/request.ts'
import { type Response, ResponseError } from '../../handler/response.ts'
import { type Block, blockOf, blockSizeOf, blockValue, describeBlock } from '../../message/block.ts'
import { Code, isSafe } from '../../message/code.ts'
import { noBytes } from '../../message/message.ts'
import { Block1, Block2, ContentFormatOption, ETag, IfNoneMatch, Observe, Size1, Size2 } from '../../message/option.ts'

export interface DownloadInit {
  /** As it was made, whole. */
  readonly request: Request
  readonly ask: Handler
  /** The largest blocks that we like. */
  readonly sizeExponent: number
  readonly mostBytes: number
}

/** So often a resource may change while it is read before it is given up. */
const attempts = 4

/** What a server says that has forgotten the transfer, and has another resource by now. */
const stateless: ReadonlySet<Code> = new Set([Code.BadRequest, Code.RequestEntityIncomplete])

/** The whole response that begins with `first`; if the resource changes meanwhile, its newest version. */
export async function wholeResponse(init: DownloadInit, first: Response): Promise<Response> {
  const { code, transfer } = init.request
  // What is here already, or has been done, does not come back.
  const repeatable = isSafe(code) && transfer?.range === undefined
  let asking = init
  for (let attempt = 1, begun = first; ; attempt++) {
    const download = new Download(asking, begun)
    const chunks: Uint8Array[] = []
    try {
      for await (const chunk of download.chunks()) {
        chunks.push(chunk)
        if (download.received > init.mostBytes) throw tooLong(init.mostBytes)
      }
      return following(first, withoutBlocks(begun).with({ payload: joined(chunks) }))
    } catch (error) {
      const anew = repeatable && attempt < attempts
      if (error instanceof ResponseError) {
        if (!anew || !stateless.has(error.response.code)) return withoutBlocks(error.response)
      } else if (!(error instanceof ChangedError) || !anew) throw error
    }
    // It is none of the versions that the caller has; libcoap's server gives no ETags with the further blocks to who names such.
    asking = { ...init, request: withoutTags(init.request) }
    begun = await init.ask(withoutTags(download.request(0)))
    if (!begun.ok || blockOf(begun.options, Block2)?.more !== true) return following(first, withoutBlocks(begun))
  }
}

/** The response that begins with `first`, whose body is read as it comes. `ended` is called when nobody reads on. */
export function streamedResponse(init: DownloadInit, first: Response, ended: () => void): Response {
  const download = new Download(init, first)
  const size = first.options.get(Size2)
  const body = new StreamBody(ending(download.chunks(), ended), size === undefined ? undefined : size - download.begin)
  return withoutBlocks(first).with({ payload: noBytes, body })
}

/** As it is given: whole, so nothing in it says which block it was. */
export function withoutBlocks(response: Response): Response {
  const { options } = response
  if (!options.has(Block2) && !options.has(Block1) && !options.has(Size2)) return response
  return response.with({ options: options.clone().delete(Block2).delete(Block1).delete(Size2) })
}

function withoutTags(request: Request): Request {
  return request.options.has(ETag) ? request.with({ options: request.options.clone().delete(ETag) }) : request
}

/** A newer version in place of the one that was observed: what follows that one follows it, under the same token. */
function following({ token, notifications }: Response, response: Response): Response {
  return notifications === undefined ? response : response.with({ token, notifications })
}

async function* ending(chunks: AsyncIterable<Uint8Array>, ended: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks
  } finally {
    ended()
  }
}

class Download {
  /** Where its first byte is in the whole body. */
  readonly begin: number
  readonly #init: DownloadInit
  readonly #first: Response
  readonly #etag: Uint8Array | undefined
  #sizeExponent: number
  /** The next byte that we have not. */
  #offset: number

  constructor(init: DownloadInit, first: Response) {
    const block = blockOf(first.options, Block2) as Block
    this.#init = init
    this.#first = first
    this.#etag = first.options.get(ETag)
    this.#sizeExponent = Math.min(block.sizeExponent, init.sizeExponent)
    this.#offset = block.number * blockSizeOf(block.sizeExponent)
    this.begin = init.request.transfer?.range?.start ?? this.#offset
  }

  get received(): number {
    return this.#offset - this.begin
  }

  async *chunks(): AsyncGenerator<Uint8Array, undefined> {
    let response = this.#first
    let skip = this.begin - this.#offset
    for (;;) {
      const more = this.#take(response)
      const { payload } = response
      if (skip < payload.length) yield skip > 0 ? payload.subarray(skip) : payload
      skip = Math.max(0, skip - payload.length)
      if (!more) return
      response = await this.#init.ask(this.request(this.#offset))
      this.#check(response)
    }
  }

  /** The request for the block at an offset: as the first one, without what is of the first one only. */
  request(offset: number): Request {
    const { request } = this.#init
    const options = request.options.clone().delete(Observe).delete(Block1).delete(Size1).delete(IfNoneMatch)
    if (offset > 0) options.delete(Size2)
    options.set(Block2, blockValue(offset / blockSizeOf(this.#sizeExponent), false, this.#sizeExponent))
    // A FETCH without its body asks for something else (RFC 8132 2.1); one that came in blocks is known by its options.
    const repeats = request.code === Code.FETCH && (request.body.whole?.length ?? Number.POSITIVE_INFINITY) <= 1024
    const { peer } = this.#first
    return request.with({
      token: noBytes, // that of an observation is its own
      options,
      payload: repeats ? request.payload : noBytes,
      ...(peer !== nobody && { peer }),
    })
  }

  /** Notes what a block brings; true: more follows. */
  #take(response: Response): boolean {
    const block = blockOf(response.options, Block2)
    const { length } = response.payload
    if (block === undefined) throw new ExchangeError('the server answers without the block that was asked for')
    const size = blockSizeOf(block.sizeExponent)
    if (block.sizeExponent > 6 || block.number * size !== this.#offset || (block.more && length !== size))
      throw new ExchangeError(
        `the server sends block ${describeBlock(block)} with ${length} bytes where ${this.#offset} bytes are here`,
      )
    this.#offset += length
    this.#sizeExponent = Math.min(this.#sizeExponent, block.sizeExponent)
    this.#init.request.transfer?.progress?.({
      direction: 'download',
      transferred: this.#offset,
      total: block.more ? (this.#first.options.get(Size2) ?? response.options.get(Size2)) : this.#offset,
    })
    return block.more
  }

  /** All blocks are of one version (RFC 7959 2.4). */
  #check(response: Response): void {
    if (!response.ok) throw new ResponseError(response)
    const { options } = response
    if (!equalBytes(options.get(ETag), this.#etag)) throw new ChangedError()
    if (options.get(ContentFormatOption) !== this.#first.options.get(ContentFormatOption))
      throw new ExchangeError('the blocks of the response have different Content-Formats')
  }
}

/** The resource has changed while it was read. */
class ChangedError extends ExchangeError {
  constructor() {
    super('the resource has changed while it was read: ask for it again', { code: 'COAP_CHANGED' })
  }

  override get name(): string {
    return 'ExchangeError'
  }
}

/** The bytes that are here already are of another version than the resource has now. */
export function changedSince(): ExchangeError {
  return new ExchangeError('the resource has changed since: begin anew', { code: 'COAP_CHANGED' })
}

function tooLong(mostBytes: number): ExchangeError {
  return new ExchangeError(
    `the response has more than ${mostBytes} bytes: read it as a stream, or raise the limit \`body\``,
    { code: 'COAP_TOO_LONG' },
  )
}
