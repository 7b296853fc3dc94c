// What is stored and not fresh: it is validated, made stale by changes, and brought up to date by notifications.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Response } from '../../coap/src/handler/response.ts'
import { Code, type Method } from '../../coap/src/message/code.ts'
import {
  Accept,
  ETag,
  LocationPath,
  LocationQuery,
  MaxAge,
  Observe,
  type Option,
  option,
  UriPath,
} from '../../coap/src/message/option.ts'
import { opaque } from '../../coap/src/message/option-format.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { bytes, chunks, response, seconds, text, url, world } from './world.ts'

describe('a response that is not fresh', () => {
  test('is validated by its ETag, and fresh again for the Max-Age of the 2.03, whose options it takes over (5.6.2, 5.9.1.3)', async () => {
    const elective: Option<Uint8Array> = option(65_000, 'Elective', opaque, [0, 8])
    const unsafe: Option<Uint8Array> = option(65_002, 'Unsafe', opaque, [0, 8])
    const tag = Uint8Array.of(1)
    const { ask, asked, context, answer } = world()
    answer(text('content', [ETag, tag], [MaxAge, 10], [elective, Uint8Array.of(1)], [unsafe, Uint8Array.of(1)]))
    await ask()
    await context.clock.advance(11 * seconds)
    answer(response(Code.Valid, [ETag, tag], [MaxAge, 20], [elective, Uint8Array.of(2)], [unsafe, Uint8Array.of(2)]))
    const validated = await ask()
    assert.deepEqual(asked[1]?.options.getAll(ETag), [tag])
    assert.deepEqual([validated.code, await validated.body.text()], [Code.Content, 'content'])
    assert.deepEqual([validated.age, validated.options.get(MaxAge), validated.contentFormat], [undefined, 20, 0])
    await context.clock.advance(15 * seconds)
    const fresh = await ask()
    assert.deepEqual([fresh.age, fresh.options.get(MaxAge), await fresh.body.text()], [15, 5, 'content'])
    assert.deepEqual(fresh.options.getAll(elective), [Uint8Array.of(2)])
    assert.deepEqual(fresh.options.getAll(unsafe), [Uint8Array.of(1)])
    assert.equal(asked.length, 2)
    await context.clock.advance(10 * seconds)
    answer(response(Code.Valid, [ETag, tag])) // 60 seconds
    await ask()
    await context.clock.advance(60 * seconds)
    assert.equal((await ask()).options.get(MaxAge), 0)
    assert.equal(asked.length, 3)
  })

  test('is one of several that may be current again: their ETags are all offered, the newest first, four at most', async () => {
    const { ask, asked, context, answer } = world()
    for (const state of [1, 2, 3, 4, 5]) {
      answer(text(`state ${state}`, [ETag, Uint8Array.of(state)], [MaxAge, 0]))
      await ask()
    }
    answer(response(Code.Valid, [ETag, Uint8Array.of(3)], [MaxAge, 10]))
    assert.equal(await (await ask()).body.text(), 'state 3')
    assert.deepEqual(
      asked.at(-1)?.options.getAll(ETag),
      [5, 4, 3, 2].map((state) => Uint8Array.of(state)),
    )
    assert.equal(await (await ask()).body.text(), 'state 3')
    await context.clock.advance(11 * seconds)
    answer(text('state 6', [ETag, Uint8Array.of(6)]))
    await ask()
    assert.deepEqual(
      asked.at(-1)?.options.getAll(ETag),
      [3, 5, 4, 2].map((state) => Uint8Array.of(state)),
    )
  })

  test('is replaced by any other answer, error or not, and is not given in place of it', async () => {
    const { ask, context, answer } = world()
    answer(text('old', [ETag, Uint8Array.of(1)]))
    await ask()
    await context.clock.advance(61 * seconds)
    answer(response(Code.NotFound))
    assert.equal((await ask()).code, Code.NotFound)
    assert.equal((await ask()).code, Code.NotFound)
    await context.clock.advance(61 * seconds)
    answer(text('new'))
    assert.equal(await (await ask()).body.text(), 'new')
  })

  test('is not given where nobody answers: the request fails', async () => {
    const { ask, context, answer } = world()
    answer(text('old', [ETag, Uint8Array.of(1)]))
    await ask()
    await context.clock.advance(61 * seconds)
    answer(new Error('no answer'))
    await assert.rejects(async () => ask(), /no answer/)
  })

  test('cannot be validated if it is an error (5.9.2)', async () => {
    const { ask, asked, context, answer } = world()
    answer(response(Code.NotFound, [ETag, Uint8Array.of(1)]))
    await ask()
    await context.clock.advance(61 * seconds)
    await ask()
    assert.equal(asked[1]?.options.has(ETag), false)
  })

  test('is 2.03 for a caller that has the representation itself; what only the cache has it is given whole', async () => {
    const { ask, asked, context, answer } = world()
    answer(text('one', [ETag, Uint8Array.of(1)]))
    await ask()
    await context.clock.advance(61 * seconds)
    answer(response(Code.Valid, [ETag, Uint8Array.of(9)]))
    assert.equal((await ask({}, [ETag, Uint8Array.of(9)])).code, Code.Valid)
    assert.deepEqual(asked[1]?.options.getAll(ETag), [Uint8Array.of(9), Uint8Array.of(1)])
    answer(response(Code.Valid, [ETag, Uint8Array.of(1)]))
    const whole = await ask({}, [ETag, Uint8Array.of(9)])
    assert.deepEqual([whole.code, await whole.body.text()], [Code.Content, 'one'])
  })
})

describe('a request that changes something', () => {
  const changed: readonly [Method, Response][] = [
    ['PUT', response(Code.Changed)],
    ['PUT', response(Code.Created)],
    ['POST', response(Code.Changed)],
    ['POST', response(Code.Created)],
    ['POST', response(Code.Deleted)],
    ['DELETE', response(Code.Deleted)],
    ['PATCH', response(Code.Changed)],
    ['iPATCH', response(Code.Changed)],
    ['iPATCH', response(Code.InternalServerError)],
  ]

  test('makes what is stored of the resource stale, by whatever method and query it was asked for (RFC 7252 5.9.1, RFC 8132 3)', async () => {
    for (const [method, answered] of changed) {
      const { ask, asked } = world(({ code }) => (code === Code.GET || code === Code.FETCH ? text('x') : answered))
      const readers = [
        () => ask(),
        () => ask({ uri: CoapUri.parse(`${url}?q`) }),
        () => ask({}, [Accept, 0]),
        () => ask({ code: Code.FETCH, payload: bytes('x') }),
        () => ask({ uri: CoapUri.parse('coap://device.example/') }, [UriPath, 'a']),
      ]
      for (const read of readers) await read()
      await ask({ code: Code[method] })
      for (const read of readers) await read()
      assert.equal(asked.length, 2 * readers.length + 1)
    }
  })

  test('is validated afterwards as ever: stale is not lost', async () => {
    const tag = Uint8Array.of(1)
    const { ask, asked, answer } = world()
    answer(text('content', [ETag, tag]))
    await ask()
    answer(response(Code.Changed))
    await ask({ code: Code.PUT })
    answer(response(Code.Valid, [ETag, tag]))
    assert.equal(await (await ask()).body.text(), 'content')
    assert.deepEqual(asked[2]?.options.getAll(ETag), [tag])
  })

  test('and was refused has changed nothing, and other resources stay fresh', async () => {
    const { ask, asked } = world(({ code }) => (code === Code.GET ? text('x') : response(Code.Forbidden)))
    const other = { uri: CoapUri.parse('coap://device.example/a/b') }
    await ask()
    await ask(other)
    await ask({ code: Code.PUT })
    await ask()
    await ask(other)
    assert.equal(asked.length, 3)
  })

  test('and got no answer may have changed it', async () => {
    const { ask, asked, answer } = world()
    answer(text('x'))
    await ask()
    answer(new Error('no answer'))
    await assert.rejects(async () => ask({ code: Code.PUT }), /no answer/)
    answer(text('x'))
    await ask()
    assert.equal(asked.length, 3)
  })

  test('makes stale what its Location-Path and Location-Query name, too (5.9.1.1, 5.10.7)', async () => {
    const created = response(Code.Created, [LocationPath, 'b'], [LocationPath, 'c'], [LocationQuery, 'q'])
    const { ask, asked } = world(({ code }) => (code === Code.GET ? text('x') : created))
    const made = { uri: CoapUri.parse('coap://device.example/b/c?q') }
    await ask(made)
    await ask({ code: Code.POST })
    await ask(made)
    assert.equal(asked.length, 3)
  })

  test('makes stale what is on its way meanwhile: it may be older', async () => {
    const held: ((response: Response) => void)[] = []
    const { ask, asked } = world(({ code }) =>
      code === Code.GET ? new Promise<Response>((resolve) => held.push(resolve)) : response(Code.Changed),
    )
    const reading = ask()
    await ask({ code: Code.PUT })
    held.shift()?.(text('old'))
    assert.equal(await (await reading).body.text(), 'old')
    const again = ask()
    held.shift()?.(text('new'))
    assert.equal(await (await again).body.text(), 'new')
    assert.equal(await (await ask()).body.text(), 'new')
    assert.equal(asked.length, 3)
  })

  test('makes stale what is validated meanwhile, too', async () => {
    const tag: readonly [typeof ETag, Uint8Array] = [ETag, Uint8Array.of(1)]
    const held: ((response: Response) => void)[] = []
    const { ask, asked, context } = world(({ code, options }) => {
      if (code !== Code.GET) return response(Code.Changed)
      return options.has(ETag) ? new Promise<Response>((resolve) => held.push(resolve)) : text('old', tag)
    })
    await ask()
    await context.clock.advance(61 * seconds)
    const validated = ask()
    await ask({ code: Code.PUT })
    held.shift()?.(response(Code.Valid, tag))
    assert.equal(await (await validated).body.text(), 'old')
    const again = ask()
    held.shift()?.(text('new'))
    assert.equal(await (await again).body.text(), 'new')
    assert.equal(asked.length, 4)
  })
})

describe('an observation', () => {
  test('keeps what is stored up to date (RFC 7641 3.3)', async () => {
    const { ask, asked, context, answer } = world()
    answer(text('0').with({ notifications: chunks(text('1'), text('2', [MaxAge, 5]), response(Code.NotFound)) }))
    const { notifications } = await ask({}, [Observe, 0])
    assert.equal(await (await ask()).body.text(), '0')
    const reader = (notifications as AsyncIterable<Response>)[Symbol.asyncIterator]()
    await context.clock.advance(59 * seconds)
    await reader.next()
    assert.deepEqual([await (await ask()).body.text(), (await ask()).age], ['1', 0])
    await reader.next()
    assert.equal(await (await ask()).body.text(), '2')
    await context.clock.advance(4 * seconds)
    assert.equal((await ask()).options.get(MaxAge), 1)
    await reader.next()
    assert.equal((await ask()).code, Code.NotFound)
    assert.equal((await reader.next()).done, true)
    assert.equal(asked.length, 1)
  })

  test('is asked for even where there is a fresh response, with the ETags of what is stored; 2.03 stands for these (3.3.2)', async () => {
    const { ask, asked, answer } = world()
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)]
    answer(text('one', [ETag, one]))
    await ask()
    const after = [text('two', [ETag, two]), response(Code.Valid, [ETag, one]), response(Code.Valid, [ETag, two])]
    answer(response(Code.Valid, [ETag, one]).with({ notifications: chunks(...after) }))
    const first = await ask({}, [Observe, 0])
    assert.deepEqual(asked[1]?.options.getAll(ETag), [one])
    const seen = [first]
    for await (const each of first.notifications ?? []) seen.push(each)
    const shown = seen.map(({ code, payload }) => [code, new TextDecoder().decode(payload)])
    assert.deepEqual(shown, [
      [Code.Content, 'one'],
      [Code.Content, 'two'],
      [Code.Content, 'one'],
      [Code.Valid, ''], // it was not offered
    ])
    answer(text('three'))
    assert.equal(await (await ask()).body.text(), 'three')
  })

  test('whose reader leaves is left', async () => {
    const { ask, answer } = world()
    const notifications = chunks(text('1'), text('2'))
    answer(text('0').with({ notifications }))
    for await (const _each of (await ask({}, [Observe, 0])).notifications ?? []) break
    assert.equal(notifications.left, true)
  })
})
