// Each limit of an endpoint, filled by others over a network: what is too much is refused as documented, nothing grows, and service goes on.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import { type KnownLimits, limitDefaults } from '../../coap/src/endpoint/limits.ts'
import { Request } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { type Datagram, Type } from '../../coap/src/message/datagram.ts'
import { Observe } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { MemoryHub } from '../../coap/src/network/memory.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { toySecurity } from '../../coap/src/testing/toy-security/toy-security.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { Filled } from './filled.ts'

/** RFC 7252 4.8.2, in milliseconds. */
const exchangeLifetime = 247_000

/** A limit that is not filled here is a compile error. */
const filling: { readonly [Name in keyof KnownLimits]: Readonly<Record<string, () => Promise<void>>> } = {
  peers: {
    'of 1,000 who come and have nothing open, the limit is kept, and all are answered': async () => {
      const filled = await Filled.with({ peers: 10 })
      for (let number = 1; number <= 1000; number++) {
        const somebody = await filled.somebody(number)
        assert.equal(await somebody.asks('now'), '2.05')
        assert.ok(filled.endpoint.sizes.peers <= 10)
      }
      assert.equal(filled.endpoint.statistics.peersEvicted, 990)
    },
    'where all have something open, newcomers are ignored until one has not': async () => {
      const filled = await Filled.with({ peers: 3 })
      for (const number of [1, 2, 3]) await (await filled.somebody(number)).asks('waits')
      const newcomer = await filled.somebody(4)
      assert.equal(await newcomer.asks('now'), 'nothing')
      assert.equal(await newcomer.asks('now', { code: Code.POST }), 'nothing')
      assert.deepEqual([filled.endpoint.sizes.peers, filled.refused['peers']], [3, 2])
      filled.answerAll()
      await filled.pass()
      await filled.serves()
    },
    'where there is no room to ask one more, whoever wants to is told': async () => {
      const filled = await Filled.with({ peers: 1 })
      await (await filled.somebody(1)).asks('waits')
      assert.equal(await filled.ask(await filled.somebody(2)), 'COAP_USAGE')
    },
  },

  body: {
    'what is longer is refused with 4.13, and takes no room any more': async () => {
      const filled = await Filled.with({ body: 40 })
      const somebody = await filled.somebody(1)
      const answers = []
      for (const block1 of [0, 1, 2]) answers.push(await somebody.asks('body', { code: Code.PUT, block1 }))
      assert.deepEqual(answers, ['2.31', '2.31', '4.13'])
      await filled.serves()
    },
  },

  bodies: {
    'of a thousand who begin and do not go on, those who have come last are served': async () => {
      const filled = await Filled.with({ bodies: 320 })
      let somebody = await filled.somebody(1)
      for (let number = 2; number <= 1000; number++) {
        assert.equal(await somebody.asks('body', { code: Code.PUT, block1: 0 }), '2.31')
        assert.equal(await somebody.asks('body', { code: Code.PUT, block1: 1 }), '2.31')
        somebody = await filled.somebody(number)
      }
      assert.equal(filled.refused['bodies'], 989)
      await filled.serves()
    },
  },

  transfers: {
    'of a thousand who begin, the longest unused are forgotten: who goes on with one gets 4.08': async () => {
      const filled = await Filled.with({ transfers: 10 })
      const first = await filled.somebody(1)
      for (let number = 1; number <= 1000; number++) {
        const somebody = number === 1 ? first : await filled.somebody(number)
        assert.equal(await somebody.asks('body', { code: Code.PUT, block1: 0 }), '2.31')
        if (number < 500) assert.notEqual(await first.asks('body', { code: Code.PUT, block1: number }), '4.08')
      }
      assert.equal(filled.refused['transfers'], 990)
      assert.equal(await first.asks('body', { code: Code.PUT, block1: 500 }), '4.08')
      await filled.serves()
    },
    'a download whose state is forgotten goes on all the same': async () => {
      const filled = await Filled.with({ transfers: 1 })
      const [one, other] = [await filled.somebody(1), await filled.somebody(2)]
      assert.equal(await one.asks('long', { block2: 0 }), '2.05')
      assert.equal(await other.asks('long', { block2: 0 }), '2.05')
      assert.equal(await one.asks('long', { block2: 1 }), '2.05')
    },
  },

  transfersPerPeer: {
    'of one who begins a thousand, its own are forgotten, and nobody else suffers': async () => {
      const filled = await Filled.with({ transfersPerPeer: 3 })
      const patient = await filled.somebody(1)
      await patient.asks('body', { code: Code.PUT, block1: 0 })
      const greedy = await filled.somebody(2)
      for (let round = 0; round < 1000; round++)
        await greedy.asks('body', { code: Code.PUT, block1: 0, query: String(round) })
      assert.equal(filled.refused['transfersPerPeer'], 997)
      assert.equal(await patient.asks('body', { code: Code.PUT, block1: 1 }), '2.31')
    },
  },

  dormantPeers: {
    'of those whose association is gone, the longest gone is forgotten': async () => {
      const { endpoint, leave } = await dormant({ dormantPeers: 2 })
      for (const expected of [1, 2, 2, 2]) {
        await leave()
        assert.equal(endpoint.sizes.dormantPeers, expected)
        assert.equal(endpoint.sizes.observations, expected)
      }
    },
  },

  dormancy: {
    'who does not come back for so long is forgotten': async () => {
      const { endpoint, leave, context } = await dormant({ dormancy: 50_000 })
      await leave()
      await context.clock.advance(40_000)
      assert.equal(endpoint.sizes.dormantPeers, 1)
      await context.clock.advance(20_000)
      assert.deepEqual([endpoint.sizes.dormantPeers, endpoint.sizes.observations], [0, 0])
    },
  },

  associationsPerPeer: {
    'of those that one identity has opened, the oldest is closed': async () => {
      const { endpoint, come } = await dormant({ associationsPerPeer: 2 }, 'identity')
      for (const expected of [1, 2, 2, 2]) {
        await come('the same')
        assert.deepEqual(
          [...endpoint.peers].map(({ associations }) => associations.length),
          [expected],
        )
      }
    },
  },

  exchanges: {
    'one more request is a UsageError, until one of the others has ended': async () => {
      const filled = await Filled.with({ exchanges: 2 })
      const [one, other, third] = await Promise.all([1, 2, 3].map((number) => filled.somebody(number)))
      assert.ok(one && other && third)
      const first = filled.ask(one)
      const observing = filled.ask(other, true)
      await filled.pass()
      assert.equal(await filled.ask(third), 'COAP_USAGE')
      await assert.rejects(filled.askAll(), { code: 'COAP_USAGE' })
      assert.equal(filled.endpoint.sizes.exchanges, 2)
      await one.acknowledges(Code.Content)
      await other.acknowledges(Code.Content)
      assert.deepEqual([await first, await observing], ['2.05', '2.05'])
      const next = filled.ask(third)
      await filled.pass()
      await third.acknowledges(Code.Content)
      assert.equal(await next, '2.05')
    },
  },

  groupAnswers: {
    'one more request to a group is not answered, until a response to one has left': async () => {
      const filled = await Filled.with({ groupAnswers: 2 })
      const somebody = await filled.somebody(1)
      for (let count = 1; count <= 100; count++) somebody.asksGroup()
      await filled.pass(60_000)
      const answers = () => somebody.received.filter(({ code }) => code === Code.Content).length
      assert.deepEqual([answers(), filled.refused['groupAnswers']], [2, 98])
      somebody.asksGroup()
      await filled.pass(60_000)
      assert.equal(answers(), 3)
      await filled.serves()
    },
  },

  groupResponders: {
    'of those who answer a request of ours to a group, no more are heard': async () => {
      const filled = await Filled.with({ groupResponders: 2 })
      const all = await Promise.all([1, 2, 3].map((number) => filled.somebody(number)))
      const asked = filled.askAll()
      await filled.pass()
      for (const somebody of all) somebody.responds()
      await filled.pass(60_000)
      assert.equal(await asked, 2)
      assert.equal(filled.endpoint.sizes.exchanges, 0)
    },
  },

  requests: {
    'one more whose handler would have to wait gets 5.03 with Max-Age': async () => {
      const filled = await Filled.with({ requests: 3 })
      for (const number of [1, 2, 3]) assert.equal(await (await filled.somebody(number)).asks('waits'), 'nothing')
      const newcomer = await filled.somebody(4)
      for (let count = 1; count <= 100; count++) assert.equal(await newcomer.asks('waits'), '5.03 Max-Age 5')
      assert.deepEqual([filled.endpoint.sizes.requests, filled.refused['requests'], filled.handled], [3, 100, 3])
      filled.answerAll()
      await filled.pass()
      assert.equal(filled.endpoint.sizes.requests, 0)
      await filled.serves()
    },
  },

  requestsPerPeer: {
    'one more of the same peer gets 4.29 with Max-Age, while others are served': async () => {
      const filled = await Filled.with({ requestsPerPeer: 2 })
      const somebody = await filled.somebody(1)
      for (const type of [Type.Confirmable, Type.NonConfirmable]) {
        assert.equal(await somebody.asks('waits', { type }), 'nothing')
      }
      assert.equal(await somebody.asks('waits'), '4.29 Max-Age 5')
      assert.equal(await somebody.asks('waits', { type: Type.NonConfirmable }), '4.29 Max-Age 5')
      assert.deepEqual([filled.endpoint.sizes.requests, filled.refused['requestsPerPeer']], [2, 2])
      await filled.serves()
      filled.answerAll()
      await filled.pass()
      assert.equal(await somebody.asks('now'), '2.05')
    },
  },

  observations: {
    'one more is answered without being observed (RFC 7641 4.1)': async () => {
      const filled = await Filled.with({ observations: 3 })
      for (const number of [1, 2, 3]) {
        assert.equal(await (await filled.somebody(number)).asks('observed', { observe: 0 }), '2.05 Observe')
      }
      const newcomer = await filled.somebody(4)
      assert.equal(await newcomer.asks('observed', { observe: 0 }), '2.05')
      assert.deepEqual([filled.endpoint.sizes.observations, filled.refused['observations']], [3, 1])
      filled.subject.gone()
      await filled.pass(exchangeLifetime) // nobody acknowledges it
      assert.equal(filled.endpoint.sizes.observations, 0)
      assert.equal(await newcomer.asks('observed', { observe: 0 }), '2.05 Observe')
    },
  },

  observationsPerPeer: {
    'one more of the same peer is answered without being observed, while others observe': async () => {
      const filled = await Filled.with({ observationsPerPeer: 2 })
      const somebody = await filled.somebody(1)
      for (const expected of ['2.05 Observe', '2.05 Observe', '2.05', '2.05']) {
        assert.equal(await somebody.asks('observed', { observe: 0 }), expected)
      }
      assert.equal(filled.endpoint.sizes.observations, 2)
      assert.equal(await (await filled.somebody(2)).asks('observed', { observe: 0 }), '2.05 Observe')
    },
  },

  duplicates: {
    'of idempotent messages the oldest are forgotten, and handled again (RFC 7252 4.5)': async () => {
      const filled = await Filled.with({ duplicates: 1 }) // as little as there is
      const somebody = await filled.somebody(1)
      for (let id = 1000; id < 2000; id++) assert.equal(await somebody.asks('now', { id }), '2.05')
      assert.equal(await somebody.asks('now', { id: 1999 }), '2.05')
      assert.deepEqual([filled.handled, filled.endpoint.statistics.duplicates], [1000, 1])
      assert.equal(await somebody.asks('now', { id: 1000 }), '2.05')
      assert.deepEqual([filled.handled, filled.endpoint.statistics.duplicates], [1001, 1])
      await filled.serves()
    },
  },

  nonIdempotentDuplicates: {
    'what is not idempotent is never handled twice: what cannot be remembered gets 5.03 with Max-Age': async () => {
      const filled = await Filled.with({ nonIdempotentDuplicates: 1 }) // as little as there is
      const accepted: (readonly [number, number])[] = []
      for (let number = 1; number <= 40; number++) {
        const somebody = await filled.somebody(number)
        for (let id = 1; id <= 20; id++) {
          const answer = await somebody.asks('now', { code: Code.POST, id })
          assert.ok(['2.05', '5.03 Max-Age 5'].includes(answer), answer)
          if (answer === '2.05') accepted.push([number, id])
          // Who is remembered gets what it got, however full it is by now.
          if (answer === '2.05') assert.equal(await somebody.asks('now', { code: Code.POST, id }), '2.05')
        }
      }
      assert.equal(filled.handled, accepted.length)
      assert.equal(filled.refused['nonIdempotentDuplicates'], 800 - accepted.length)
      assert.ok(accepted.length < 100)
      const first = accepted.filter(([number]) => number === 1)
      assert.ok(first.length < accepted.length / 4, 'one peer alone does not take all the room')
      const newcomer = await filled.somebody(100)
      assert.equal(await newcomer.asks('now', { code: Code.POST, type: Type.NonConfirmable }), 'nothing')
      assert.equal(await newcomer.asks('now'), '2.05')
      await filled.pass(exchangeLifetime + 1000)
      await filled.serves()
    },
  },

  backlog: {
    'one more request that would have to wait for its turn is an ExchangeError': async () => {
      const filled = await Filled.with({ backlog: 2 })
      const somebody = await filled.somebody(1)
      const asked = [1, 2, 3].map(() => filled.ask(somebody))
      await filled.pass()
      assert.equal(somebody.received.length, 1) // NSTART
      assert.equal(await filled.ask(somebody), 'COAP_EXCHANGE')
      assert.equal(filled.refused['backlog'], 1)
      assert.equal(filled.endpoint.sizes.exchanges, 3)
      for (const each of asked) {
        await somebody.acknowledges(Code.Content)
        assert.equal(await each, '2.05')
      }
      await filled.serves()
    },
    'responses to who acknowledges none are lost; notifications, one an observation, are not': async () => {
      const filled = await Filled.with({ backlog: 2 })
      const somebody = await filled.somebody(1)
      for (let count = 0; count < 20; count++) await somebody.asks('waits')
      for (let count = 0; count < 5; count++) await somebody.asks('observed', { observe: 0 })
      await filled.pass(1000)
      somebody.received.length = 0
      filled.answerAll()
      await filled.pass(0)
      filled.subject.gone()
      await filled.pass()
      assert.equal(somebody.received.length, 1) // NSTART
      assert.equal(filled.refused['backlog'], 17)
      await filled.serves()
      const ended: string[] = []
      for (let count = 0; count < 8; count++) {
        ended.push(formatCode((somebody.received.at(-1) as Datagram).code))
        await somebody.acknowledges()
      }
      assert.deepEqual(ended, [...Array(3).fill('2.05'), ...Array(5).fill('4.04')])
      const { requests, observations } = filled.endpoint.sizes
      assert.deepEqual({ requests, observations }, { requests: 0, observations: 0 })
    },
    'who acknowledges nothing at all is given up': async () => {
      const filled = await Filled.with({ backlog: 2 })
      const somebody = await filled.somebody(1)
      for (let count = 0; count < 20; count++) await somebody.asks('waits')
      for (let count = 0; count < 5; count++) await somebody.asks('observed', { observe: 0 })
      filled.answerAll()
      filled.subject.changed()
      await filled.pass(10 * exchangeLifetime)
      const { requests, observations } = filled.endpoint.sizes
      assert.deepEqual({ requests, observations }, { requests: 0, observations: 0 })
      assert.equal(await somebody.asks('now'), '2.05')
    },
  },
}

for (const [name, tests] of Object.entries(filling)) {
  describe(`the limit ${name}`, () => {
    for (const [title, fill] of Object.entries(tests)) test(title, fill)
  })
}

test('there is a default for each limit, and it is no less than what the tests fill', () => {
  assert.deepEqual(Object.keys(limitDefaults).sort(), Object.keys(filling).sort())
  for (const value of Object.values(limitDefaults)) assert.ok(value >= 4)
})

/** A server that is observed over toySecurity, by clients that come, and go. */
async function dormant(limits: Partial<KnownLimits>, continuity: 'resumption' | 'identity' = 'resumption') {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const subject = new Subject()
  const credentials = async () => ({ secret: 'secret' })
  const endpoint = await new Endpoint({
    context,
    limits,
    continuity,
    transports: [toySecurity(hub.network({ host: '192.0.2.1', port: 5684 }), { credentials })],
    handler: () => Response.text('state').observing(subject),
  }).open()
  let clients = 0
  const come = async (id: string): Promise<Endpoint> => {
    const network = hub.network({ host: `10.0.0.${++clients}`, port: 5684 })
    const transports = [toySecurity(network, { identity: { id, secret: 'secret' } })]
    const client = await new Endpoint({ context, transports }).open()
    const options = new Options().add(Observe, 0)
    const answer = client.send(new Request({ code: Code.GET, uri: CoapUri.parse('coaps://192.0.2.1/x'), options }))
    await context.clock.advance(1000)
    assert.equal(await (await answer).body.text(), 'state')
    return client
  }
  const leave = async (): Promise<void> => {
    const client = await come(`client ${clients}`)
    await client.close()
    await context.clock.advance(1000)
  }
  return { context, endpoint, come, leave }
}
