// Block-wise transfer for who answers (RFC 7959): handlers inside get whole requests, or a body to read as it comes, and answer with
// responses of any length.

import type { Context } from '../../context/context.ts'
import type { Handler, Layer } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { type Recipient, Response } from '../../handler/response.ts'
import { type Block, blockOf, blockSizeOf, blockValue, largestSizeExponent } from '../../message/block.ts'
import { Code, isSafe } from '../../message/code.ts'
import { Block1, Block2, type Option, Size2 } from '../../message/option.ts'
import type { Peer } from '../../transport/transport.ts'
import { operationKey } from './operation-key.ts'
import { type BlockwiseOptions, type KnownBlockwiseOptions, knownBlockwiseOptions } from './options.ts'
import { acknowledging, incomplete, Reception } from './reception.ts'
import { Transfers } from './transfers.ts'
import { Version } from './version.ts'
import { wholeNotifications } from './whole-notifications.ts'

/** Around the handler of a server; `serve` has it already. Throws a `UsageError` for options that are none. */
export function blockwiseServer(options: BlockwiseOptions = {}): Layer {
  const known = knownBlockwiseOptions(options)
  const layer = (next: Handler, context: Context): Handler => {
    const server = new BlockwiseServer(next, context, known)
    return (request) => server.answer(request)
  }
  return Object.assign(layer, { understands: [Block1, Block2] })
}

class BlockwiseServer {
  readonly #next: Handler
  readonly #options: KnownBlockwiseOptions
  readonly #transfers: Transfers

  constructor(next: Handler, context: Context, options: KnownBlockwiseOptions) {
    this.#next = next
    this.#options = options
    this.#transfers = new Transfers(context, options)
  }

  answer(request: Request): Response | Promise<Response> {
    const { options } = request
    if (!options.has(Block1) && !options.has(Block2)) return this.#cut(this.#next(request), request, undefined)
    // Nobody sees them further inside.
    const misused = options.firstUnrecognized(anyNumber, noOthers)
    if (misused === Block1.number || misused === Block2.number) return misusedBlock
    const block1 = blockOf(options, Block1)
    const block2 = blockOf(options, Block2)
    for (const block of [block1, block2]) {
      if (block !== undefined && block.sizeExponent > largestSizeExponent)
        return Response.diagnostic(Code.BadRequest, 'SZX 7 is reserved') // RFC 7959 2.2
    }
    if (block1 !== undefined && (block1.number > 0 || block1.more)) return this.#receive(request, block1, block2)
    if (block2 !== undefined && block2.number > 0) return this.#goOn(request, block2)
    const result = this.#cut(this.#next(withoutBlocks(request)), request, block2)
    if (block1 === undefined) return result
    const finish = (response: Response): Response => acknowledging(response, block1)
    return result instanceof Response ? finish(result) : result.then(finish)
  }

  /** A block of a request's body. */
  #receive(request: Request, block1: Block, block2: Block | undefined): Response | Promise<Response> {
    const key = operationKey(request)
    const transfers = this.#transfers
    let reception: Reception
    if (block1.number === 0) {
      reception = new Reception(transfers, request, key, this.#options.sizeExponent)
      transfers.add(reception)
      reception.begin(this.#next, request)
    } else {
      const found = transfers.find(request.correspondent, key)
      if (!(found instanceof Reception)) return incomplete
      reception = found
    }
    return this.#cut(reception.accept(request, block1), request, block2)
  }

  /** A further block of a response's body: of the version that the first one was of. */
  #goOn(request: Request, block: Block): Response | Promise<Response> {
    const offset = block.number * blockSizeOf(block.sizeExponent)
    const version = this.#transfers.find(request.correspondent, operationKey(request))
    if (version instanceof Version && version.reaches(offset))
      return this.#unobserved(this.#blockOf(version, offset, this.#exponentFor(block), request))
    // It cannot be known any more what an unsafe request was answered with.
    if (!isSafe(request.code)) return incomplete
    return this.#unobserved(this.#cut(this.#next(withoutBlocks(request)), request, block))
  }

  /** Responses that are too long leave block by block. */
  #cut(result: Response | Promise<Response>, request: Request, block: Block | undefined): Response | Promise<Response> {
    if (!(result instanceof Response)) return result.then((response) => this.#cut(response, request, block))
    const observed = result.observed === undefined ? result : this.#observed(result)
    return this.#fit(observed, request, request.correspondent, block)
  }

  #fit(response: Response, request: Request, peer: Peer, block: Block | undefined): Response | Promise<Response> {
    const sizeExponent = this.#exponentFor(block)
    const offset = block === undefined ? 0 : block.number * blockSizeOf(block.sizeExponent)
    const size = blockSizeOf(sizeExponent)
    const { whole } = response.body
    if (whole !== undefined && whole.length <= size && offset === 0) {
      if (block === undefined || whole.length === 0) return response
      const options = response.options.clone().set(Block2, blockValue(0, false, sizeExponent))
      return response.with({ options: request.options.has(Size2) ? options.set(Size2, whole.length) : options })
    }
    const version = new Version(this.#transfers, peer, operationKey(request), response)
    this.#transfers.add(version)
    if (whole !== undefined && !this.#transfers.hold(version, whole)) this.#transfers.end(version)
    return this.#blockOf(version, offset, sizeExponent, request)
  }

  /** Who has the last block of what can be asked for again needs nothing to be kept. */
  #blockOf(version: Version, offset: number, sizeExponent: number, { code }: Request): Response | Promise<Response> {
    const done = (response: Response): Response => {
      if (isSafe(code) && blockOf(response.options, Block2)?.more !== true) this.#transfers.end(version)
      return response
    }
    const block = version.block(offset, sizeExponent)
    return block instanceof Response ? done(block) : block.then(done)
  }

  /** Notifications may be long where the first response was not. */
  #observed(response: Response): Response {
    return wholeNotifications(response, this.#options.limits.body).mapNotifications(this.#notification)
  }

  readonly #notification = (response: Response, recipient?: Recipient): Response => {
    // It has passed here already where the handler to ask again is the endpoint's.
    if (recipient === undefined || response.options.has(Block2)) return response
    const { request, peer } = recipient
    // It is whole, so it is cut at once.
    return this.#fit(response, request, peer, blockOf(request.options, Block2)) as Response
  }

  /** Only a whole resource is observed (RFC 7959 2.6). */
  #unobserved(result: Response | Promise<Response>): Response | Promise<Response> {
    if (!(result instanceof Response)) return result.then((response) => this.#unobserved(response))
    const { code, options, payload } = result
    return result.observed === undefined ? result : new Response({ code, options, payload })
  }

  #exponentFor(block: Block | undefined): number {
    const { sizeExponent } = this.#options
    return block === undefined ? sizeExponent : Math.min(block.sizeExponent, sizeExponent)
  }
}

/** All options below 32 are somebody's here: what remains is malformed, or there too often. */
const anyNumber = -1
const noOthers: ReadonlyMap<number, Option<unknown>> = new Map()
/** Such a Block option counts as one that nobody understands (RFC 7252 5.4.3, 5.4.5). */
const misusedBlock: Response = Response.diagnostic(Code.BadOption, 'a Block option is malformed, or there too often')

function withoutBlocks(request: Request): Request {
  return request.with({ options: request.options.clone().delete(Block1).delete(Block2) })
}
