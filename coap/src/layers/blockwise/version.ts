// A response that leaves in blocks (RFC 7959 2.4): one version of a representation. Who has its first block gets the others of the same
// version, whatever becomes of the resource meanwhile.

import { Response } from '../../handler/response.ts'
import { blockSizeOf, blockValue, lastBlockNumber } from '../../message/block.ts'
import { Code } from '../../message/code.ts'
import { Block1, Block2, ETag, Size2 } from '../../message/option.ts'
import type { Options } from '../../message/options.ts'
import type { Peer } from '../../transport/transport.ts'
import { tagOf } from '../content-tag.ts'
import { type BlockSource, blockSource, type Slice } from './block-source.ts'
import { Transfer, type TransferKeeper } from './transfers.ts'

export class Version extends Transfer {
  readonly #response: Response
  readonly #source: BlockSource
  /** Of all blocks: those of the response, and an ETag. */
  readonly #options: Options

  constructor(keeper: TransferKeeper, peer: Peer, key: string, response: Response) {
    super(keeper, peer, key)
    this.#response = response
    this.#source = blockSource(response.body)
    const options = response.options.clone().delete(Block1)
    // By the ETag a client tells that all blocks are of one version (RFC 7959 2.4).
    if (!options.has(ETag)) options.add(ETag, tagOf(response) ?? this.#randomTag())
    this.#options = options
  }

  /** Can the block at this place be had, without asking the handler? */
  reaches(offset: number): boolean {
    return this.#source.reaches(offset)
  }

  /** The response with the block at an offset. */
  block(offset: number, sizeExponent: number): Response | Promise<Response> {
    const slice = this.#source.read(offset, blockSizeOf(sizeExponent))
    const finish = (read: Slice): Response => this.#blockOf(read, offset, sizeExponent)
    return slice instanceof Promise ? slice.then(finish) : finish(slice)
  }

  ended(): void {
    this.#source.close()
  }

  #blockOf({ bytes, last }: Slice, offset: number, sizeExponent: number): Response {
    const number = offset / blockSizeOf(sizeExponent)
    if (offset > 0 && bytes.length === 0 && last) return beyond
    if (number > lastBlockNumber)
      return Response.diagnostic(Code.NotImplemented, 'there are not so many block numbers: ask for larger blocks')
    const options = this.#options.clone().set(Block2, blockValue(number, !last, sizeExponent))
    const { size } = this.#source
    if (size !== undefined && number === 0) options.set(Size2, size)
    // The first one acknowledges the last block of the request (RFC 7959 2.7).
    const block1 = number === 0 ? this.#response.options.get(Block1) : undefined
    if (block1 !== undefined) options.set(Block1, block1)
    if (!last) this.keeper.context.expectPacket?.()
    return this.#response.with({ options, payload: bytes })
  }

  #randomTag(): Uint8Array {
    const tag = new Uint8Array(8)
    this.keeper.context.random(tag)
    return tag
  }
}

/** Somebody asks for a block of a body that has ended before. */
const beyond = Response.diagnostic(Code.BadRequest, 'there is no such block: the body has ended before')
