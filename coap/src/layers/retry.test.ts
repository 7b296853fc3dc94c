import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { StreamBody } from '../handler/body.ts'
import { Request, type RequestInit } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import type { Retry, RetryOptions } from '../handler/retry-options.ts'
import { Code, type Method, methods } from '../message/code.ts'
import { MaxAge } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { createContext } from '../testing/context.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { retry } from './retry.ts'

const ok = Response.of(Code.Content)

describe('4.29 (RFC 8516)', () => {
  test('of any method is waited for and repeated: the request was not handled', async () => {
    for (const method of methods) {
      const { ask, times } = bench([tooMany(5), ok])
      assert.equal((await ask(method)).code, Code.Content)
      const [first, second] = times() as [number, number]
      assert.equal(first, 0)
      assert.ok(second >= 5000 && second <= 5500, `${method} after ${second} ms`)
    }
  })

  test('without a Max-Age means 60 seconds (4)', async () => {
    const { ask, times } = bench([new Response({ code: Code.TooManyRequests }), ok])
    assert.equal((await ask('GET')).code, Code.Content)
    assert.ok((times()[1] as number) >= 60_000)
  })

  test('keeps similar requests back too, and no others (1, 4)', async () => {
    const { ask, times, seen } = bench([tooMany(5), ok, ok, ok, ok])
    const first = ask('GET')
    const [similar, other, elsewhere] = [
      ask('GET'),
      ask('PUT'),
      ask('GET', { uri: CoapUri.parse('coap://192.0.2.1/b') }),
    ]
    await Promise.all([first, similar, other, elsewhere])
    assert.deepEqual(seen.slice(0, 3), ['GET /a', 'PUT /a', 'GET /b'])
    assert.deepEqual(seen.slice(3), ['GET /a', 'GET /a'])
    assert.ok(
      times()
        .slice(3)
        .every((time) => time >= 5000),
    )
  })

  test('that asks for more patience than there is is given to the caller, and to who asks the same meanwhile', async () => {
    const { ask, askNow, seen, pass } = bench([tooMany(100), ok])
    assert.equal((await askNow('GET')).code, Code.TooManyRequests)
    await pass(30_000)
    const again = await askNow('GET')
    assert.deepEqual([again.code, again.options.get(MaxAge), seen.length], [Code.TooManyRequests, 70, 1])
    await pass(70_000)
    assert.equal((await ask('GET')).code, Code.Content)
  })
})

describe('5.03 (RFC 7252 5.9.3.4)', () => {
  test('with Max-Age is repeated where the method is idempotent', async () => {
    for (const method of ['GET', 'PUT', 'DELETE', 'FETCH', 'iPATCH'] as const)
      assert.equal((await bench([unavailable(5), ok]).ask(method)).code, Code.Content, method)
    for (const method of ['POST', 'PATCH'] as const)
      assert.equal((await bench([unavailable(5), ok]).ask(method)).code, Code.ServiceUnavailable, method)
  })

  test('without Max-Age is an answer like any other', async () => {
    const { ask } = bench([new Response({ code: Code.ServiceUnavailable }), ok])
    assert.equal((await ask('GET')).code, Code.ServiceUnavailable)
  })

  test('keeps no other request back: it is said of this moment, not of this client', async () => {
    const { ask, times } = bench([unavailable(5), ok, ok])
    await Promise.all([ask('GET'), ask('GET')])
    assert.equal(times()[1], 0)
  })
})

describe('repeating', () => {
  test('ends after three times, and longer waits, and the last answer is the caller’s', async () => {
    const { ask, times } = bench([tooMany(0), tooMany(0), tooMany(0), tooMany(0), ok])
    assert.equal((await ask('GET')).code, Code.TooManyRequests)
    const [, second = 0, third = 0, fourth = 0] = times()
    assert.equal(times().length, 4)
    assert.ok(second >= 1000 && third - second >= 2000 && fourth - third >= 4000)
  })

  test('is seen by who asks, and traced', async () => {
    const seen: Retry[] = []
    const { ask, context } = bench([tooMany(5), unavailable(2), ok])
    await ask('GET', { retry: { onRetry: (each) => seen.push(each) } })
    assert.deepEqual(
      seen.map(({ code, attempt }) => [code, attempt]),
      [
        [Code.TooManyRequests, 1],
        [Code.ServiceUnavailable, 2],
      ],
    )
    const traced = context.events.filter(({ name }) => name === 'coapstone:request:retried')
    assert.deepEqual(
      traced.map(({ event }) => [event['why'], event['wait']]),
      seen.map(({ code, wait }) => [code, wait]),
    )
  })

  test('may be turned off for a request, and narrowed', async () => {
    assert.equal((await bench([tooMany(5), ok]).ask('GET', { retry: false })).code, Code.TooManyRequests)
    const { ask, seen } = bench([tooMany(1), tooMany(1), ok])
    assert.equal((await ask('GET', { retry: { attempts: 1 } })).code, Code.TooManyRequests)
    assert.equal(seen.length, 2)
    assert.equal((await bench([tooMany(5), ok], { longestWait: 4999 }).ask('GET')).code, Code.TooManyRequests)
  })

  test('is given up when the caller gives up: nothing is sent any more, and no timer is left', async () => {
    const { askNow, seen, context, pass } = bench([tooMany(5), ok])
    const abort = new AbortController()
    const asked = askNow('GET', { signal: abort.signal })
    const rejected = assert.rejects(asked, { message: 'enough' })
    await pass(1000)
    abort.abort(new Error('enough'))
    await rejected
    await pass(100_000)
    assert.equal(seen.length, 1)
    assert.equal(context.clock.timers.next, undefined)
  })

  test('is not for bodies that are read as they come: they are read once', async () => {
    const body = new StreamBody(
      (async function* () {
        yield Uint8Array.of(1)
      })(),
    )
    assert.equal((await bench([tooMany(5), ok]).ask('PUT', { body })).code, Code.TooManyRequests)
  })

  test('is remembered of so many resources and no more', async () => {
    const answers = Array.from({ length: 2000 }, () => tooMany(100))
    const { askNow, seen } = bench([...answers, ok])
    for (let number = 0; number < 2000; number++)
      await askNow('GET', { uri: CoapUri.parse(`coap://192.0.2.1/${number}`) })
    assert.equal((await askNow('GET', { uri: CoapUri.parse('coap://192.0.2.1/0') })).code, Code.Content) // forgotten
    assert.equal((await askNow('GET', { uri: CoapUri.parse('coap://192.0.2.1/1999') })).code, Code.TooManyRequests)
    assert.equal(seen.length, 2001)
  })

  test('a number of times or a wait that is none is a mistake', () => {
    assert.throws(() => retry({ attempts: -1 }), { code: 'COAP_USAGE' })
    assert.throws(() => retry({ longestWait: Number.NaN }), { code: 'COAP_USAGE' })
  })
})

function tooMany(seconds: number): Response {
  return new Response({ code: Code.TooManyRequests, options: new Options().add(MaxAge, seconds) })
}

function unavailable(seconds: number): Response {
  return new Response({ code: Code.ServiceUnavailable, options: new Options().add(MaxAge, seconds) })
}

/** Somebody who gives these answers in this order. */
function bench(answers: Response[], options: RetryOptions = {}) {
  const context = createContext(1, { trace: true })
  const seen: string[] = []
  const sent: number[] = []
  const handler = retry(options)(({ code, uri }) => {
    seen.push(`${methods.find((method) => Code[method] === code)} /${uri?.path.join('/')}`)
    sent.push(context.now())
    return answers.shift() ?? Response.of(Code.InternalServerError)
  }, context)
  const askNow = async (method: Method, init: Partial<RequestInit> = {}): Promise<Response> =>
    handler(new Request({ code: Code[method], uri: CoapUri.parse('coap://192.0.2.1/a'), ...init }))
  const ask = async (method: Method, init: Partial<RequestInit> = {}): Promise<Response> => {
    const asked = askNow(method, init)
    await context.clock.advance(400_000)
    return asked
  }
  return { ask, askNow, seen, context, times: () => sent, pass: (time: number) => context.clock.advance(time) }
}
