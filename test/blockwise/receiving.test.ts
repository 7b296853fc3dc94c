// What a server does with the blocks of a request.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Response, ResponseError } from '../../coap/src/handler/response.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { decodeDatagram } from '../../coap/src/message/datagram.ts'
import {
  Block1,
  Block2,
  ContentFormatOption,
  IfNoneMatch,
  MaxAge,
  RequestTag,
  Size1,
} from '../../coap/src/message/option.ts'
import type { Options } from '../../coap/src/message/options.ts'
import { anonymous } from '../../coap/src/transport/identity.ts'
import type { Peer } from '../../coap/src/transport/transport.ts'
import { bytes, serverOf, show, somebodyElse, turn, whole } from './server-side.ts'

describe('a body that comes in blocks', () => {
  it('is whole for a handler that reads it so', async () => {
    const { ask } = serverOf(whole)
    assert.equal(show(await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })), '2.31 1:0/1/16')
    const last = await ask(Code.PUT, { block1: '1/0/16', payload: bytes(3, 16 * 7) })
    assert.equal(show(last), '2.05 1:1/0/16')
    assert.deepEqual(last.payload, bytes(19))
  })

  it('may be one block, which is acknowledged as such', async () => {
    const { ask } = serverOf(whole)
    assert.equal(show(await ask(Code.PUT, { block1: '0/0/64', payload: bytes(5) })), '2.05 1:0/0/64')
  })

  it('has no block size beyond 1,024: SZX 7 gets 4.00 (RFC 7959 2.2)', async () => {
    const { ask } = serverOf(whole)
    for (const option of [Block1, Block2]) {
      const response = await ask(Code.PUT, { with: (options) => options.set(option, 7), payload: bytes(5) })
      assert.equal(show(response), '4.00')
    }
  })

  it('has Block options of 3 bytes at most, and each once: 4.02 (RFC 7252 5.4.3, 5.4.5)', async () => {
    for (const raw of ['d4 0a 00000010', 'd1 0a 10 01 10', 'd4 0e 00000010', 'd1 0e 10 01 10']) {
      const message = decodeDatagram(Uint8Array.from(Buffer.from(`40030000${raw.replaceAll(' ', '')}`, 'hex')))
      assert.ok(message !== undefined)
      const { ask } = serverOf(whole)
      assert.equal(show(await ask(Code.PUT, { with: () => message.options })), '4.02')
    }
  })

  it('is refused with 4.08 if its first block is not here (RFC 7959 2.9.2)', async () => {
    const { ask } = serverOf(whole)
    assert.equal(show(await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) })), '4.08')
    assert.equal(show(await ask(Code.PUT, { block1: '1/0/16', payload: bytes(16) })), '4.08')
  })

  it('is refused with 4.08 if a block is missing (RFC 7959 2.5)', async () => {
    const { ask } = serverOf(whole)
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    assert.equal(show(await ask(Code.PUT, { block1: '2/0/16', payload: bytes(16) })), '4.08')
  })

  it('is refused with 4.08 if its blocks have different Content-Formats (RFC 7959 2.3)', async () => {
    const { ask } = serverOf(whole)
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16), with: (o) => o.set(ContentFormatOption, 0) })
    const other = await ask(Code.PUT, {
      block1: '1/0/16',
      payload: bytes(16),
      with: (o) => o.set(ContentFormatOption, 60),
    })
    assert.equal(show(other), '4.08')
  })

  it('has blocks of the size that they say unless it is the last one: 4.00 (RFC 7959 2.3)', async () => {
    const { ask } = serverOf(whole)
    assert.equal(show(await ask(Code.PUT, { block1: '0/1/16', payload: bytes(15) })), '4.00')
    assert.equal(show(await ask(Code.PUT, { block1: '0/1/16', payload: bytes(17) })), '4.00')
  })

  it('begins anew with a first block (RFC 7959 2.5)', async () => {
    const { ask } = serverOf(whole)
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16, 99) })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    const last = await ask(Code.PUT, { block1: '1/0/16', payload: bytes(1, 16 * 7) })
    assert.deepEqual(last.payload, bytes(17))
  })

  it('is not mixed with that of another peer, or another Request-Tag (RFC 9175 3.3)', async () => {
    const { ask } = serverOf(whole)
    const tag = (value: number) => (o: Options) => o.add(RequestTag, Uint8Array.of(value))
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16, 1) })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16, 2), with: tag(1) })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16, 3), with: tag(2) })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16, 4), peer: somebodyElse })
    const firsts = await Promise.all([
      ask(Code.PUT, { block1: '1/0/16', payload: bytes(1) }),
      ask(Code.PUT, { block1: '1/0/16', payload: bytes(1), with: tag(1) }),
      ask(Code.PUT, { block1: '1/0/16', payload: bytes(1), with: tag(2) }),
      ask(Code.PUT, { block1: '1/0/16', payload: bytes(1), peer: somebodyElse }),
    ])
    assert.deepEqual(
      firsts.map(({ payload }) => payload[0]),
      [1, 2, 3, 4],
    )
  })

  it('goes on without If-None-Match, which is about the first block (RFC 7959 2.10)', async () => {
    const { ask } = serverOf(whole)
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16), with: (o) => o.set(IfNoneMatch, true) })
    assert.equal(show(await ask(Code.PUT, { block1: '1/0/16', payload: bytes(1) })), '2.05 1:1/0/16')
  })

  it('is asked for in smaller blocks where the server likes them (RFC 7959 2.3)', async () => {
    const { ask } = serverOf(whole, { blockSize: 16 })
    assert.equal(show(await ask(Code.PUT, { block1: '0/1/64', payload: bytes(64) })), '2.31 1:0/1/16')
    assert.equal(show(await ask(Code.PUT, { block1: '4/0/16', payload: bytes(16) })), '2.05 1:4/0/16 2:0/1/16')
  })

  it('gets the same answer for a block that comes again in another message', async () => {
    const { ask } = serverOf(whole)
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    assert.equal(show(await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) })), '2.31 1:1/1/16')
    assert.equal(show(await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) })), '2.31 1:1/1/16')
    const last = await ask(Code.PUT, { block1: '2/0/16', payload: bytes(4) })
    assert.equal(last.payload.length, 36)
  })

  it('is refused with the first block if the handler does not want it', async () => {
    const { ask } = serverOf(() => Response.of(Code.MethodNotAllowed))
    assert.equal(show(await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })), '4.05 1:0/0/16')
    assert.equal(show(await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) })), '4.08')
  })

  it('is taken to its end before a good answer leaves, read or not', async () => {
    const { ask } = serverOf(() => Response.of(Code.Changed))
    assert.equal(show(await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })), '2.31 1:0/1/16')
    assert.equal(show(await ask(Code.PUT, { block1: '1/0/16', payload: bytes(16) })), '2.04 1:1/0/16')
  })

  it('ends with what the handler throws, at the next block', async () => {
    const { ask } = serverOf(async ({ body }) => {
      for await (const chunk of body) if (chunk[0] === 2) throw new ResponseError(Response.of(Code.Conflict))
      return Response.of(Code.Changed)
    })
    assert.equal(show(await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16, 1) })), '2.31 1:0/1/16')
    await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16, 2) })
    await turn()
    assert.equal(show(await ask(Code.PUT, { block1: '2/1/16', payload: bytes(16, 3) })), '4.09 1:2/0/16')
  })

  it('passes on what goes wrong in a handler', async () => {
    const { ask } = serverOf(async ({ body }) => {
      await body.bytes()
      throw new Error('the valve is stuck')
    })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    await assert.rejects(ask(Code.PUT, { block1: '1/0/16', payload: bytes(16) }), /the valve is stuck/)
  })
})

describe('a body that is read as it comes', () => {
  it('slows its sender: a block is acknowledged when the ones before it have been read', async () => {
    const chunks: number[] = []
    let go: () => void = () => {}
    const { ask } = serverOf(async ({ body }) => {
      for await (const chunk of body) {
        chunks.push(chunk.length)
        await new Promise<void>((resolve) => {
          go = resolve
        })
      }
      return Response.of(Code.Changed)
    })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) }) // one block ahead
    let answered = false
    const third = ask(Code.PUT, { block1: '2/1/16', payload: bytes(16) }).then((response) => {
      answered = true
      return response
    })
    await turn()
    assert.equal(answered, false)
    assert.deepEqual(chunks, [16])
    go()
    await turn()
    go()
    assert.equal(show(await third), '2.31 1:2/1/16')
    assert.deepEqual(chunks, [16, 16, 16])
  })

  it('fails when the rest does not come within EXCHANGE_LIFETIME, and nothing of it is kept (RFC 7959 2.5)', async () => {
    let failed: unknown
    let aborted = false
    const { ask, context } = serverOf(async ({ body, signal }) => {
      signal?.addEventListener('abort', () => {
        aborted = true
      })
      await body.bytes().catch((error: unknown) => {
        failed = error
        throw error
      })
      return Response.of(Code.Changed)
    })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    await context.clock.advance(246_000)
    assert.equal(failed, undefined)
    await context.clock.advance(2000)
    assert.equal((failed as unknown as ResponseError).response.code, Code.RequestEntityIncomplete)
    assert.equal(aborted, true)
    assert.equal(show(await ask(Code.PUT, { block1: '1/0/16', payload: bytes(16) })), '4.08')
  })

  it('can be left alone after some of it', async () => {
    const { ask } = serverOf(async ({ body }) => {
      for await (const chunk of body) return Response.text(String(chunk.length))
      return Response.of(Code.BadRequest)
    })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) })
    await ask(Code.PUT, { block1: '2/1/16', payload: bytes(16) })
    const last = await ask(Code.PUT, { block1: '3/0/16', payload: bytes(16) })
    assert.equal(new TextDecoder().decode(last.payload), '16')
  })
})

describe('a body that is too long', () => {
  const limits = { body: 40, bodies: 100 }

  it('gets 4.13 with the most that is taken, once that is exceeded (RFC 7959 2.9.3)', async () => {
    const { ask } = serverOf(whole, { limits })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) })
    const refused = await ask(Code.PUT, { block1: '2/1/16', payload: bytes(16) })
    assert.equal(show(refused), '4.13 1:2/0/16')
    assert.equal(refused.options.get(Size1), 40)
  })

  it('gets 4.13 at once if it says so itself', async () => {
    const { ask } = serverOf(whole, { limits })
    const refused = await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16), with: (o) => o.set(Size1, 41) })
    assert.equal(formatCode(refused.code), '4.13')
  })

  it('is no matter for a handler that reads it as it comes', async () => {
    const { ask } = serverOf(
      async ({ body }) => {
        let length = 0
        for await (const chunk of body) length += chunk.length
        return Response.text(String(length))
      },
      { limits },
    )
    for (let number = 0; number < 100; number++) await ask(Code.PUT, { block1: `${number}/1/16`, payload: bytes(16) })
    const last = await ask(Code.PUT, { block1: '100/0/16', payload: bytes(1) })
    assert.equal(new TextDecoder().decode(last.payload), '1601')
  })

  it('leaves the others what they have: the longest unused makes room, and who then goes on gets 4.08', async () => {
    const refused: string[] = []
    const { ask } = serverOf(whole, { limits, refused: (limit) => refused.push(limit) })
    const peers = Array.from({ length: 4 }, (): Peer => ({ associations: [], identity: anonymous }))
    for (const peer of peers) {
      await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16), peer })
      await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16), peer })
    }
    const answers = []
    for (const peer of peers) answers.push(show(await ask(Code.PUT, { block1: '2/0/16', payload: bytes(1), peer })))
    assert.deepEqual(answers, ['4.08', '2.05 1:2/0/16', '2.05 1:2/0/16', '2.05 1:2/0/16'])
    assert.deepEqual(refused, ['bodies'])
  })

  it('of which there is no room at all gets 5.03 with Max-Age', async () => {
    const { ask } = serverOf(whole, { limits: { body: 1000, bodies: 20 } })
    await ask(Code.PUT, { block1: '0/1/16', payload: bytes(16) })
    const refused = await ask(Code.PUT, { block1: '1/1/16', payload: bytes(16) })
    assert.equal(formatCode(refused.code), '5.03')
    assert.equal(refused.options.get(MaxAge), 5)
  })
})
