// What a client does with a request that is longer than a block.

import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { describe, it } from 'node:test'
import { StreamBody } from '../../coap/src/handler/body.ts'
import { after } from '../../coap/src/handler/handler.ts'
import { Response } from '../../coap/src/handler/response.ts'
import type { Progress } from '../../coap/src/handler/transfer.ts'
import { type Block, blockOf, blockValue } from '../../coap/src/message/block.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { Block1, Block2, IfNoneMatch, RequestTag, Size1, Size2 } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { anonymous } from '../../coap/src/transport/identity.ts'
import type { Association, Peer } from '../../coap/src/transport/transport.ts'
import { acknowledged, blockOfBody, bytes, clientOf, echo, served } from './client-side.ts'

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

  it('goes on at who has the first blocks, while there is a way there; it begins anew wherever its name leads', async () => {
    const here = { associations: [{} as Association], identity: anonymous }
    const gone = { associations: [], identity: anonymous }
    const asked: Peer[] = []
    const { ask } = clientOf((request) => {
      asked.push(request.correspondent)
      const lost = asked.length === 3
      const code = lost ? Code.RequestEntityIncomplete : request.payload.length < 16 ? Code.Changed : Code.Continue
      return acknowledged(request, code).with({ peer: asked.length < 5 ? here : gone })
    })
    await ask(Code.PUT, { payload: bytes(56) })
    assert.deepEqual(
      asked.map((peer) => peer === here),
      [false, true, true, false, true, false, false],
    )
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

  it('is refused if its source gives text, and nothing of it is sent', async () => {
    const { ask, asked } = clientOf(served(echo))
    const body = new StreamBody(Readable.from([Buffer.from('text')], { encoding: 'utf8' }))
    await assert.rejects(ask(Code.PUT, { body }), { name: 'UsageError', message: /Uint8Arrays, not string/ })
    assert.deepEqual(asked, [])
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
