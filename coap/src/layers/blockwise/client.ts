// Block-wise transfer for who asks (RFC 7959): requests and responses of any length, whole or read as they come, to handlers that carry
// one block at a time.

import { equalBytes } from '../../bytes/equal.ts'
import type { Context } from '../../context/context.ts'
import { ChangedNotifications } from '../../handler/changed-notifications.ts'
import { after, type Handler, type Layer } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { blockOf, blockSizeOf, blockValue, sizeExponentOf } from '../../message/block.ts'
import { Code } from '../../message/code.ts'
import { noBytes } from '../../message/message.ts'
import { Block1, Block2, ETag, RequestTag, Size1, Size2 } from '../../message/option.ts'
import { changedSince, type DownloadInit, streamedResponse, wholeResponse, withoutBlocks } from './download.ts'
import { type BlockwiseOptions, type KnownBlockwiseOptions, knownBlockwiseOptions } from './options.ts'
import { RequestTags } from './request-tags.ts'
import { upload } from './upload.ts'

/** Around the handler that asks the network; `Client` has it already. Throws a `UsageError` for options that are none. */
export function blockwiseClient(options: BlockwiseOptions = {}): Layer {
  const known = knownBlockwiseOptions(options)
  const layer = (next: Handler, context: Context): Handler => {
    const client = new BlockwiseClient(next, context, known)
    return (request) => client.ask(request)
  }
  return Object.assign(layer, { understands: [Block1, Block2] })
}

class BlockwiseClient {
  readonly #next: Handler
  /** Asks for a block, or sends one. */
  readonly #ask: Handler
  readonly #context: Context
  readonly #options: KnownBlockwiseOptions
  readonly #tags = new RequestTags()

  constructor(next: Handler, context: Context, options: KnownBlockwiseOptions) {
    this.#next = next
    this.#ask = (request) => {
      context.expectPacket?.()
      return next(request)
    }
    this.#context = context
    this.#options = options
  }

  ask(request: Request): Response | Promise<Response> {
    // Who speaks of blocks deals with them.
    if (request.options.has(Block1) || request.options.has(Block2)) return this.#next(request)
    const { transfer, body } = request
    const sizeExponent =
      transfer?.blockSize === undefined ? this.#options.sizeExponent : sizeExponentOf(transfer.blockSize)
    const uploads = body.whole === undefined || body.whole.length > blockSizeOf(sizeExponent)
    if (uploads || this.#tags.isActive(request)) return this.#apart(request, sizeExponent)
    const prepared = this.#prepared(request, sizeExponent)
    return after(this.#next(prepared), (first) => this.#finish(request, prepared, first, sizeExponent))
  }

  /** A request whose blocks must not be taken for those of another one to the same resource. */
  async #apart(given: Request, sizeExponent: number): Promise<Response> {
    const request = this.#prepared(given, sizeExponent)
    const { whole } = request.body
    const { tag, end } = this.#tags.begin(given, this.#context)
    const tagged = tag === undefined ? request : request.with({ options: request.options.clone().add(RequestTag, tag) })
    try {
      const first =
        whole !== undefined && whole.length <= blockSizeOf(sizeExponent)
          ? await this.#next(tagged)
          : await upload(tagged, this.#ask, sizeExponent)
      return await this.#finish(given, tagged, first, sizeExponent)
    } finally {
      end()
    }
  }

  /** With the options that its wishes need. */
  #prepared(request: Request, sizeExponent: number): Request {
    const { transfer } = request
    if (transfer === undefined) return request
    const { range, blockSize, progress, stream } = transfer
    const options = request.options.clone()
    const start = range === undefined ? 0 : Math.floor(range.start / blockSizeOf(sizeExponent))
    // Early negotiation (RFC 7959 2.4).
    if (start > 0 || blockSize !== undefined) options.set(Block2, blockValue(start, false, sizeExponent))
    if (progress !== undefined || stream === true) options.set(Size2, 0)
    return request.with({ options })
  }

  /** The response to the caller, who has made the request `given` and knows nothing of blocks. */
  #finish(given: Request, request: Request, first: Response, sizeExponent: number): Response | Promise<Response> {
    const { notifications } = first
    const init: DownloadInit = { request, ask: this.#ask, sizeExponent, mostBytes: this.#options.limits.body }
    const observed =
      notifications === undefined
        ? first
        : first.with({
            notifications: new ChangedNotifications(notifications, (each) => this.#assembled(init, each)),
          })
    return this.#smaller(given, observed, sizeExponent) ?? this.#assembled(init, observed)
  }

  #assembled(init: DownloadInit, first: Response): Response | Promise<Response> {
    const { transfer } = init.request
    const range = transfer?.range
    if (range?.etag !== undefined && first.ok && !equalBytes(range.etag, first.options.get(ETag))) throw changedSince()
    const block = blockOf(first.options, Block2)
    if (block === undefined || !first.ok) return from(range?.start ?? 0, withoutBlocks(first))
    if (block.number === 0 && !block.more) return from(range?.start ?? 0, withoutBlocks(first))
    const { end } = this.#tags.enter(init.request, this.#context)
    if (transfer?.stream === true) return streamedResponse(init, first, end)
    return wholeResponse(init, first).finally(end)
  }

  /** 4.13 to a request in one message: a hint to try smaller ones (RFC 7959 2.9.3). */
  #smaller(given: Request, response: Response, sizeExponent: number): Promise<Response> | undefined {
    const { whole } = given.body
    if (response.code !== Code.RequestEntityTooLarge || whole === undefined || whole.length <= 16) return undefined
    if (whole.length > blockSizeOf(sizeExponent)) return undefined // it was in blocks already
    const mostBytes = response.options.get(Size1)
    if (mostBytes !== undefined && mostBytes < whole.length) return undefined // no way to send it
    const liked = blockOf(response.options, Block1)?.sizeExponent ?? Math.ceil(Math.log2(whole.length)) - 5
    const smaller = Math.min(liked, sizeExponent - 1)
    return smaller < 0 ? undefined : this.#apart(given, smaller)
  }
}

/** What a server that does not begin where it was asked to sends too much. */
function from(start: number, response: Response): Response {
  const { payload } = response
  if (start === 0 || !response.ok) return response
  return response.with({ payload: start < payload.length ? payload.subarray(start) : noBytes })
}
