// A request that comes in blocks (RFC 7959 2.5). Its handler is asked with the first block, so that it can refuse before the rest comes;
// each block is acknowledged when the handler has read the ones before it, and the last one gets its response.

import type { Handler } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { type Block, blockSizeOf, blockValue } from '../../message/block.ts'
import { Code } from '../../message/code.ts'
import { noBytes } from '../../message/message.ts'
import { Block1, Block2, ContentFormatOption, Size1 } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { type BodyReceiver, IncomingBody } from './incoming-body.ts'
import { Transfer, type TransferKeeper } from './transfers.ts'

export class Reception extends Transfer implements BodyReceiver {
  readonly #body: IncomingBody
  readonly #format: number | undefined
  /** The largest blocks that we like. */
  readonly #sizeExponent: number
  readonly #abort = new AbortController()
  #received = 0
  #complete = false
  /** What the handler has answered, or thrown. */
  #outcome: { readonly response: Response } | { readonly error: unknown } | undefined = undefined
  /** A block that has not been answered yet. */
  #waiting: { readonly block: Block; resolve(response: Response): void; reject(error: unknown): void } | undefined
  /** The last answer: whoever sends its block again gets the same. */
  #latest: Response | Promise<Response> | undefined = undefined

  constructor(keeper: TransferKeeper, request: Request, key: string, sizeExponent: number) {
    super(keeper, request.correspondent, key)
    this.#format = request.options.get(ContentFormatOption)
    this.#sizeExponent = sizeExponent
    this.#body = new IncomingBody(this, request.options.get(Size1))
  }

  /** Hands the request to the handler, whose body will be read as the blocks come. */
  begin(handler: Handler, request: Request): void {
    const options = request.options.clone().delete(Block1).delete(Block2)
    const whole = request.with({ options, payload: noBytes, body: this.#body, signal: this.#abort.signal })
    try {
      const result = handler(whole)
      if (result instanceof Response) this.#settle({ response: result })
      else
        result.then(
          (response) => this.#settle({ response }),
          (error: unknown) => this.#settle({ error }),
        )
    } catch (error) {
      this.#settle({ error })
    }
  }

  /** The answer to a block. */
  accept(request: Request, block: Block): Response | Promise<Response> {
    const { payload } = request
    const size = blockSizeOf(block.sizeExponent)
    const offset = block.number * size
    if (offset < this.#received && offset + payload.length === this.#received && this.#latest !== undefined)
      return this.#latest
    if (offset !== this.#received || request.options.get(ContentFormatOption) !== this.#format) return incomplete
    if (block.more && payload.length !== size)
      return Response.diagnostic(Code.BadRequest, `a block of ${size} bytes has ${payload.length}`)
    this.#received += payload.length
    this.#complete = !block.more
    this.#latest = this.#answer(block, this.#body.push(payload, this.#complete))
    return this.#latest
  }

  get mostBytes(): number {
    return this.keeper.limits.body
  }

  keep(bytes: number): boolean {
    // The last bytes go to the handler at once.
    return this.#complete || this.keeper.grow(this, bytes)
  }

  drained(): void {
    this.#goOn()
  }

  ended(): void {
    if (this.#complete) return
    const error = new ResponseError(incomplete)
    this.#body.fail(error)
    this.#abort.abort(error)
    this.#waiting?.resolve(incomplete)
    this.#waiting = undefined
  }

  #answer(block: Block, roomy: boolean): Response | Promise<Response> {
    const ready = this.#ready(block)
    if (ready !== undefined) return ready
    if (roomy && !this.#complete) return this.#continue(block)
    return new Promise((resolve, reject) => {
      this.#waiting = { block, resolve, reject }
    })
  }

  /** The handler has answered: an error ends the transfer at once, anything else waits for the last block. */
  #ready(block: Block): Response | Promise<Response> | undefined {
    const outcome = this.#outcome
    if (outcome === undefined) return undefined
    if ('error' in outcome) {
      this.keeper.end(this)
      if (outcome.error instanceof ResponseError) return acknowledging(outcome.error.response, block)
      return Promise.reject(outcome.error)
    }
    const { response } = outcome
    if (!this.#complete && response.ok) return undefined
    this.keeper.end(this)
    return acknowledging(response, block)
  }

  #settle(outcome: { readonly response: Response } | { readonly error: unknown }): void {
    this.#outcome = outcome
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#body.abandon()
    if (waiting === undefined) return
    const ready = this.#ready(waiting.block) ?? this.#continue(waiting.block)
    Promise.resolve(ready).then(waiting.resolve, waiting.reject)
  }

  /** The handler has read all that is here. */
  #goOn(): void {
    const waiting = this.#waiting
    if (waiting === undefined || this.#complete) return
    this.#waiting = undefined
    waiting.resolve(this.#continue(waiting.block))
  }

  /** 2.31, with the block size that we like (RFC 7959 2.9.1). */
  #continue({ number, sizeExponent }: Block): Response {
    this.keeper.context.expectPacket?.()
    const value = blockValue(number, true, Math.min(sizeExponent, this.#sizeExponent))
    return new Response({ code: Code.Continue, options: new Options().add(Block1, value) })
  }
}

/** The response to a block, with the number of it (RFC 7959 2.3). */
export function acknowledging(response: Response, { number, sizeExponent }: Block): Response {
  return response.with({ options: response.options.clone().set(Block1, blockValue(number, false, sizeExponent)) })
}

/** 4.08: blocks are missing, or are not of one body (RFC 7959 2.9.2). */
export const incomplete: Response = Response.of(Code.RequestEntityIncomplete)
