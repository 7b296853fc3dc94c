// What observers are told who ask for some changes only: the server is a whole endpoint, and what goes over the wire is what the tests see.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Endpoint } from '../endpoint/endpoint.ts'
import { compose, type Handler } from '../handler/handler.ts'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Subject } from '../handler/subject.ts'
import { Code } from '../message/code.ts'
import { MaxAge, Observe } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { MemoryHub } from '../network/memory.ts'
import { createContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { type ConditionalNotificationOptions, conditionalNotifications } from './conditional-attributes.ts'

type Show = (value: number | boolean | string) => Response
interface World {
  /** The state becomes this, after so many seconds. */
  readonly becomes: (value: number | boolean | string, after?: number) => Promise<void>
  readonly wait: (seconds: number) => Promise<void>
  /** The first response, and then the second of the clock and the text of each notification. */
  readonly observe: (query: string) => Promise<{ readonly first: Response; readonly told: string[] }>
  readonly asked: () => number
  readonly server: Endpoint
  readonly nextTimer: () => number | undefined
}

async function world(
  initial: number | boolean | string,
  options: ConditionalNotificationOptions = {},
  show: Show = (value) => Response.text(String(value)),
): Promise<World> {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
  const subject = new Subject()
  let state = initial
  let asked = 0
  const handler: Handler = () => {
    asked++
    return show(state).observing(subject)
  }
  const open = (host: string, answer?: Handler) =>
    new Endpoint({
      context,
      transports: [plain(hub.network({ host, port: 5683 }), { resolver })],
      ...(answer && { handler: answer }),
    }).open()
  const server = await open('192.0.2.1', compose(conditionalNotifications(options))(handler, context))
  const client = await open('192.0.2.2')
  const wait = (seconds: number): Promise<void> => context.clock.advance(seconds * 1000)
  const start = context.now()
  return {
    server,
    wait,
    asked: () => asked,
    nextTimer: () => context.clock.timers.next,
    becomes: async (value, after = 0) => {
      await wait(after)
      state = value
      subject.changed()
      await wait(0)
    },
    observe: async (query) => {
      const uri = CoapUri.parse(`coap://192.0.2.1/x?${query}`)
      const answer = client.send(new Request({ code: Code.GET, uri, options: new Options().add(Observe, 0) }))
      await wait(0)
      const first = await answer
      const told: string[] = []
      const read = async (): Promise<void> => {
        for await (const each of first.notifications ?? [])
          told.push(`${(context.now() - start) / 1000}: ${each.ok ? await each.body.text() : 'error'}`)
      }
      read().catch(() => {}) // it never ends
      return { first, told }
    },
  }
}

describe('conditional notification parameters', () => {
  test('c.gt: a value that crosses it from either side is told, relative to the one told last', async () => {
    const { observe, becomes } = await world(18.5)
    const { told } = await observe('c.gt=25')
    for (const value of [20, 25, 26, 27, 30, 24, 23]) await becomes(value, 1)
    assert.deepEqual(told, ['3: 26', '6: 24'])
  })

  test('c.lt: a value that crosses it from either side is told', async () => {
    const { observe, becomes } = await world(18.5)
    const { told } = await observe('c.lt=10')
    for (const value of [12, 10, 9, 5, 10, 11]) await becomes(value, 1)
    assert.deepEqual(told, ['3: 9', '5: 10'])
  })

  test('c.st: a value is told that differs by a step from the one told last', async () => {
    const { observe, becomes } = await world(20)
    const { told } = await observe('c.st=0.1')
    for (const value of [20.05, 19.95, 20.1, 20.15, 20, 20.1]) await becomes(value, 1)
    assert.deepEqual(told, ['3: 20.1', '5: 20', '6: 20.1'])
  })

  test('c.band: with c.gt below c.lt each value between them is told, with c.gt above c.lt each outside', async () => {
    const { observe, becomes } = await world(0)
    const inside = await observe('c.gt=10&c.lt=20&c.band')
    const outside = await observe('c.gt=20&c.lt=10&c.band')
    for (const value of [9, 10, 15, 20, 21]) await becomes(value, 1)
    assert.deepEqual(inside.told, ['2: 10', '3: 15', '4: 20'])
    assert.deepEqual(outside.told, ['1: 9', '5: 21'])
  })

  test('c.band: with one of them each value is told on its side of the bound', async () => {
    const { observe, becomes } = await world(0)
    const above = await observe('c.lt=10&c.band')
    const below = await observe('c.gt=10&c.band')
    for (const value of [9, 10, 11]) await becomes(value, 1)
    assert.deepEqual(above.told, ['2: 10', '3: 11'])
    assert.deepEqual(below.told, ['1: 9', '2: 10'])
  })

  test('c.edge: each change to the one value is told, and none to the other', async () => {
    const { observe, becomes } = await world(true)
    const rising = await observe('c.edge=1')
    const falling = await observe('c.edge=0')
    for (const value of [false, true, true, false]) await becomes(value, 1)
    assert.deepEqual(rising.told, ['2: true'])
    assert.deepEqual(falling.told, ['1: false', '4: false'])
  })

  test('any one of several conditions is enough', async () => {
    const { observe, becomes } = await world(0)
    const { told } = await observe('c.gt=10&c.st=5')
    for (const value of [4, 5, 9, 11, 12]) await becomes(value, 1)
    assert.deepEqual(told, ['2: 5', '4: 11'])
  })

  test('numbers and booleans are read from text, JSON and CBOR', async () => {
    const shows: readonly Show[] = [(value) => Response.text(`${value} `), Response.json, Response.cbor]
    for (const show of shows) {
      const { observe, becomes } = await world(1, {}, show)
      const { told } = await observe('c.gt=5')
      await becomes(4)
      await becomes(6)
      assert.equal(told.length, 1)
    }
  })

  test('a program says where the value is in its representations', async () => {
    const value = (response: Response): number => Number(JSON.parse(new TextDecoder().decode(response.payload))[0].v)
    const { observe, becomes } = await world(1, { value }, (v) => Response.json([{ n: 't', v }]))
    const { told } = await observe('c.gt=5')
    await becomes(4)
    await becomes(6, 1)
    assert.deepEqual(told, ['1: [{"n":"t","v":6}]'])
  })

  test('each observer has its own last value, though all share one question to the handler', async () => {
    const { observe, becomes, asked } = await world(0)
    const one = await observe('c.st=5')
    await becomes(3, 1)
    const other = await observe('c.st=5')
    const before = asked()
    await becomes(5, 1)
    await becomes(8, 1)
    assert.deepEqual([one.told, other.told], [['2: 5'], ['3: 8']])
    assert.equal(asked() - before, 2)
  })

  test('an error is told whatever the conditions', async () => {
    const { observe, becomes } = await world(0, {}, (value) =>
      value === -1 ? Response.of(Code.NotFound) : Response.text(String(value)),
    )
    const { told } = await observe('c.gt=25&c.pmin=100')
    await becomes(-1, 1)
    assert.deepEqual(told, ['1: error'])
  })
})

describe('conditional control parameters', () => {
  test('c.pmin: the last value of a period is told when it is over', async () => {
    const { observe, becomes, wait } = await world(18.5)
    const { told } = await observe('c.pmin=10')
    await becomes(23, 5)
    await becomes(26, 4)
    await wait(30)
    await becomes(27)
    await becomes(28, 0.5)
    await wait(30)
    assert.deepEqual(told, ['10: 26', '39: 27', '49: 28'])
  })

  test('c.pmin: what has gone back by the end of the period is not told', async () => {
    const { observe, becomes, wait } = await world(0)
    const { told } = await observe('c.pmin=10&c.gt=25')
    await becomes(26, 5)
    await becomes(24, 1)
    await wait(30)
    assert.deepEqual(told, [])
  })

  test('c.pmax: the state is told at least so often, and the handler is asked for it', async () => {
    const { observe, becomes, wait } = await world(18.5)
    const { told } = await observe('c.pmax=20')
    await becomes(23, 5)
    await wait(45)
    assert.deepEqual(told, ['5: 23', '25: 23', '45: 23'])
  })

  test('c.gt with c.pmax: the draft, figure 9', async () => {
    const { observe, becomes, wait } = await world(18.5)
    const { told } = await observe('c.pmax=20&c.gt=25')
    await becomes(23, 19)
    await becomes(26, 7)
    await wait(15)
    assert.deepEqual(told, ['20: 23', '26: 26'])
  })

  test('c.pmax: no state is fresh for longer', async () => {
    const { observe } = await world(1)
    assert.equal((await observe('c.pmax=20')).first.options.get(MaxAge), 20)
    assert.equal((await observe('c.pmax=100')).first.options.get(MaxAge), undefined)
    assert.equal((await observe('c.pmin=20')).first.options.get(MaxAge), undefined)
  })

  test('c.epmin: the handler is asked no more often', async () => {
    const { observe, becomes, asked } = await world(0)
    const { told } = await observe('c.epmin=10&c.st=1')
    const before = asked()
    for (let second = 1; second <= 30; second++) await becomes(second, 1)
    assert.ok(asked() - before <= 4, `asked ${asked() - before} times`)
    assert.deepEqual(told, ['1: 1', '11: 10', '21: 20'])
  })

  test('c.epmax: the handler is asked though nobody says that something has changed, and the client told if it has', async () => {
    let celsius = 20
    const { observe, wait, asked } = await world(0, {}, () => Response.text(String(celsius)))
    const { told } = await observe('c.epmax=10&c.st=1')
    await wait(25)
    celsius = 22
    await wait(20)
    assert.deepEqual(told, ['30: 22'])
    assert.equal(asked(), 5)
  })

  test('c.con: notifications are Confirmable, though the request was not', async () => {
    for (const [query, retransmissions] of [
      ['c.con=1', 1],
      ['c.con=0', 0],
    ] as const) {
      const context = createContext(1)
      const hub = new MemoryHub(context)
      const subject = new Subject()
      const handler = compose(conditionalNotifications())(() => Response.text('1').observing(subject), context)
      const server = await new Endpoint({
        context,
        transports: [plain(hub.network({ host: '192.0.2.1', port: 5683 }))],
        handler,
      }).open()
      const client = await new Endpoint({
        context,
        transports: [plain(hub.network({ host: '192.0.2.2', port: 5683 }))],
      }).open()
      const uri = CoapUri.parse(`coap://192.0.2.1/x?${query}`)
      const options = new Options().add(Observe, 0)
      const asked = client.send(new Request({ code: Code.GET, uri, options, confirmable: false }))
      await context.clock.advance(0)
      await asked
      await client.close()
      subject.changed(Response.text('2'))
      await context.clock.advance(4000)
      assert.equal(Math.min(server.statistics.retransmissions, 1), retransmissions, query)
    }
  })

  test('while a notification waits to leave the handler is not asked turn after turn', async () => {
    const { observe, wait, asked, server } = await world(0)
    await observe('c.pmax=5')
    await wait(600)
    assert.ok(asked() < 130, `asked ${asked()} times in 120 periods`)
    assert.equal(server.sizes.observations, 1)
  })
})

describe('a server refuses', () => {
  test('what contradicts itself or is of another type, with 4.00 and the reason, observed or not', async () => {
    const { observe, server } = await world(1)
    for (const query of [
      'c.edge=10',
      'c.pmin=0',
      'c.pmax=-1',
      'c.st=0',
      'c.epmin=2&c.epmax=1',
      'c.pmin=2&c.pmax=1',
      'c.band',
    ]) {
      const { first } = await observe(query)
      assert.equal(first.code, Code.BadRequest, query)
      assert.match(new TextDecoder().decode(first.payload), /^c\./)
    }
    assert.equal(server.sizes.observations, 0)
  })

  test('conditions on numbers where there are none, and on what is true or false where nothing is', async () => {
    const { observe } = await world('warm')
    for (const query of ['c.gt=1', 'c.lt=1', 'c.st=1', 'c.edge=1'])
      assert.equal((await observe(query)).first.code, Code.BadRequest)
    assert.equal((await observe('c.pmin=1')).first.code, Code.Content)
  })

  test('to observe for who wants to be told too often: the request is answered, without Observe (draft, 5)', async () => {
    const { observe, server } = await world(1, { shortest: 5 })
    for (const query of ['c.pmax=4.9', 'c.epmax=1']) {
      const { first } = await observe(query)
      assert.deepEqual([first.code, first.options.has(Observe)], [Code.Content, false])
    }
    assert.equal(server.sizes.observations, 0)
    assert.equal((await observe('c.pmax=5')).first.options.has(Observe), true)
  })

  test('nothing to who asks for no conditions, or does not observe', async () => {
    const { observe, becomes } = await world(1)
    const { told } = await observe('c.later=1')
    await becomes(2, 1)
    assert.deepEqual(told, ['1: 2'])
  })
})

test('an observation that ends leaves no timer behind', async () => {
  const { observe, server, nextTimer } = await world(1)
  await observe('c.pmax=10&c.pmin=5')
  assert.ok(nextTimer() !== undefined)
  await server.close()
  assert.equal(nextTimer(), undefined)
})
