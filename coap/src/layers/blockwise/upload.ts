// A request's body on its way, block by block (RFC 7959 2.5): the size of blocks is what both sides like, and where the server cannot go
// on, it begins anew if it can.

import { ExchangeError } from '../../errors.ts'
import type { Handler } from '../../handler/handler.ts'
import { nobody, type Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { blockOf, blockSizeOf, blockValue, describeBlock, lastBlockNumber } from '../../message/block.ts'
import { Code } from '../../message/code.ts'
import { Block1, Block2, IfNoneMatch, Observe, Size1 } from '../../message/option.ts'
import type { Peer } from '../../transport/transport.ts'
import { type BlockSource, blockSource, type Slice } from './block-source.ts'

/** Sends all blocks: the response to the last one, or the error that ended it. */
export async function upload(request: Request, ask: Handler, sizeExponent: number): Promise<Response> {
  const source = blockSource(request.body)
  try {
    return await new Upload(request, ask, source, sizeExponent).run()
  } finally {
    source.close()
  }
}

class Upload {
  readonly #request: Request
  readonly #ask: Handler
  readonly #source: BlockSource
  #sizeExponent: number
  /** 4.08: the server has lost blocks. Once more from the beginning, but not for ever. */
  #begunAnew = false
  /** Who has the blocks so far: a name may mean somebody else by now. */
  #peer: Peer = nobody

  constructor(request: Request, ask: Handler, source: BlockSource, sizeExponent: number) {
    this.#request = request
    this.#ask = ask
    this.#source = source
    this.#sizeExponent = sizeExponent
  }

  async run(): Promise<Response> {
    for (let offset = 0; ; ) {
      const slice = await this.#source.read(offset, blockSizeOf(this.#sizeExponent))
      const response = await this.#send(slice, offset)
      const again = this.#restart(response)
      if (again) {
        offset = 0
        continue
      }
      // 2.31, or from a server that acts on each block by itself a final code (RFC 7959 2.3).
      if (!response.ok || slice.last) {
        if (response.code !== Code.Continue) return response
        throw new ExchangeError('the server waits for further blocks after the last one')
      }
      offset += slice.bytes.length
      this.#request.transfer?.progress?.({ direction: 'upload', transferred: offset, total: this.#source.size })
      this.#shrink(response)
    }
  }

  async #send({ bytes, last }: Slice, offset: number): Promise<Response> {
    const number = offset / blockSizeOf(this.#sizeExponent)
    if (number > lastBlockNumber)
      throw new ExchangeError(
        `a body of more than ${offset} bytes needs larger blocks than ${blockSizeOf(this.#sizeExponent)} bytes`,
      )
    const options = this.#request.options.clone().set(Block1, blockValue(number, !last, this.#sizeExponent))
    const { size } = this.#source
    if (offset === 0 && size !== undefined && size <= 0xffffffff) options.set(Size1, size)
    if (offset > 0) options.delete(IfNoneMatch) // RFC 7959 2.10
    if (!last) options.delete(Block2).delete(Observe)
    const peer = offset > 0 && this.#peer.associations.length > 0 ? { peer: this.#peer } : undefined
    const response = await this.#ask(this.#request.with({ options, payload: bytes, ...peer }))
    this.#peer = response.peer
    const acknowledged = blockOf(response.options, Block1)
    if (response.code === Code.Continue && acknowledged !== undefined && acknowledged.number !== number)
      throw new ExchangeError(`the server acknowledges block ${describeBlock(acknowledged)} instead of ${number}`)
    if (last && response.ok && size !== undefined)
      this.#request.transfer?.progress?.({ direction: 'upload', transferred: size, total: size })
    return response
  }

  /** Is there another way after this error: with smaller blocks (RFC 7959 2.9.3), or once more (2.9.2)? */
  #restart(response: Response): boolean {
    if (!this.#source.reaches(0)) return false
    if (response.code === Code.RequestEntityTooLarge) return this.#shrink(response)
    if (response.code !== Code.RequestEntityIncomplete || this.#begunAnew) return false
    this.#begunAnew = true
    return true
  }

  /** The size that the server likes better. */
  #shrink({ options }: Response): boolean {
    const liked = blockOf(options, Block1)
    if (liked === undefined || liked.sizeExponent >= this.#sizeExponent) return false
    this.#sizeExponent = liked.sizeExponent
    return true
  }
}
