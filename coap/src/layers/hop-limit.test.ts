import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Handler } from '../handler/handler.ts'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { HopLimit, option } from '../message/option.ts'
import { opaque } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import { createContext } from '../testing/context.ts'
import { hopLimit } from './hop-limit.ts'

describe('a request that is forwarded', () => {
  test('has one hop less left (RFC 8768 3)', async () => {
    for (const [limit, left] of [
      [16, 15],
      [255, 254],
      [2, 1],
    ] as const)
      assert.deepEqual(await forwarded(new Options().add(HopLimit, limit)), [left])
  })

  test('gets a limit if it has none: 16, or what is set (3)', async () => {
    assert.deepEqual(await forwarded(new Options()), [16])
    assert.deepEqual(await forwarded(new Options(), 3), [3])
  })

  test('with more than one limit has the first, and no other behind us (RFC 7252 5.4.5)', async () => {
    const options = new Options()
    for (const limit of [9, 3]) options.add(raw, Uint8Array.of(limit))
    assert.deepEqual(await forwarded(options), [8])
  })

  test('whose limit is none gets 4.00 (3)', async () => {
    for (const bytes of [[], [0], [1, 0], [0, 5]]) {
      const { ask, seen } = proxy('p1')
      const response = await ask(new Options().add(raw, Uint8Array.from(bytes)))
      assert.equal(response.code, Code.BadRequest)
      assert.deepEqual(seen, [])
    }
  })
})

describe('a request whose hops are used up', () => {
  test('gets 5.08 with the name of the proxy, and goes no further (3, 4)', async () => {
    const { ask, seen, context } = proxy('p1')
    const response = await ask(new Options().add(HopLimit, 1))
    assert.equal(response.code, Code.HopLimitReached)
    assert.equal(await response.body.text(), 'p1')
    assert.equal(response.contentFormat, undefined)
    assert.deepEqual(seen, [])
    assert.deepEqual(
      context.events.map(({ name, event }) => [name, event['proxies']]),
      [['coapstone:request:looped', ['p1']]],
    )
  })

  test('is told of by each proxy on the way back (4)', async () => {
    const { ask } = proxy('p1', reached('p2 p3'))
    assert.equal(await (await ask()).body.text(), 'p1 p2 p3')
    assert.equal(await (await proxy('p1', reached('')).ask()).body.text(), 'p1')
  })

  test('is told of as it was where there is no room for one more name (4)', async () => {
    const names = Array.from({ length: 128 }, (_, number) => `proxy${100 + number}`)
      .join(' ')
      .slice(0, 1021)
    assert.equal(await (await proxy('p1x', reached(names)).ask()).body.text(), names)
  })

  test('is not told of by who finds its own name: the way back is the loop (4)', async () => {
    const response = await proxy('p1', reached('p2 p1 p3')).ask()
    assert.equal(response.code, Code.BadGateway)
    assert.notEqual(await response.body.text(), 'p2 p1 p3')
    const longer = await proxy('p1', reached('p10 p11')).ask()
    assert.equal(await longer.body.text(), 'p1 p10 p11')
  })

  test('goes round as often as its limit, and no longer', async () => {
    let rounds = 0
    let one: Handler = () => Response.of(Code.InternalServerError)
    const two = hopLimit({ name: 'p2' })((request) => one(request), createContext(1))
    one = hopLimit({ name: 'p1' })((request) => {
      rounds++
      return two(request)
    }, createContext(1))
    const response = await one(new Request({ code: Code.GET }))
    assert.equal(response.ok, false)
    assert.equal(rounds, 8) // of the 16 hops one proxy has each second
  })
})

test('other answers pass as they are', async () => {
  const answer = Response.text('22.3 C')
  assert.equal(await proxy('p1', answer).ask(), answer)
})

test('a name with a space, or none, and a limit out of bounds are mistakes (3, 4)', () => {
  for (const options of [{ name: '' }, { name: 'a b' }, { name: 'a', initial: 0 }, { name: 'a', initial: 256 }])
    assert.throws(() => hopLimit(options), { code: 'COAP_USAGE' })
})

/** Values as they stand in a message. */
const raw = option(HopLimit.number, 'raw', opaque, [0, 300], true)

function reached(diagnostic: string): Response {
  return Response.diagnostic(Code.HopLimitReached, diagnostic)
}

/** What a proxy that this arrives at passes on. */
async function forwarded(options: Options, initial?: number): Promise<number[]> {
  const { ask, seen } = proxy('p1', undefined, initial)
  await ask(options)
  return seen
}

function proxy(name: string, answer: Response = Response.of(Code.Content), initial?: number) {
  const context = createContext(1, { trace: true })
  const seen: number[] = []
  const handler = hopLimit({ name, ...(initial !== undefined && { initial }) })(({ options }) => {
    for (const { number, value } of options) if (number === HopLimit.number) seen.push(value[0] as number)
    return answer
  }, context)
  const ask = async (options = new Options()): Promise<Response> => handler(new Request({ code: Code.GET, options }))
  return { ask, seen, context }
}
