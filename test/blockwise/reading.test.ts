// What a client does with a response that comes in blocks.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Response } from '../../coap/src/handler/response.ts'
import { blockOf, blockValue } from '../../coap/src/message/block.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { Block2, ContentFormatOption, ETag, Size2 } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { blockOfBody, bytes, clientOf, collected, served, tagged } from './client-side.ts'

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
