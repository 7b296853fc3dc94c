import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Handler } from '../handler/handler.ts'
import { Request, type RequestInit } from '../handler/request.ts'
import { Response, ResponseError } from '../handler/response.ts'
import { Subject } from '../handler/subject.ts'
import { Code, type Method } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import {
  Accept,
  ContentFormatOption,
  ETag,
  IfMatch,
  IfNoneMatch,
  MaxAge,
  option,
  Size2,
  UriPath,
} from '../message/option.ts'
import { opaque } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import { Router } from '../server/router.ts'
import { createContext } from '../testing/context.ts'
import { type ConditionalOptions, conditional, conditionalDefaults } from './conditional.ts'
import { contentTag } from './content-tag.ts'
import { criticalOptions } from './critical-options.ts'

const tagA = Uint8Array.of(0xa)
const tagB = Uint8Array.of(0xb, 0xb)
const changing = ['PUT', 'POST', 'DELETE', 'PATCH', 'iPATCH'] as const

describe('If-Match', () => {
  test('lets every method that changes something pass where an ETag is that of the current representation', async () => {
    const { ask, store, done } = shelf()
    for (const method of changing) {
      store.set('a', tagA)
      assert.equal((await ask(method, 'a', [IfMatch, tagB], [IfMatch, tagA])).code, Code.Changed)
    }
    assert.deepEqual(done, changing)
  })

  test('gives 4.12 where no ETag is that of the current representation, and the method is not performed', async () => {
    const { ask, store, done } = shelf()
    store.set('a', tagA)
    for (const method of changing) {
      const refused = await ask(method, 'a', [IfMatch, tagB], [IfMatch, Uint8Array.of(0xa, 0)])
      assert.equal(refused.code, Code.PreconditionFailed)
    }
    assert.deepEqual(done, [])
  })

  test('gives 4.12 where the resource does not exist, also without a value', async () => {
    const { ask, done } = shelf()
    assert.equal((await ask('PUT', 'a', [IfMatch, tagA])).code, Code.PreconditionFailed)
    assert.equal((await ask('PUT', 'a', [IfMatch, new Uint8Array(0)])).code, Code.PreconditionFailed)
    assert.deepEqual(done, [])
  })

  test('without a value holds for any representation', async () => {
    const { ask, store } = shelf()
    store.set('a', tagB)
    assert.equal((await ask('PUT', 'a', [IfMatch, new Uint8Array(0)])).code, Code.Changed)
  })

  test('means the tag of the content where the handler gives no ETag', async () => {
    let content = 'one'
    const router = new Router()
      .get('/a', () => Response.text(content))
      .put('/a', (request) => {
        content = new TextDecoder().decode(request.payload)
        return Response.of(Code.Changed)
      })
    const ask = asking(router)
    const one = contentTag(bytes('one'))
    assert.equal((await ask('PUT', 'a', { payload: bytes('two') }, [IfMatch, one])).code, Code.Changed)
    assert.equal((await ask('PUT', 'a', { payload: bytes('three') }, [IfMatch, one])).code, Code.PreconditionFailed)
    assert.equal(content, 'two')
  })

  test('is met by the representation in the format of the request, if not by the one that GET gives first', async () => {
    const router = new Router()
      .get('/a', ({ accept }) => (accept === ContentFormat.cbor ? Response.cbor(1) : Response.json(1)))
      .put('/a', () => Response.of(Code.Changed))
    const ask = asking(router)
    const tag = contentTag(Response.cbor(1).payload)
    assert.equal((await ask('PUT', 'a', [IfMatch, tag], [ContentFormatOption, 60])).code, Code.Changed)
    assert.equal((await ask('PUT', 'a', [IfMatch, tag], [Accept, 60])).code, Code.Changed)
    assert.equal((await ask('PUT', 'a', [IfMatch, tag])).code, Code.PreconditionFailed)
    assert.equal((await ask('PUT', 'a', [IfMatch, tag], [ContentFormatOption, 40])).code, Code.PreconditionFailed)
  })

  test('of a stream without an ETag is met by none but the empty value; the stream is given back unread', async () => {
    let closed = 0
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async (): Promise<never> => assert.fail('it was read'),
        return: async () => {
          closed++
          return { done: true as const, value: undefined }
        },
      }),
    }
    const router = new Router().get('/a', () => Response.stream(source)).delete('/a', () => Response.of(Code.Deleted))
    const ask = asking(router)
    assert.equal((await ask('DELETE', 'a', [IfMatch, tagA])).code, Code.PreconditionFailed)
    assert.equal((await ask('DELETE', 'a', [IfMatch, new Uint8Array(0)])).code, Code.Deleted)
    assert.equal(closed, 2)
  })

  test('in GET and FETCH is about the state of the resource', async () => {
    const router = new Router()
      .get('/a', () => tagged(Response.text('whole'), tagA))
      .fetch('/a', () => tagged(Response.text('part'), tagB))
    const ask = asking(router)
    assert.equal((await ask('FETCH', 'a', [IfMatch, tagA])).code, Code.Content)
    assert.equal((await ask('FETCH', 'a', [IfMatch, tagB])).code, Code.PreconditionFailed)
    assert.equal((await ask('GET', 'a', [IfMatch, tagA])).code, Code.Content)
    assert.equal((await ask('GET', 'a', [IfMatch, tagB])).code, Code.PreconditionFailed)
  })
})

describe('If-None-Match', () => {
  test('lets a resource be made that is not there, once', async () => {
    const { ask, done } = shelf()
    assert.equal((await ask('PUT', 'a', [IfNoneMatch, true])).code, Code.Changed)
    assert.equal((await ask('PUT', 'a', [IfNoneMatch, true])).code, Code.PreconditionFailed)
    assert.deepEqual(done, ['PUT'])
  })

  test('together with If-Match never holds', async () => {
    const { ask, store, done } = shelf()
    assert.equal((await ask('PUT', 'a', [IfNoneMatch, true], [IfMatch, tagA])).code, Code.PreconditionFailed)
    store.set('a', tagA)
    assert.equal((await ask('PUT', 'a', [IfNoneMatch, true], [IfMatch, tagA])).code, Code.PreconditionFailed)
    assert.deepEqual(done, [])
  })

  test('sees a 4.04 that the handler of GET throws, at once or later', async () => {
    const notFound = new ResponseError(Response.of(Code.NotFound))
    const handlers: readonly Handler[] = [
      () => { throw notFound },
      async () => { throw notFound },
    ] // biome-ignore format: a table
    for (const get of handlers) {
      const ask = asking(new Router().get('/a', get).put('/a', () => Response.of(Code.Created)))
      assert.equal((await ask('PUT', 'a', [IfNoneMatch, true])).code, Code.Created)
    }
  })
})

describe('a condition', () => {
  test('on what cannot be read with GET is refused as an option that nobody understands', async () => {
    let done = 0
    const router = new Router().put('/a', () => {
      done++
      return Response.of(Code.Changed)
    })
    for (const condition of [
      [IfMatch, tagA],
      [IfNoneMatch, true],
    ] as const) {
      const refused = await asking(router)('PUT', 'a', condition)
      assert.equal(refused.code, Code.BadOption)
      assert.match(new TextDecoder().decode(refused.payload), /cannot be read with GET/)
    }
    assert.equal(done, 0)
  })

  test('is not passed over where GET says nothing about it: its answer is given', async () => {
    for (const code of [Code.Forbidden, Code.Unauthorized, Code.ServiceUnavailable]) {
      const router = new Router()
        .get('/a', () => Response.of(code))
        .put('/a', () => assert.fail('it was performed without a check'))
      assert.equal((await asking(router)('PUT', 'a', [IfNoneMatch, true])).code, code)
      assert.equal((await asking(router)('PUT', 'a', [IfMatch, tagA])).code, code)
    }
  })

  test('whose check fails makes the request fail', async () => {
    const failing: Handler = () => {
      throw new TypeError('the disk is full')
    }
    const router = new Router().get('/a', failing).put('/a', () => assert.fail('it was performed without a check'))
    await assert.rejects(async () => asking(router)('PUT', 'a', [IfMatch, tagA]), /the disk is full/)
  })

  test('that is malformed gets 4.02, and the method is not performed', async () => {
    const { ask, store, done } = shelf()
    store.set('a', tagA)
    const longer = option(1, 'longer', opaque, [0, 20], true)
    const valued = option(5, 'valued', opaque, [0, 20], true)
    for (const malformed of [
      [[longer, new Uint8Array(9)]],
      [[longer, tagA], [longer, new Uint8Array(9)]],
      [[valued, new Uint8Array(1)]],
      [[valued, new Uint8Array(0)], [valued, new Uint8Array(0)]],
    ] as const) // biome-ignore format: a table
      assert.equal((await ask('PUT', 'a', ...malformed)).code, Code.BadOption)
    assert.deepEqual(done, [])
  })

  test('does not reach the handlers; GET is asked for the resource alone, and other options reach it', async () => {
    const seen: string[] = []
    const elective = option(65_002, 'Elective', opaque, [0, 4])
    const handler: Handler = ({ code, options, payload, multicast }) => {
      seen.push(`${code}: ${[...options].map(({ number }) => number).join(' ')}, ${payload.length}, ${multicast}`)
      return code === Code.GET ? tagged(Response.text(''), tagA) : Response.of(Code.Changed)
    }
    const options = new Options().add(IfMatch, tagA).add(UriPath, 'a').add(ContentFormatOption, 0)
    const init = { code: Code.PUT, options: options.add(elective, tagA), payload: bytes('x'), multicast: true }
    await conditional()(handler, createContext(1))(new Request(init))
    assert.deepEqual(seen, ['1: 11 65002, 0, false', '3: 11 12 65002, 1, true'])
  })

  test('is dealt with: inside of the layer it is no option that nobody understands', () => {
    assert.deepEqual(conditional().understands, [IfMatch, IfNoneMatch])
  })
})

describe('check and act are one step', () => {
  test('of two updates of the same version one is performed, however long the handlers take', async () => {
    const { ask, store, done, go } = slowShelf()
    store.set('a', tagA)
    const updates = [ask('PUT', 'a', [IfMatch, tagA]), ask('PUT', 'a', [IfMatch, tagA])]
    await go()
    const codes = (await Promise.all(updates)).map(({ code }) => code)
    assert.deepEqual(codes, [Code.Changed, Code.PreconditionFailed])
    assert.deepEqual(done, ['PUT'])
  })

  test('an update without a condition does not come between, neither one that began before', async () => {
    const { ask, store, done, go } = slowShelf()
    store.set('a', tagA)
    const first = ask('POST', 'a')
    const conditional = ask('PUT', 'a', [IfMatch, tagA])
    const last = ask('DELETE', 'a')
    await go()
    assert.equal((await first).code, Code.Changed)
    assert.equal((await conditional).code, Code.PreconditionFailed)
    assert.equal((await last).code, Code.Changed)
    assert.deepEqual(done, ['POST', 'DELETE'])
  })

  test('an update without a condition waits for one with a condition, also where that had to wait itself', async () => {
    const { ask, store, done, going, go } = slowShelf()
    store.set('a', tagA)
    const first = ask('POST', 'a')
    const second = ask('PUT', 'a', [IfMatch, new Uint8Array(0)])
    await go(1)
    assert.deepEqual([done, going()], [['POST'], 2])
    const last = ask('DELETE', 'a')
    await go(0)
    assert.equal(going(), 2)
    await go()
    for (const { code } of await Promise.all([first, second, last])) assert.equal(code, Code.Changed)
    assert.deepEqual(done, ['POST', 'PUT', 'DELETE'])
  })

  test('updates without conditions, and those of other resources, run side by side', async () => {
    const { ask, going, go, store } = slowShelf()
    store.set('a', tagA)
    store.set('b', tagB)
    const asked = [ask('POST', 'a'), ask('POST', 'a'), ask('PUT', 'b', [IfMatch, tagB])]
    for (let turns = 0; turns < 10; turns++) await Promise.resolve() // the state is asked for
    assert.equal(going(), 3)
    await go()
    for (const { code } of await Promise.all(asked)) assert.equal(code, Code.Changed)
  })

  test('who waits goes on when the one before fails', async () => {
    let times = 0
    const router = new Router()
      .get('/a', () => tagged(Response.text(''), tagA))
      .put('/a', async () => {
        if (++times === 1) throw new TypeError('the valve is stuck')
        return Response.of(Code.Changed)
      })
    const ask = asking(router)
    const [first, second] = [ask('PUT', 'a', [IfMatch, tagA]), ask('PUT', 'a', [IfMatch, tagA])]
    await assert.rejects(async () => first, /stuck/)
    assert.equal((await second).code, Code.Changed)
  })

  test('so many wait for one resource, and more get 5.03 (RFC 8132 3.4)', async () => {
    const { ask, go, store, done } = slowShelf({ waiting: 2 })
    store.set('a', tagA)
    const asked = [ask('PUT', 'a', [IfMatch, tagA]), ask('PUT', 'a'), ask('PUT', 'a')]
    const refused = await ask('PUT', 'a')
    assert.equal(refused.code, Code.ServiceUnavailable)
    assert.equal(refused.options.get(MaxAge), 1)
    await go()
    await Promise.all(asked)
    assert.equal(done.length, 3)
    const later = ask('PUT', 'a', [IfNoneMatch, true]) // nothing is left of it
    await go()
    assert.equal((await later).code, Code.PreconditionFailed)
  })

  test('a number of waiting requests is a whole number', () => {
    assert.throws(() => conditional({ waiting: -1 }), { code: 'COAP_USAGE', message: /waiting/ })
    assert.throws(() => conditional({ etag: 'x' as never }), { code: 'COAP_USAGE', message: /'asked' or 'always'/ })
    assert.equal(conditionalDefaults.waiting, 64)
  })
})

describe('an ETag in a request', () => {
  const router = new Router()
    .get('/tagged', () => {
      const response = tagged(Response.text('content'), tagA)
      return response.with({ options: response.options.clone().set(Size2, 7) })
    })
    .fetch('/tagged', ({ payload }) => tagged(Response.text('content'), payload))
    .get('/untagged', () => Response.text('content'))
    .get('/error', () => Response.diagnostic(Code.NotFound, 'content'))
  const ask = asking(router)

  test('that is the current one gets 2.03 with it and no payload', async () => {
    for (const response of [
      await ask('GET', 'tagged', [ETag, tagB], [ETag, tagA]),
      await ask('FETCH', 'tagged', { payload: tagA }, [ETag, tagB], [ETag, tagA]),
    ]) {
      assert.equal(response.code, Code.Valid)
      assert.deepEqual(response.options.getAll(ETag), [tagA])
      assert.equal(response.payload.length, 0)
      assert.equal(response.contentFormat, 0)
      assert.equal(response.options.has(Size2), false)
    }
  })

  test('that is not current gets the content, with its ETag', async () => {
    for (const [path, tag] of [['tagged', tagA], ['untagged', contentTag(bytes('content'))]] as const) {
      const response = await ask('GET', path, [ETag, tagB])
      assert.equal(response.code, Code.Content)
      assert.equal(await response.body.text(), 'content')
      assert.deepEqual(response.options.getAll(ETag), [tag])
    } // biome-ignore format: short
  })

  test('of content whose handler gave none is made of the content', async () => {
    const response = await ask('GET', 'untagged', [ETag, contentTag(bytes('content'))])
    assert.equal(response.code, Code.Valid)
    assert.deepEqual(response.options.getAll(ETag), [contentTag(bytes('content'))])
  })

  test('does nothing to an error, nor to methods that change something', async () => {
    const response = await ask('GET', 'error', [ETag, contentTag(bytes('content'))])
    assert.equal(response.code, Code.NotFound)
    assert.equal(response.options.has(ETag), false)
    const { ask: other, store } = shelf()
    store.set('a', tagA)
    assert.equal((await other('PUT', 'a', [ETag, tagA])).code, Code.Changed)
  })

  test('of a stream is compared without reading it', async () => {
    const source = () => assert.fail('it was read')
    const streams = new Router().get('/a', () => Response.stream(source, { etag: tagA, size: 5 }))
    const valid = await asking(streams)('GET', 'a', [ETag, tagA])
    assert.equal(valid.code, Code.Valid)
    assert.equal(valid.streams, false)
    assert.equal((await asking(streams)('GET', 'a', [ETag, tagB])).streams, true)
  })

  test('is not given to who names none, unless it is wanted in all responses', async () => {
    assert.equal((await ask('GET', 'untagged')).options.has(ETag), false)
    const always = await asking(router, { etag: 'always' })('GET', 'untagged')
    assert.deepEqual(always.options.getAll(ETag), [contentTag(bytes('content'))])
    const own = await asking(router, { etag: 'always' })('GET', 'tagged')
    assert.deepEqual(own.options.getAll(ETag), [tagA])
  })

  test('of an observer makes notifications 2.03 too, and costs a response that is given again and again nothing', async () => {
    const subject = new Subject()
    const shared = tagged(Response.text('content'), tagA).observing(subject)
    const shows = asking(() => shared)
    for (let count = 0; count < 3; count++) await shows('GET', 'a', [ETag, tagA])
    assert.equal(shared.observed?.changes.length, 0)
    const observe = new Options().add(ETag, tagA).add(option(6, 'Observe', opaque, [0, 3]), new Uint8Array(0))
    const request = new Request({ code: Code.GET, options: observe })
    const response = (await conditional()(() => shared, createContext(1))(request)) as Response
    assert.equal(response.code, Code.Valid)
    const [change, ...others] = response.observed?.changes ?? []
    assert.equal(others.length, 0)
    const recipient = { peer: request.correspondent, request }
    assert.equal(change?.(shared, recipient).code, Code.Valid)
    const other = change?.(tagged(Response.text('other'), tagB), recipient)
    assert.equal(other?.code, Code.Content)
  })
})

/** Things with an ETag each; whoever changes one gives it another ETag. */
function shelf(options?: ConditionalOptions) {
  const store = new Map<string, Uint8Array>()
  const done: Method[] = []
  const change =
    (method: Method) =>
    (_request: Request, { name }: { readonly name: string }) => {
      done.push(method)
      store.set(name, Uint8Array.of(1, done.length))
      return Response.of(Code.Changed)
    }
  const router = new Router().get('/:name', (_request, { name }) => {
    const tag = store.get(name)
    return tag === undefined ? Response.of(Code.NotFound) : tagged(Response.text(name), tag)
  })
  router.put('/:name', change('PUT')).post('/:name', change('POST')).delete('/:name', change('DELETE'))
  router.patch('/:name', change('PATCH')).ipatch('/:name', change('iPATCH'))
  return { store, done, router, ask: asking(router, options) }
}

/** The same, where what changes something is done when `go` says so. */
function slowShelf(options?: ConditionalOptions) {
  const { store, done, router } = shelf()
  const held: (() => void)[] = []
  let going = 0
  const slow: Handler = async (request) => {
    if (request.code === Code.GET) return router.handle(request)
    going++
    await new Promise<void>((resolve) => held.push(resolve))
    return router.handle(request)
  }
  const asked = asking(slow, options)
  return {
    ...{ store, done, ask: asked },
    going: () => going,
    /** So many are done, by default all that begin. */
    async go(most = 50): Promise<void> {
      for (let turns = 0; turns < 50; turns++) {
        if (turns < most) held.shift()?.()
        await Promise.resolve()
      }
    },
  }
}

type Given = readonly [option: { readonly number: number }, value: unknown] | Partial<RequestInit>

function asking(handler: Router | Handler, options?: ConditionalOptions) {
  const context = createContext(1)
  const layer = conditional(options)
  const inner = typeof handler === 'function' ? criticalOptions(IfMatch, IfNoneMatch)(handler, context) : handler
  const routed = typeof inner === 'function' ? inner : inner.handlerOn(context, layer.understands)
  const whole = layer(routed, context)
  return (method: Method, path: string, ...given: readonly Given[]): Promise<Response> => {
    const set = new Options().add(UriPath, path)
    let init: Partial<RequestInit> = {}
    for (const each of given) {
      if ('length' in each) set.add(each[0] as typeof ETag, each[1] as Uint8Array)
      else init = each as Partial<RequestInit>
    }
    return (async () => whole(new Request({ code: Code[method], options: set, ...init })))()
  }
}

function tagged(response: Response, tag: Uint8Array): Response {
  return response.with({ options: response.options.clone().set(ETag, [tag]) })
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
