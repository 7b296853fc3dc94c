// A client with the block-wise layer, against servers of a few lines.

import type { Handler } from '../../coap/src/handler/handler.ts'
import { Request, type RequestInit } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { blockwiseClient } from '../../coap/src/layers/blockwise/client.ts'
import type { BlockwiseOptions } from '../../coap/src/layers/blockwise/options.ts'
import { blockwiseServer } from '../../coap/src/layers/blockwise/server.ts'
import { type Block, blockOf, blockSizeOf, blockValue, describeBlock } from '../../coap/src/message/block.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { Block1, Block2, ETag, type Option } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'

const uri = CoapUri.parse('coap://192.0.2.1/a')

export function bytes(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index * 7) & 255)
}

/** A client of a server; `asked` is what has gone over the wire. */
export function clientOf(server: Handler, options: BlockwiseOptions = { blockSize: 16 }) {
  const context = createContext(1)
  const asked: string[] = []
  const wire: Handler = (request) => {
    asked.push(show(request))
    return server(request)
  }
  const layered = blockwiseClient(options)(wire, context)
  const ask = async (code: Code, init: Omit<Partial<RequestInit>, 'code'> = {}): Promise<Response> =>
    layered(new Request({ uri, code, ...init }))
  return { context, asked, ask }
}

/** A server that deals with blocks as ours does. */
export function served(handler: Handler, options: BlockwiseOptions = {}): Handler {
  return blockwiseServer(options)(handler, createContext(1))
}

export const echo: Handler = async ({ body }) => Response.bytes(await body.bytes())

export function show(request: Request): string {
  const shown = [Block1, Block2].flatMap((option, index) => {
    const block = blockOf(request.options, option)
    return block === undefined ? [] : [`${index + 1}:${describeBlock(block)}`]
  })
  return [formatCode(request.code), ...shown].join(' ')
}

/** The block of a body that a request asks for. */
export function blockOfBody(
  request: Request,
  body: Uint8Array,
  change: (options: Options) => void = () => {},
): Response {
  const { number, sizeExponent } = blockOf(request.options, Block2) ?? { number: 0, sizeExponent: 0 }
  const size = blockSizeOf(sizeExponent)
  const payload = body.subarray(number * size, (number + 1) * size)
  const more = (number + 1) * size < body.length
  const options = new Options().set(Block2, blockValue(number, more, sizeExponent))
  change(options)
  return new Response({ code: Code.Content, payload, options })
}

export const tagged = (tag: number) => (options: Options) => {
  options.set(ETag, Uint8Array.of(tag))
}

export function acknowledged(request: Request, code: Code = Code.Continue, option: Option<number> = Block1): Response {
  const { number, more, sizeExponent } = blockOf(request.options, option) as Block
  return new Response({ code, options: new Options().set(option, blockValue(number, more, sizeExponent)) })
}

export async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
}
