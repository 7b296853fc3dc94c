import type { Handler } from '../../coap/src/handler/handler.ts'
import { Request } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import type { BlockwiseOptions } from '../../coap/src/layers/blockwise/options.ts'
import { blockwiseServer } from '../../coap/src/layers/blockwise/server.ts'
import { blockOf, blockValue, describeBlock, sizeExponentOf } from '../../coap/src/message/block.ts'
import { type Code, formatCode } from '../../coap/src/message/code.ts'
import { Block1, Block2, type Option, UriPath } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { createContext, type TestContext } from '../../coap/src/testing/context.ts'
import { anonymous } from '../../coap/src/transport/identity.ts'
import type { Peer } from '../../coap/src/transport/transport.ts'

export interface Asked {
  readonly block1?: string
  readonly block2?: string
  readonly payload?: Uint8Array
  readonly peer?: Peer
  readonly with?: (options: Options) => Options
}

export const somebody: Peer = { associations: [], identity: anonymous }
export const somebodyElse: Peer = { associations: [], identity: anonymous }
export const hour = 3_600_000

/** A server with a handler; `ask` asks it as a client would. */
export function serverOf(handler: Handler, options: BlockwiseOptions = {}) {
  const context: TestContext = createContext(1)
  const layered = blockwiseServer(options)(handler, context)
  const ask = async (code: Code, { block1, block2, payload, peer = somebody, ...asked }: Asked = {}) => {
    const given = new Options().add(UriPath, 'a')
    if (block1 !== undefined) given.set(Block1, blockNamed(block1))
    if (block2 !== undefined) given.set(Block2, blockNamed(block2))
    const request = new Request({ code, peer, options: asked.with?.(given) ?? given, ...(payload && { payload }) })
    return layered(request)
  }
  return { context, ask, layered }
}

export function blockNamed(text: string): number {
  const [number, more, size] = text.split('/') as [string, string, string]
  return blockValue(Number(number), more === '1', sizeExponentOf(Number(size)))
}

function blockText({ options }: Response, option: Option<number>): string | undefined {
  const block = blockOf(options, option)
  return block === undefined ? undefined : describeBlock(block)
}

export function show(response: Response): string {
  const blocks = [
    ['1:', Block1],
    ['2:', Block2],
  ] as const
  const shown = blocks.flatMap(([name, option]) => {
    const text = blockText(response, option)
    return text === undefined ? [] : [name + text]
  })
  return [formatCode(response.code), ...shown].join(' ')
}

export function bytes(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index * 7) & 255)
}

export const whole: Handler = async ({ body }) => Response.bytes(await body.bytes())
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
