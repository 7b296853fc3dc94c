// What a server does with blocks, request by request.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Handler } from '../../handler/handler.ts'
import { Request } from '../../handler/request.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { Subject } from '../../handler/subject.ts'
import { blockOf, blockValue, describeBlock, sizeExponentOf } from '../../message/block.ts'
import { Code, formatCode } from '../../message/code.ts'
import {
  Block1,
  Block2,
  ContentFormatOption,
  ETag,
  IfNoneMatch,
  MaxAge,
  type Option,
  RequestTag,
  Size1,
  Size2,
  UriPath,
} from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { createContext, type TestContext } from '../../testing/context.ts'
import { anonymous } from '../../transport/identity.ts'
import type { Peer } from '../../transport/transport.ts'
import type { BlockwiseOptions } from './options.ts'
import { blockwiseServer } from './server.ts'

interface Asked {
  readonly block1?: string
  readonly block2?: string
  readonly payload?: Uint8Array
  readonly peer?: Peer
  readonly with?: (options: Options) => Options
}

const somebody: Peer = { associations: [], identity: anonymous }
const somebodyElse: Peer = { associations: [], identity: anonymous }
const hour = 3_600_000

/** A server with a handler; `ask` asks it as a client would. */
function serverOf(handler: Handler, options: BlockwiseOptions = {}) {
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

function blockNamed(text: string): number {
  const [number, more, size] = text.split('/') as [string, string, string]
  return blockValue(Number(number), more === '1', sizeExponentOf(Number(size)))
}

function blockText({ options }: Response, option: Option<number>): string | undefined {
  const block = blockOf(options, option)
  return block === undefined ? undefined : describeBlock(block)
}

function show(response: Response): string {
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

function bytes(length: number, first = 0): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (first + index * 7) & 255)
}

const whole: Handler = async ({ body }) => Response.bytes(await body.bytes())
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

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

describe('a response in blocks', () => {
  it('has an ETag, and says how long it is (RFC 7959 2.4, 4)', async () => {
    const { ask } = serverOf(() => Response.bytes(bytes(40)))
    const first = await ask(Code.GET, { block2: '0/0/16' })
    assert.equal(show(first), '2.05 2:0/1/16')
    assert.equal(first.options.get(Size2), 40)
    assert.equal(first.options.get(ETag)?.length, 8)
    const last = await ask(Code.GET, { block2: '2/0/16' })
    assert.deepEqual([show(last), last.payload.length], ['2.05 2:2/0/16', 8])
    assert.deepEqual(last.options.get(ETag), first.options.get(ETag))
  })

  it('is of the version that its first block was of; a new first block is of the newest (RFC 7959 2.4)', async () => {
    let version = 1
    const { ask } = serverOf(() => Response.bytes(new Uint8Array(40).fill(version)))
    await ask(Code.GET, { block2: '0/0/16' })
    version = 2
    assert.equal((await ask(Code.GET, { block2: '1/0/16' })).payload[0], 1)
    assert.equal((await ask(Code.GET, { block2: '0/0/16', peer: somebodyElse })).payload[0], 2)
    assert.equal((await ask(Code.GET, { block2: '2/0/16' })).payload[0], 1)
    assert.equal((await ask(Code.GET, { block2: '0/0/16' })).payload[0], 2)
    assert.equal((await ask(Code.GET, { block2: '1/0/16' })).payload[0], 2)
  })

  it('can be asked for from any block on: the handler is asked for what is not kept', async () => {
    const { ask } = serverOf(() => Response.bytes(bytes(40)))
    const second = await ask(Code.GET, { block2: '1/0/16' })
    assert.deepEqual([show(second), second.payload[0]], ['2.05 2:1/1/16', (16 * 7) & 255])
  })

  it('is no longer kept after EXCHANGE_LIFETIME; equal content has the same ETag then', async () => {
    let asked = 0
    const { ask, context } = serverOf(() => {
      asked++
      return Response.bytes(bytes(40))
    })
    const first = await ask(Code.GET, { block2: '0/0/16' })
    await context.clock.advance(hour)
    const second = await ask(Code.GET, { block2: '1/0/16' })
    assert.equal(asked, 2)
    assert.deepEqual(second.options.get(ETag), first.options.get(ETag))
  })

  it('to what is not safe cannot be made again: 4.08', async () => {
    const { ask, context } = serverOf(() => Response.bytes(bytes(40)))
    await ask(Code.POST, { block2: '0/0/16' })
    assert.equal(show(await ask(Code.POST, { block2: '1/0/16' })), '2.05 2:1/1/16')
    await context.clock.advance(hour)
    assert.equal(show(await ask(Code.POST, { block2: '2/0/16' })), '4.08')
  })

  it('ends: a block beyond it gets 4.00', async () => {
    const { ask } = serverOf(() => Response.bytes(bytes(32)))
    assert.equal(show(await ask(Code.GET, { block2: '1/0/16' })), '2.05 2:1/0/16')
    assert.equal(show(await ask(Code.GET, { block2: '2/0/16' })), '4.00')
  })

  it('that fits into one message is one, with a Block2 only where it was asked for', async () => {
    const { ask } = serverOf(() => Response.text('18.5'))
    assert.equal(show(await ask(Code.GET)), '2.05')
    assert.equal(show(await ask(Code.GET, { block2: '0/0/16' })), '2.05 2:0/0/16')
  })

  it('has one block for a group, and the others for who asks alone (RFC 7959 2.8)', async () => {
    const { layered, ask } = serverOf(() => Response.bytes(bytes(2000)))
    const options = new Options().add(UriPath, 'a')
    const first = await layered(new Request({ code: Code.GET, peer: somebody, multicast: true, options }))
    assert.equal(show(first), '2.05 2:0/1/1024')
    assert.equal(show(await ask(Code.GET, { block2: '1/0/1024' })), '2.05 2:1/0/1024')
  })

  it('shares its bytes with others that are given the same: they are kept once', async () => {
    const refused: string[] = []
    const content = bytes(60)
    const { ask } = serverOf(() => Response.bytes(content), {
      limits: { bodies: 100 },
      refused: (limit) => refused.push(limit),
    })
    const peers = Array.from({ length: 10 }, (): Peer => ({ associations: [], identity: anonymous }))
    for (const peer of peers) await ask(Code.GET, { block2: '0/0/16', peer })
    assert.deepEqual(refused, [])
  })
})

describe('a response whose body is a stream', () => {
  function producer(length: number) {
    const produced: number[] = []
    let stopped = 0
    const source = async function* (): AsyncGenerator<Uint8Array> {
      try {
        for (let at = 0; at < length; at += 10) {
          produced.push(at)
          yield bytes(Math.min(10, length - at), at * 7)
        }
      } finally {
        stopped++
      }
    }
    return { produced, source, stopped: () => stopped }
  }

  it('is produced as blocks are asked for', async () => {
    const { produced, source } = producer(50)
    const { ask } = serverOf(() => Response.stream(source(), { size: 50 }))
    const first = await ask(Code.GET, { block2: '0/0/16' })
    assert.deepEqual([show(first), first.options.get(Size2)], ['2.05 2:0/1/16', 50])
    assert.deepEqual(produced, [0, 10])
    assert.deepEqual((await ask(Code.GET, { block2: '1/0/16' })).payload, bytes(16, 16 * 7))
    assert.deepEqual(produced, [0, 10, 20, 30])
  })

  it('looks one chunk ahead where nobody says how long it is', async () => {
    const { source } = producer(32)
    const { ask } = serverOf(() => Response.stream(source()))
    assert.equal(show(await ask(Code.GET, { block2: '0/0/16' })), '2.05 2:0/1/16')
    assert.equal(show(await ask(Code.GET, { block2: '1/0/16' })), '2.05 2:1/0/16')
  })

  it('gives a block once more where it is asked for again, also in smaller blocks', async () => {
    const { source } = producer(64)
    const { ask } = serverOf(() => Response.stream(source(), { size: 64 }))
    await ask(Code.GET, { block2: '0/0/32' })
    const second = await ask(Code.GET, { block2: '1/0/32' })
    assert.deepEqual((await ask(Code.GET, { block2: '1/0/32' })).payload, second.payload)
    assert.deepEqual((await ask(Code.GET, { block2: '2/0/16' })).payload, bytes(16, 32 * 7))
    assert.deepEqual((await ask(Code.GET, { block2: '3/0/16' })).payload, bytes(16, 48 * 7))
  })

  it('begins anywhere if its source can', async () => {
    const offsets: number[] = []
    const source = async function* (offset: number): AsyncGenerator<Uint8Array> {
      offsets.push(offset)
      yield bytes(100 - offset, offset * 7)
    }
    const { ask } = serverOf(() => Response.stream(source, { size: 100, etag: Uint8Array.of(1) }))
    assert.deepEqual((await ask(Code.GET, { block2: '4/0/16' })).payload, bytes(16, 64 * 7))
    assert.deepEqual(offsets, [64])
  })

  it('is stopped when nobody asks for the rest', async () => {
    const { source, stopped } = producer(1000)
    const { ask, context } = serverOf(() => Response.stream(source(), { size: 1000 }))
    await ask(Code.GET, { block2: '0/0/16' })
    assert.equal(stopped(), 0)
    await context.clock.advance(hour)
    assert.equal(stopped(), 1)
  })

  it('that fits into one block is an ordinary response', async () => {
    const { source } = producer(10)
    const { ask } = serverOf(() => Response.stream(source()))
    const response = await ask(Code.GET)
    assert.deepEqual([response.payload, response.streams], [bytes(10), false])
  })
})

describe('an observed response', () => {
  const observing = new Options().add(UriPath, 'a')

  it('has notifications of one block each, of the size that the request asked for (RFC 7959 2.6)', async () => {
    const subject = new Subject()
    const { layered } = serverOf(() => Response.bytes(bytes(5)).observing(subject, () => Response.bytes(bytes(50))))
    const request = new Request({
      code: Code.GET,
      peer: somebody,
      options: observing.clone().set(Block2, blockNamed('0/0/32')),
    })
    const { observed } = await layered(request)
    const next = await observed?.again?.(request)
    let notification = next as Response
    for (const change of observed?.changes ?? []) notification = change(notification, { peer: somebody, request })
    assert.deepEqual([show(notification), notification.payload.length], ['2.05 2:0/1/32', 32])
    const rest = await layered(request.with({ options: observing.clone().set(Block2, blockNamed('1/0/32')) }))
    assert.deepEqual([show(rest), rest.payload.length], ['2.05 2:1/0/32', 18])
    assert.deepEqual(rest.options.get(ETag), notification.options.get(ETag))
  })

  it('adds nothing to an observer but what all share', async () => {
    const subject = new Subject()
    const { layered } = serverOf(() => Response.text('18.5').observing(subject))
    const [one, other] = await Promise.all([
      layered(new Request({ code: Code.GET, options: observing })),
      layered(new Request({ code: Code.GET, options: observing })),
    ])
    assert.equal(one?.observed?.changes, other?.observed?.changes)
  })

  it('is read whole for each notification where it streams', async () => {
    const subject = new Subject()
    const stream = (): Response =>
      Response.stream(
        (async function* () {
          yield bytes(20)
          yield bytes(20)
        })(),
      )
    const { layered } = serverOf(() => stream().observing(subject, stream))
    const { observed } = await layered(new Request({ code: Code.GET, options: observing, peer: somebody }))
    const next = await observed?.again?.(new Request({ code: Code.GET, options: observing }))
    assert.deepEqual([next?.streams, next?.payload.length], [false, 40])
  })

  it('is about the whole resource: a later block observes nothing', async () => {
    const subject = new Subject()
    const { layered } = serverOf(() => Response.bytes(bytes(50)).observing(subject))
    const later = await layered(
      new Request({ code: Code.GET, peer: somebody, options: observing.clone().set(Block2, blockNamed('1/0/16')) }),
    )
    assert.equal(later.observed, undefined)
  })
})
