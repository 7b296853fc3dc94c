// What a client with a cache is given without asking (RFC 7252 5.6.1), what is stored, and by which key.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Request, type RequestInit } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { cache, cacheDefaults } from '../../coap/src/layers/cache.ts'
import { Code, codeClass, type Method } from '../../coap/src/message/code.ts'
import {
  Accept,
  Block2,
  ContentFormatOption,
  Echo,
  ETag,
  IfMatch,
  IfNoneMatch,
  MaxAge,
  Observe,
  type Option,
  option,
  Size1,
  UriHost,
  UriPath,
  UriQuery,
} from '../../coap/src/message/option.ts'
import { opaque } from '../../coap/src/message/option-format.ts'
import { Options } from '../../coap/src/message/options.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import type { Peer } from '../../coap/src/transport/transport.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { bytes, chunks, names, seconds, text, url, world } from './world.ts'

describe('a fresh response', () => {
  test('is given without asking, in the same turn, with its age and what is left of its Max-Age (RFC 7252 5.6.1, 5.7.1)', async () => {
    const { ask, asked, context } = world(() => text('22.3 C', [MaxAge, 100]))
    const first = await ask()
    assert.deepEqual([first.age, first.options.get(MaxAge)], [undefined, 100])
    await context.clock.advance(29.5 * seconds)
    const second = ask()
    assert.ok(second instanceof Response)
    assert.deepEqual([second.code, await second.body.text(), second.contentFormat], [Code.Content, '22.3 C', 0])
    assert.deepEqual([second.age, second.options.get(MaxAge)], [30, 70])
    assert.equal(String(second.uri), url)
    assert.equal(asked.length, 1)
  })

  test('is fresh until its age is above its Max-Age, and for 60 seconds where it has none (5.10.5)', async () => {
    for (const [response, maxAge] of [[text('x'), 60], [text('x', [MaxAge, 5]), 5]] as const) {
      const { ask, asked, context } = world(() => response)
      await ask()
      await context.clock.advance(maxAge * seconds)
      assert.equal((await ask()).options.get(MaxAge), 0)
      assert.equal(asked.length, 1)
      await context.clock.advance(1)
      assert.equal((await ask()).age, undefined)
      assert.equal(asked.length, 2)
    } // biome-ignore format: short
  })

  test('with a Max-Age of 0 is not kept', async () => {
    const { ask, asked } = world(() => text('x', [MaxAge, 0]))
    await ask()
    await ask()
    assert.equal(asked.length, 2)
  })

  test("is each caller's own: who writes into it changes nothing that others are given", async () => {
    const { ask } = world(() => text('content'))
    for (let times = 0; times < 3; times++) {
      const response = await ask()
      assert.equal(await response.body.text(), 'content')
      assert.equal(response.options.has(ETag), false)
      response.payload.fill(0)
      response.options.set(ETag, [Uint8Array.of(1)])
    }
  })

  test('is told as 2.03 to a caller that has it by its ETag, and else given whole (5.10.6.2)', async () => {
    const { ask, asked } = world(() => text('x', [ETag, Uint8Array.of(1)], [MaxAge, 50]))
    await ask()
    const valid = await ask({}, [ETag, Uint8Array.of(2)], [ETag, Uint8Array.of(1)])
    assert.deepEqual([valid.code, valid.options.get(ETag), valid.payload.length], [Code.Valid, Uint8Array.of(1), 0])
    assert.deepEqual([valid.age, valid.options.get(MaxAge)], [0, 50])
    assert.equal((await ask({}, [ETag, Uint8Array.of(2)])).code, Code.Content)
    assert.equal(asked.length, 1)
  })

  test('is given up for a newer one, whatever that was asked for (5.6.1)', async () => {
    let state = 'old'
    const { ask, asked } = world(() => text(state))
    await ask()
    state = 'new'
    await ask({}, [Observe, 0])
    assert.equal(await (await ask()).body.text(), 'new')
    assert.equal(asked.length, 2)
    const unkept = world(() => (unkept.asked.length === 2 ? text('new', [MaxAge, 0]) : text('old')))
    await unkept.ask()
    await unkept.ask({}, [Observe, 0])
    await unkept.ask()
    assert.equal(unkept.asked.length, 3)
  })

  test('has neither Observe nor Echo, which were for the one request', async () => {
    const { ask } = world(() => text('x', [Observe, 5], [Echo, Uint8Array.of(1)]))
    await ask()
    const { options } = await ask()
    assert.deepEqual([options.has(Observe), options.has(Echo)], [false, false])
  })
})

describe('what is stored', () => {
  test('are 2.05 and errors, and no other code (RFC 7252 5.9)', async () => {
    for (const code of [...Object.values(Code), 0x5e, 0x9e, 0xbe].filter(
      (each) => codeClass(each) >= 2 && each < 0xe0,
    )) {
      if (code === Code.Valid) continue
      const { ask, asked } = world(() => Response.of(code, 'x'))
      await ask()
      await ask()
      assert.equal(asked.length, code === Code.Content || codeClass(code) > 2 ? 1 : 2, String(code))
    }
  })

  test('are errors for their Max-Age, unless they are not wanted', async () => {
    const failing = () => new Response({ code: Code.ServiceUnavailable, options: new Options().add(MaxAge, 10) })
    const { ask, asked, context } = world(failing)
    await ask()
    assert.deepEqual([(await ask()).code, (await ask()).age], [Code.ServiceUnavailable, 0])
    await context.clock.advance(10.1 * seconds)
    await ask()
    assert.equal(asked.length, 2)
    const without = world(failing, { errors: false })
    await without.ask()
    await without.ask()
    assert.equal(without.asked.length, 2)
  })

  test('is no stream, nor what was asked for with a condition, in blocks, from an offset, of a group', async () => {
    const responses: readonly [Response, Partial<RequestInit>?, ...(readonly [Option<never>, unknown])[]][] = [
      [Response.stream(chunks('x'))],
      [text('x'), {}, [IfMatch as Option<never>, new Uint8Array(0)]],
      [text('x'), {}, [IfNoneMatch as Option<never>, true]],
      [text('x'), {}, [Block2 as Option<never>, 0x10]],
      [text('x'), { transfer: { range: { start: 5 } } }],
      [text('x'), { multicast: true }],
      [text('x').with({ uri: CoapUri.parse('coap://192.0.2.7/a') })],
    ]
    for (const [response, init, ...more] of responses) {
      const { ask, asked } = world(() => response)
      await ask(init, ...more)
      await ask()
      assert.equal(asked.length, 2)
    }
  })

  test('takes no more than its bytes: what has not been used for longest goes first', async () => {
    const { ask, asked, context } = world(() => text('x'.repeat(1000)), { bytes: 5000 })
    const get = (name: string) => ask({ uri: CoapUri.parse(`coap://device.example/${name}`) })
    for (const name of ['a', 'b', 'c', 'a', 'd']) await get(name)
    assert.deepEqual(names(asked), ['a', 'b', 'c', 'd'])
    for (const name of ['a', 'c', 'd', 'b']) await get(name)
    assert.deepEqual(names(asked), ['a', 'b', 'c', 'd', 'b'])
    await context.clock.advance(61 * seconds)
    for (const name of ['d', 'c', 'a', 'b', 'd', 'c', 'e', 'd', 'c', 'b']) await get(name)
    assert.deepEqual(names(asked).slice(5), ['d', 'c', 'a', 'b', 'd', 'c', 'e', 'b'])
  })

  test('is bounded, however much is asked for: what does not fit alone is not stored', async () => {
    const { ask, asked } = world(({ uri }) => text('x'.repeat(Number(uri?.path[0]))), { bytes: 3000 })
    const get = (length: number) => ask({ uri: CoapUri.parse(`coap://device.example/${length}`) })
    await get(10)
    await get(5000)
    await get(5000)
    assert.equal((await get(10)).age, 0)
    assert.equal(asked.length, 3)
    const nothing = world(() => text('x'), { bytes: 0 })
    await nothing.ask()
    await nothing.ask()
    assert.equal(nothing.asked.length, 2)
  })

  test('a bound is a number of bytes', () => {
    assert.throws(() => cache({ bytes: Number.NaN }), { code: 'COAP_USAGE', message: /bytes/ })
    assert.equal(cacheDefaults.bytes, 8_388_608)
  })
})

describe('the cache key', () => {
  const part: Option<Uint8Array> = option(65_000, 'Part', opaque, [0, 8])
  const noPart: Option<Uint8Array> = option(65_052, 'NoPart', opaque, [0, 8]) // 65052 & 0x1e is 0x1c: NoCacheKey
  const uri = (text: string) => ({ uri: CoapUri.parse(text) })
  const requests: readonly [Method, Partial<RequestInit>, ...(readonly [Option<never>, unknown])[]][] = [
    ['GET', uri('coap://device.example/a')],
    ['GET', uri('coap://device.example/b')],
    ['GET', uri('coap://device.example/a?q')],
    ['GET', uri('coap://device.example/a?')],
    ['GET', uri('coap://device.example:61616/a')],
    ['GET', uri('coaps://device.example/a')],
    ['GET', uri('coap://other.example/a')],
    ['GET', uri(url), [Accept as Option<never>, 0]],
    ['GET', uri(url), [Accept as Option<never>, 50]],
    ['GET', uri(url), [UriHost as Option<never>, 'other.example']],
    ['GET', uri(url), [UriPath as Option<never>, 'c']],
    ['GET', uri(url), [UriQuery as Option<never>, 'q']],
    ['GET', uri(url), [part as Option<never>, Uint8Array.of(1)]],
    ['GET', uri(url), [part as Option<never>, Uint8Array.of(1, 2)]],
    ['GET', { ...uri(url), payload: bytes('x') }],
    ['FETCH', uri(url)],
    ['FETCH', { ...uri(url), payload: bytes('x') }, [ContentFormatOption as Option<never>, 0]],
    ['FETCH', { ...uri(url), payload: bytes('y') }, [ContentFormatOption as Option<never>, 0]],
    ['FETCH', { ...uri(url), payload: bytes('x'.repeat(3000)) }, [ContentFormatOption as Option<never>, 0]],
    ['FETCH', { ...uri(url), payload: bytes(`${'x'.repeat(2999)}y`) }, [ContentFormatOption as Option<never>, 0]],
  ]

  test('has who is asked, resource, method, the options that are part of it, and the body of a FETCH (RFC 7252 5.6, RFC 8132 2)', async () => {
    let count = 0
    const { ask, asked } = world(() => text(String(count++)))
    for (const [method, init, ...more] of requests) await ask({ code: Code[method], ...init }, ...more)
    assert.equal(asked.length, requests.length)
    for (const [index, [method, init, ...more]] of requests.entries()) {
      assert.equal(await (await ask({ code: Code[method], ...init }, ...more)).body.text(), String(index))
    }
    assert.equal(asked.length, requests.length)
  })

  test('has no option that is marked so, nor the token, nor how it is sent (5.4.2)', async () => {
    const { ask, asked } = world(() => text('x'))
    await ask()
    const without = [
      [noPart, Uint8Array.of(1)],
      [Size1, 5],
      [Echo, Uint8Array.of(7)],
    ] as const
    for (const each of without) await ask({}, each as never)
    await ask({ token: Uint8Array.of(1), confirmable: false })
    assert.equal(asked.length, 1)
  })

  test('has whom it is for: what peers answer is not mixed, even at the same URI', async () => {
    const { ask, asked } = world((request) => text(request.peer === one ? 'one' : 'other'))
    const one: Peer = { associations: [], identity: { method: 'none' } }
    const other: Peer = { associations: [], identity: { method: 'none' } }
    for (let times = 0; times < 2; times++) {
      assert.equal(await (await ask({ peer: one })).body.text(), 'one')
      assert.equal(await (await ask({ peer: other })).body.text(), 'other')
    }
    assert.equal(asked.length, 2)
  })

  test('is not that of another client: each has a store of its own', async () => {
    const layer = cache()
    const context = createContext(1)
    const request = new Request({ code: Code.GET, uri: CoapUri.parse(url) })
    let count = 0
    for (let clients = 0; clients < 2; clients++) await layer(() => text(String(count++)), context)(request)
    assert.equal(count, 2)
  })
})
