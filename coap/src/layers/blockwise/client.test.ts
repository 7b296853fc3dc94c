// What a client does with blocks, against servers of a few lines.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { StreamBody } from '../../handler/body.ts'
import { after, type Handler } from '../../handler/handler.ts'
import { Request, type RequestInit } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import type { Progress } from '../../handler/transfer.ts'
import { type Block, blockOf, blockSizeOf, blockValue, describeBlock } from '../../message/block.ts'
import { Code, formatCode } from '../../message/code.ts'
import {
  Block1,
  Block2,
  ContentFormatOption,
  ETag,
  IfNoneMatch,
  type Option,
  RequestTag,
  Size1,
  Size2,
} from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { createContext } from '../../testing/context.ts'
import { CoapUri } from '../../uri/coap-uri.ts'
import { blockwiseClient } from './client.ts'
import type { BlockwiseOptions } from './options.ts'
import { blockwiseServer } from './server.ts'

const uri = CoapUri.parse('coap://192.0.2.1/a')

function bytes(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index * 7) & 255)
}

/** A client of a server; `asked` is what has gone over the wire. */
function clientOf(server: Handler, options: BlockwiseOptions = { blockSize: 16 }) {
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
function served(handler: Handler, options: BlockwiseOptions = {}): Handler {
  return blockwiseServer(options)(handler, createContext(1))
}

const echo: Handler = async ({ body }) => Response.bytes(await body.bytes())

function show(request: Request): string {
  const shown = [Block1, Block2].flatMap((option, index) => {
    const block = blockOf(request.options, option)
    return block === undefined ? [] : [`${index + 1}:${describeBlock(block)}`]
  })
  return [formatCode(request.code), ...shown].join(' ')
}

/** The block of a body that a request asks for. */
function blockOfBody(request: Request, body: Uint8Array, change: (options: Options) => void = () => {}): Response {
  const { number, sizeExponent } = blockOf(request.options, Block2) ?? { number: 0, sizeExponent: 0 }
  const size = blockSizeOf(sizeExponent)
  const payload = body.subarray(number * size, (number + 1) * size)
  const more = (number + 1) * size < body.length
  const options = new Options().set(Block2, blockValue(number, more, sizeExponent))
  change(options)
  return new Response({ code: Code.Content, payload, options })
}

const tagged = (tag: number) => (options: Options) => {
  options.set(ETag, Uint8Array.of(tag))
}

function acknowledged(request: Request, code: Code = Code.Continue, option: Option<number> = Block1): Response {
  const { number, more, sizeExponent } = blockOf(request.options, option) as Block
  return new Response({ code, options: new Options().set(option, blockValue(number, more, sizeExponent)) })
}

async function collected(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return Uint8Array.from(chunks.flatMap((chunk) => [...chunk]))
}

describe('a request with a long body', () => {
  it('goes in blocks, and its response comes back whole, with no trace of them', async () => {
    const { ask, asked } = clientOf(served(echo))
    const response = await ask(Code.PUT, { payload: bytes(40) })
    assert.deepEqual(response.payload, bytes(40))
    assert.deepEqual(asked, ['0.03 1:0/1/16', '0.03 1:1/1/16', '0.03 1:2/0/16'])
    for (const option of [Block1, Block2, Size2]) assert.equal(response.options.has(option), false)
  })

  it('of one block is one message', async () => {
    const { ask, asked } = clientOf(served(echo))
    await ask(Code.PUT, { payload: bytes(16) })
    assert.deepEqual(asked, ['0.03'])
  })

  it('says how long it is with the first block (RFC 7959 4)', async () => {
    const sizes: (number | undefined)[] = []
    const { ask } = clientOf((request) => {
      sizes.push(request.options.get(Size1))
      return acknowledged(request, blockOf(request.options, Block1)?.more ? Code.Continue : Code.Changed)
    })
    await ask(Code.PUT, { payload: bytes(40) })
    assert.deepEqual(sizes, [40, undefined, undefined])
  })

  it('has If-None-Match with the first block only (RFC 7959 2.10)', async () => {
    const conditions: boolean[] = []
    const { ask } = clientOf((request) => {
      conditions.push(request.options.has(IfNoneMatch))
      return acknowledged(request, blockOf(request.options, Block1)?.more ? Code.Continue : Code.Changed)
    })
    await ask(Code.PUT, { payload: bytes(40), options: new Options().set(IfNoneMatch, true) })
    assert.deepEqual(conditions, [true, false, false])
  })

  it('ends with the first error', async () => {
    const { ask, asked } = clientOf((request) =>
      asked.length < 2 ? acknowledged(request) : Response.of(Code.Forbidden),
    )
    assert.equal(formatCode((await ask(Code.PUT, { payload: bytes(100) })).code), '4.03')
    assert.equal(asked.length, 2)
  })

  it('begins anew with smaller blocks where the server says 4.13 and names them (RFC 7959 2.9.3)', async () => {
    const { ask, asked } = clientOf(
      (request) => {
        const block = blockOf(request.options, Block1) as Block
        if (block.sizeExponent > 0)
          return new Response({
            code: Code.RequestEntityTooLarge,
            options: new Options().set(Block1, blockValue(0, true, 0)),
          })
        return acknowledged(request, block.more ? Code.Continue : Code.Changed)
      },
      { blockSize: 64 },
    )
    assert.equal(formatCode((await ask(Code.PUT, { payload: bytes(70) })).code), '2.04')
    assert.deepEqual(asked, [
      '0.03 1:0/1/64',
      '0.03 1:0/1/16',
      '0.03 1:1/1/16',
      '0.03 1:2/1/16',
      '0.03 1:3/1/16',
      '0.03 1:4/0/16',
    ])
  })

  it('that went in one message is tried in blocks where the server says 4.13 (RFC 7959 2.9.3)', async () => {
    const { ask, asked } = clientOf(
      (request) => {
        const block = blockOf(request.options, Block1)
        if (block === undefined) return Response.of(Code.RequestEntityTooLarge)
        return acknowledged(request, block.more ? Code.Continue : Code.Changed)
      },
      { blockSize: 1024 },
    )
    assert.equal(formatCode((await ask(Code.PUT, { payload: bytes(100) })).code), '2.04')
    assert.deepEqual(asked, ['0.03', '0.03 1:0/1/64', '0.03 1:1/0/64'])
  })

  it('is not tried again where 4.13 says that less is taken', async () => {
    const options = new Options().set(Size1, 50)
    const { ask, asked } = clientOf(() => new Response({ code: Code.RequestEntityTooLarge, options }), {
      blockSize: 1024,
    })
    assert.equal(formatCode((await ask(Code.PUT, { payload: bytes(100) })).code), '4.13')
    assert.equal(asked.length, 1)
  })

  it('begins anew once where the server has lost blocks: 4.08 (RFC 7959 2.9.2)', async () => {
    let times = 0
    const { ask, asked } = clientOf((request) => {
      const block = blockOf(request.options, Block1) as Block
      if (block.number === 1 && ++times <= 1) return Response.of(Code.RequestEntityIncomplete)
      return acknowledged(request, block.more ? Code.Continue : Code.Changed)
    })
    assert.equal(formatCode((await ask(Code.PUT, { payload: bytes(30) })).code), '2.04')
    assert.deepEqual(asked, ['0.03 1:0/1/16', '0.03 1:1/0/16', '0.03 1:0/1/16', '0.03 1:1/0/16'])
    times = -9
    const forgetful = clientOf((request) =>
      blockOf(request.options, Block1)?.number === 1
        ? Response.of(Code.RequestEntityIncomplete)
        : acknowledged(request),
    )
    assert.equal(formatCode((await forgetful.ask(Code.PUT, { payload: bytes(30) })).code), '4.08')
    assert.equal(forgetful.asked.length, 4)
  })

  it('rejects where the server waits for more than there is, or acknowledges another block', async () => {
    const endless = clientOf((request) => acknowledged(request))
    await assert.rejects(endless.ask(Code.PUT, { payload: bytes(17) }), /further blocks after the last one/)
    const astray = clientOf(
      () => new Response({ code: Code.Continue, options: new Options().set(Block1, blockValue(7, true, 0)) }),
    )
    await assert.rejects(astray.ask(Code.PUT, { payload: bytes(17) }), /acknowledges block 7\/1\/16 instead of 0/)
  })

  it('that streams is read as the server takes it', async () => {
    const produced: number[] = []
    const body = new StreamBody(
      (async function* () {
        for (let chunk = 0; chunk < 5; chunk++) {
          produced.push(chunk)
          yield bytes(16, chunk * 16 * 7)
        }
      })(),
    )
    const seen: number[] = []
    const received: number[] = []
    const { ask } = clientOf((request) => {
      seen.push(produced.length)
      received.push(...request.payload)
      return acknowledged(request, blockOf(request.options, Block1)?.more ? Code.Continue : Code.Changed)
    })
    await ask(Code.PUT, { body })
    assert.deepEqual(Uint8Array.from(received), bytes(80))
    assert.deepEqual(seen, [2, 3, 4, 5, 5])
  })

  it('that streams stops its producer where the server wants no more', async () => {
    let stopped = false
    const body = new StreamBody(
      (async function* () {
        try {
          for (;;) yield bytes(16)
        } finally {
          stopped = true
        }
      })(),
    )
    const { ask } = clientOf(() => Response.of(Code.Forbidden))
    await ask(Code.PUT, { body })
    assert.equal(stopped, true)
  })
})

describe('a long response', () => {
  it('is whole, with what its first block said', async () => {
    const { ask, asked } = clientOf((request) => blockOfBody(request, bytes(40), tagged(1)))
    const response = await ask(Code.GET)
    assert.deepEqual([response.payload, response.options.get(ETag)], [bytes(40), Uint8Array.of(1)])
    assert.deepEqual(asked, ['0.01', '0.01 2:1/0/16', '0.01 2:2/0/16'])
  })

  it('is asked for without ETags once it is none of them, from a server that gives no ETag with later blocks to who names some', async () => {
    const { ask } = clientOf((request) => {
      const later = blockOf(request.options, Block2)?.number ?? 0
      return blockOfBody(request, bytes(40), later > 0 && request.options.has(ETag) ? undefined : tagged(2))
    })
    assert.deepEqual((await ask(Code.GET, { options: new Options().set(ETag, [Uint8Array.of(1)]) })).payload, bytes(40))
  })

  it('is read anew where it changes meanwhile: never a mixture (RFC 7959 2.4)', async () => {
    const { ask, asked } = clientOf((request) => {
      const version = asked.length <= 2 ? 1 : 2
      return blockOfBody(request, new Uint8Array(40).fill(version), tagged(version))
    })
    assert.deepEqual((await ask(Code.GET)).payload, new Uint8Array(40).fill(2))
    assert.deepEqual(asked, [
      '0.01',
      '0.01 2:1/0/16',
      '0.01 2:2/0/16',
      '0.01 2:0/0/16',
      '0.01 2:1/0/16',
      '0.01 2:2/0/16',
    ])
  })

  it('that changes all the time is given up', async () => {
    const { ask, asked } = clientOf((request) => blockOfBody(request, bytes(40), tagged(asked.length)))
    await assert.rejects(ask(Code.GET), { code: 'COAP_CHANGED' })
    assert.equal(asked.length, 8)
  })

  it('to what is not safe is not asked for twice: a change is an error', async () => {
    const { ask, asked } = clientOf((request) => blockOfBody(request, bytes(40), tagged(asked.length)))
    await assert.rejects(ask(Code.POST), { code: 'COAP_CHANGED' })
    assert.equal(asked.length, 2)
  })

  it('ends with an error that a block gets', async () => {
    const { ask, asked } = clientOf((request) =>
      asked.length < 3 ? blockOfBody(request, bytes(90)) : Response.of(Code.NotFound),
    )
    assert.equal(formatCode((await ask(Code.GET)).code), '4.04')
  })

  it('is read anew where the server has forgotten it, and has a shorter one now', async () => {
    const { ask, asked } = clientOf((request) => {
      if (asked.length === 3) return Response.of(Code.BadRequest)
      return blockOfBody(request, bytes(asked.length < 3 ? 60 : 20))
    })
    assert.deepEqual((await ask(Code.GET)).payload, bytes(20))
    assert.deepEqual(asked, ['0.01', '0.01 2:1/0/16', '0.01 2:2/0/16', '0.01 2:0/0/16', '0.01 2:1/0/16'])
  })

  it('rejects where another block comes than was asked for, or one of another length', async () => {
    const other = clientOf((request) =>
      request.options.has(Block2)
        ? new Response({
            code: Code.Content,
            payload: bytes(16),
            options: new Options().set(Block2, blockValue(3, true, 0)),
          })
        : blockOfBody(request, bytes(90)),
    )
    await assert.rejects(other.ask(Code.GET), /sends block 3\/1\/16 with 16 bytes where 16 bytes are here/)
    const short = clientOf(
      () =>
        new Response({
          code: Code.Content,
          payload: bytes(5),
          options: new Options().set(Block2, blockValue(0, true, 0)),
        }),
    )
    await assert.rejects(short.ask(Code.GET), /sends block 0\/1\/16 with 5 bytes/)
    const none = clientOf((request) =>
      request.options.has(Block2) ? Response.of(Code.Content) : blockOfBody(request, bytes(90)),
    )
    await assert.rejects(none.ask(Code.GET), /without the block/)
  })

  it('rejects where its blocks have different Content-Formats', async () => {
    const { ask } = clientOf((request) =>
      blockOfBody(request, bytes(40), (options) => {
        if (request.options.has(Block2)) options.set(ContentFormatOption, 60)
      }),
    )
    await assert.rejects(ask(Code.GET), /different Content-Formats/)
  })

  it('of more bytes than the limit is an error that says what to do', async () => {
    const { ask, asked } = clientOf((request) => blockOfBody(request, bytes(200)), {
      blockSize: 16,
      limits: { body: 50 },
    })
    await assert.rejects(ask(Code.GET), /more than 50 bytes: read it as a stream/)
    assert.equal(asked.length, 4)
  })

  it('to a FETCH is asked for with the body of the FETCH (RFC 8132 2.1)', async () => {
    const { ask } = clientOf((request) => {
      assert.deepEqual(request.payload, bytes(3))
      return blockOfBody(request, bytes(40))
    })
    assert.equal((await ask(Code.FETCH, { payload: bytes(3) })).payload.length, 40)
  })
})

describe('a response that streams', () => {
  const transfer = { stream: true }

  it('is given with its first block, and asked for at the pace of its reader', async () => {
    const { ask, asked } = clientOf((request) => blockOfBody(request, bytes(40), (options) => options.set(Size2, 40)))
    const { body } = await ask(Code.GET, { transfer })
    assert.deepEqual([asked, body.size], [['0.01'], 40])
    const reader = body[Symbol.asyncIterator]()
    await reader.next()
    assert.equal(asked.length, 1)
    assert.deepEqual((await reader.next()).value, bytes(16, 16 * 7))
    assert.equal(asked.length, 2)
    await reader.return?.()
    assert.equal(asked.length, 2)
  })

  it('is an error where the resource changes: what has been read is of another version', async () => {
    const { ask, asked } = clientOf((request) => blockOfBody(request, bytes(40), tagged(asked.length)))
    const { body } = await ask(Code.GET, { transfer })
    await assert.rejects(collected(body), { code: 'COAP_CHANGED' })
  })

  it('has its error as an exception where a block gets one', async () => {
    const { ask } = clientOf((request) =>
      request.options.has(Block2) ? Response.of(Code.NotFound) : blockOfBody(request, bytes(40)),
    )
    const { body } = await ask(Code.GET, { transfer })
    await assert.rejects(collected(body), { code: 'COAP_RESPONSE' })
  })

  it('is read once', async () => {
    const { ask } = clientOf((request) => blockOfBody(request, bytes(40)))
    const { body } = await ask(Code.GET, { transfer })
    assert.equal((await body.bytes()).length, 40)
    await assert.rejects(body.bytes(), /read once only/)
  })

  it('may be longer than what is assembled', async () => {
    const { ask } = clientOf((request) => blockOfBody(request, bytes(200)), { blockSize: 16, limits: { body: 50 } })
    assert.equal((await collected((await ask(Code.GET, { transfer })).body)).length, 200)
  })
})

describe('a download from a place on', () => {
  it('begins with the block that has it', async () => {
    const { ask, asked } = clientOf(served(() => Response.bytes(bytes(100))))
    const response = await ask(Code.GET, { transfer: { range: { start: 50 } } })
    assert.deepEqual(response.payload, bytes(100).subarray(50))
    assert.equal(asked[0], '0.01 2:3/0/16')
  })

  it('streams from there too', async () => {
    const { ask } = clientOf(served(() => Response.bytes(bytes(100))))
    const { body } = await ask(Code.GET, { transfer: { range: { start: 50 }, stream: true } })
    assert.deepEqual(await collected(body), bytes(100).subarray(50))
  })

  it('is an error if the resource is not what it was', async () => {
    const { ask } = clientOf((request) => blockOfBody(request, bytes(100), tagged(2)))
    const range = { start: 50, etag: Uint8Array.of(1) }
    await assert.rejects(ask(Code.GET, { transfer: { range } }), { code: 'COAP_CHANGED' })
  })

  it('is cut to what was asked for where the server sends all', async () => {
    const { ask } = clientOf(() => Response.bytes(bytes(10)))
    assert.deepEqual((await ask(Code.GET, { transfer: { range: { start: 4 } } })).payload, bytes(10).subarray(4))
  })

  it('gets what the server says of a place behind the end', async () => {
    const { ask } = clientOf(served(() => Response.bytes(bytes(32))))
    assert.equal(formatCode((await ask(Code.GET, { transfer: { range: { start: 32 } } })).code), '4.00')
  })
})

describe('the progress of a transfer', () => {
  it('is told for each block, with the total as soon as it is known', async () => {
    const told: Progress[] = []
    const progress = (each: Progress): void => {
      told.push(each)
    }
    const { ask } = clientOf(served(echo, { blockSize: 16 }))
    await ask(Code.POST, { payload: bytes(40), transfer: { progress } })
    assert.deepEqual(told, [
      { direction: 'upload', transferred: 16, total: 40 },
      { direction: 'upload', transferred: 32, total: 40 },
      { direction: 'upload', transferred: 40, total: 40 },
      { direction: 'download', transferred: 16, total: 40 },
      { direction: 'download', transferred: 32, total: 40 },
      { direction: 'download', transferred: 40, total: 40 },
    ])
  })

  it('asks for the size (RFC 7959 4)', async () => {
    const sizes: (number | undefined)[] = []
    const { ask } = clientOf((request) => {
      sizes.push(request.options.get(Size2))
      return blockOfBody(request, bytes(40))
    })
    await ask(Code.GET, { transfer: { progress: () => {} } })
    assert.deepEqual(sizes, [0, undefined, undefined])
  })
})

describe('transfers to one resource at a time', () => {
  it('are told apart by Request-Tags; the first needs none (RFC 9175 3.5.2)', async () => {
    const tags = new Map<number, string>()
    const server = served(echo)
    const together = clientOf((request) => {
      const tag = request.options.get(RequestTag)
      tags.set(request.payload[0] ?? -1, tag === undefined ? 'none' : String(tag))
      return after(server(request), (response) => response)
    })
    const bodies = [1, 2, 3].map((first) => new Uint8Array(40).fill(first))
    const responses = await Promise.all(bodies.map((payload) => together.ask(Code.POST, { payload })))
    assert.deepEqual(
      responses.map(({ payload }) => payload),
      bodies,
    )
    assert.deepEqual(
      [...tags],
      [
        [1, 'none'],
        [2, '1'],
        [3, '2'],
      ],
    )
  })

  it('that follow each other within EXCHANGE_LIFETIME use none twice (RFC 9175 3.5.1)', async () => {
    const tags: string[] = []
    const server = served(echo)
    const { ask, context } = clientOf((request) => {
      if (blockOf(request.options, Block1)?.number === 0) tags.push(String(request.options.get(RequestTag)))
      return server(request)
    })
    await ask(Code.PUT, { payload: bytes(40) })
    await ask(Code.PUT, { payload: bytes(40) })
    await context.clock.advance(300_000)
    await ask(Code.PUT, { payload: bytes(40) })
    assert.deepEqual(tags, ['undefined', '1', 'undefined'])
  })

  it('keep their tag while the response comes (RFC 9175 3.4)', async () => {
    const tags: string[] = []
    const server = served(echo, { blockSize: 16 })
    const { ask } = clientOf((request) => {
      tags.push(String(request.options.get(RequestTag)))
      return server(request)
    })
    await ask(Code.POST, { payload: bytes(20) })
    tags.length = 0
    await ask(Code.POST, { payload: bytes(20) })
    assert.deepEqual(new Set(tags), new Set(['1']))
    assert.equal(tags.length, 3)
  })
})

describe('who speaks of blocks', () => {
  it('deals with them: its requests and responses pass as they are', async () => {
    const { ask, asked } = clientOf((request) => blockOfBody(request, bytes(40)))
    const response = await ask(Code.GET, { options: new Options().set(Block2, blockValue(1, false, 0)) })
    assert.deepEqual(response.payload, bytes(40).subarray(16, 32))
    assert.deepEqual(asked, ['0.01 2:1/0/16'])
  })
})
