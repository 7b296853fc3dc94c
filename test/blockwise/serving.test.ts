// What a server does with a response that is longer than a block.

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Request } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { Code } from '../../coap/src/message/code.ts'
import { Block2, ETag, Size2, UriPath } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { anonymous } from '../../coap/src/transport/identity.ts'
import type { Peer } from '../../coap/src/transport/transport.ts'
import { blockNamed, bytes, hour, serverOf, show, somebody, somebodyElse } from './server-side.ts'

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
