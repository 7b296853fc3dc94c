import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Code } from '../../message/code.ts'
import { Message, noBytes } from '../../message/message.ts'
import { exchangeLifetime, narrow, type Transmission, transmissionDefaults } from '../../message/transmission.ts'
import { createContext } from '../../testing/context.ts'
import { RecordingTransport } from '../../testing/recording-transport.ts'
import type { Association } from '../../transport/transport.ts'
import { limitsOf } from '../limits.ts'
import { EndpointPeer } from '../peer.ts'
import { newStatistics } from '../statistics.ts'
import { Departures } from './departures.ts'
import type { Outcome, Outgoing, Sender } from './outgoing.ts'
import { Wire } from './wire.ts'

describe('turns', () => {
  test('one message is outstanding at a time, and the next leaves when it is settled', () => {
    const bench = new Bench()
    for (const name of ['a', 'b', 'c']) bench.submit(name)
    assert.deepEqual(bench.sent, ['a'])
    bench.settle('a', 'acknowledged')
    assert.deepEqual(bench.sent, ['a', 'b'])
    bench.settle('b', 'reset')
    assert.deepEqual(bench.sent, ['a', 'b', 'c'])
    assert.deepEqual(bench.outcomes, ['a acknowledged', 'b reset'])
  })

  test('as many are outstanding as the message that waits allows', () => {
    const bench = new Bench()
    for (const name of ['a', 'b', 'c', 'd']) bench.submit(name, { transmission: { nstart: 3 } })
    assert.deepEqual(bench.sent, ['a', 'b', 'c'])
  })

  test('a Non-confirmable message counts as outstanding for as long as its sender says', async () => {
    const bench = new Bench()
    bench.submit('a', { confirmable: false, outstanding: 3000 })
    bench.submit('b', { confirmable: false, outstanding: 3000 })
    await bench.context.clock.advance(2999)
    assert.deepEqual(bench.sent, ['a'])
    await bench.context.clock.advance(1)
    assert.deepEqual(bench.sent, ['a', 'b'])
    assert.deepEqual(bench.outcomes, ['a acknowledged'])
  })

  test('one that nobody counts is settled as it leaves', () => {
    const bench = new Bench()
    for (const name of ['a', 'b']) bench.submit(name, { confirmable: false })
    assert.deepEqual(bench.sent, ['a', 'b'])
    assert.deepEqual(bench.outcomes, ['a acknowledged', 'b acknowledged'])
  })

  test('one too many is refused and counted', () => {
    const bench = new Bench({ backlog: 2 })
    const accepted = ['a', 'b', 'c', 'd'].map((name) => bench.submit(name) !== undefined)
    assert.deepEqual(accepted, [true, true, true, false])
    assert.deepEqual(bench.statistics.refused, { backlog: 1 })
  })

  test('when the network is full nothing leaves until it has drained', () => {
    const bench = new Bench()
    bench.transport.full = true
    for (const name of ['a', 'b']) bench.submit(name, { confirmable: false })
    assert.deepEqual(bench.sent, ['a'])
    bench.transport.full = false
    bench.departures.drained(bench.peer)
    assert.deepEqual(bench.sent, ['a', 'b'])
  })

  test('when Message IDs are used up messages wait for EXCHANGE_LIFETIME, with one timer', async () => {
    const bench = new Bench()
    for (let count = 0; count < 0x10000; count++) bench.submit('many', { confirmable: false })
    for (const name of ['a', 'b', 'c']) bench.submit(name, { confirmable: false })
    const until = bench.context.clock.timers.next as number
    assert.equal(bench.transport.sent.length, 0x10000)
    assert.equal(until, exchangeLifetime(transmissionDefaults))
    await bench.context.clock.advance(until)
    assert.deepEqual(bench.sent.slice(0x10000), ['a', 'b', 'c'])
    assert.equal(bench.context.clock.timers.next, undefined)
  })

  test('Message IDs go on in sequence when the peer goes on with another association', () => {
    const bench = new Bench()
    bench.submit('a', { confirmable: false })
    const first = bench.association
    bench.goOn()
    bench.submit('b', { confirmable: false })
    bench.goOn(first)
    bench.submit('c', { confirmable: false })
    const [a, b, c] = bench.transport.sent.map(({ bytes }) => ((bytes[2] as number) << 8) | (bytes[3] as number))
    assert.deepEqual([b, c], [((a as number) + 1) & 0xffff, ((a as number) + 2) & 0xffff])
  })
})

describe('retransmission', () => {
  test('the same bytes leave again, after ever twice the time, and then nobody is there', async () => {
    for (let seed = 1; seed <= 50; seed++) {
      const bench = new Bench({}, seed)
      bench.submit('a')
      bench.departedAt.push(bench.context.now())
      while (await bench.context.clock.advanceToNext()) bench.departedAt.push(bench.context.now())
      const [first, ...others] = bench.transport.sent
      assert.equal(others.length, 4)
      for (const other of others) assert.deepEqual(other.bytes, first?.bytes)
      const gaps = bench.departedAt.slice(1).map((time, at) => time - (bench.departedAt[at] as number))
      const timeout = gaps[0] as number
      assert.ok(timeout >= 2000 && timeout <= 3000, `seed ${seed}: ${timeout}`)
      for (const [at, gap] of gaps.entries()) assert.ok(Math.abs(gap - timeout * 2 ** at) < 2 ** at + 1, `${gaps}`)
      assert.deepEqual(bench.outcomes, ['a timeout'])
      assert.equal(bench.statistics.retransmissions, 4)
      assert.equal(bench.statistics.timeouts, 1)
    }
  })

  test('it has the parameters that its message was given', async () => {
    const bench = new Bench()
    const transmission = { ackTimeout: 100, ackRandomFactor: 1, maxRetransmit: 1 }
    bench.submit('a', { transmission })
    await bench.context.clock.advance(299)
    assert.deepEqual(bench.sent, ['a', 'a'])
    assert.deepEqual(bench.outcomes, [])
    await bench.context.clock.advance(1)
    assert.deepEqual(bench.outcomes, ['a timeout'])
  })

  test('never under another epoch', async () => {
    const bench = new Bench()
    bench.submit('a')
    bench.association.epoch = 1
    await bench.context.clock.advance(3000)
    assert.deepEqual(bench.sent, ['a'])
    assert.deepEqual(bench.outcomes, ['a interrupted'])
  })
})

describe('ends', () => {
  test('what is cancelled while it waits never leaves', () => {
    const bench = new Bench()
    bench.submit('a')
    const waiting = bench.submit('b')
    bench.submit('c')
    bench.departures.cancel(waiting as Outgoing)
    bench.settle('a', 'acknowledged')
    assert.deepEqual(bench.sent, ['a', 'c'])
    assert.deepEqual(bench.outcomes, ['a acknowledged'])
  })

  test('what is cancelled on its way is not sent again, and the next leaves', async () => {
    const bench = new Bench()
    const first = bench.submit('a')
    bench.submit('b')
    bench.departures.cancel(first as Outgoing)
    assert.deepEqual(bench.sent, ['a', 'b'])
    bench.settle('b', 'acknowledged')
    assert.equal(bench.context.clock.timers.next, undefined)
    assert.deepEqual(bench.outcomes, ['b acknowledged'])
  })

  test('what was on its way on an association that is closed is interrupted; what waits leaves on the next one', () => {
    const bench = new Bench()
    bench.submit('a')
    bench.submit('b')
    const before = bench.association
    bench.peer.remove(before)
    bench.departures.closed(before, bench.peer)
    assert.deepEqual(bench.outcomes, ['a interrupted'])
    assert.deepEqual(bench.sent, ['a'])
    bench.goOn()
    bench.departures.continued(bench.peer)
    assert.deepEqual(bench.sent, ['a', 'b'])
  })

  test('nothing of a peer that is gone stays: not in flight, not in the queue, no timer', () => {
    const bench = new Bench()
    for (const name of ['a', 'b', 'c']) bench.submit(name)
    bench.departures.gone(bench.peer)
    assert.deepEqual(bench.outcomes, ['a gone', 'b gone', 'c gone'])
    assert.equal(bench.context.clock.timers.next, undefined)
    bench.departures.drained(bench.peer)
    assert.deepEqual(bench.sent, ['a'])
  })
})

describe('whoever makes a message', () => {
  test('may send another one: it leaves after it, in its turn', () => {
    const bench = new Bench()
    bench.submit('a', { departing: () => bench.submit('b') })
    assert.deepEqual(bench.sent, ['a'])
    bench.settle('a', 'acknowledged')
    assert.deepEqual(bench.sent, ['a', 'b'])
  })

  test('may cancel it', () => {
    const bench = new Bench()
    bench.submit('first')
    const outgoing = bench.submit('a', { departing: () => bench.departures.cancel(outgoing as Outgoing) })
    bench.submit('b')
    bench.settle('first', 'acknowledged')
    assert.deepEqual(bench.sent, ['first', 'b'])
  })

  test('may cancel the next one', () => {
    const bench = new Bench()
    bench.submit('first')
    bench.submit('a', { departing: () => bench.departures.cancel(next as Outgoing) })
    const next = bench.submit('b')
    bench.submit('c')
    bench.settle('first', 'acknowledged')
    bench.settle('a', 'acknowledged')
    assert.deepEqual(bench.sent, ['first', 'a', 'c'])
  })

  test('may close the association: then it leaves on the next one', () => {
    const bench = new Bench()
    const before = bench.association
    let times = 0
    const close = (): void => {
      if (times++ > 0) return
      bench.peer.remove(before)
      bench.departures.closed(before, bench.peer)
    }
    bench.submit('a', { departing: close })
    assert.deepEqual(bench.sent, [])
    bench.goOn()
    bench.departures.continued(bench.peer)
    assert.deepEqual(bench.sent, ['a'])
    assert.equal(bench.transport.sent[0]?.to, bench.association)
  })

  test('may fail: then others still leave', () => {
    const bench = new Bench()
    const fail = (): void => {
      throw new Error('broken')
    }
    assert.throws(() => bench.submit('a', { departing: fail }), /broken/)
    bench.submit('b')
    assert.deepEqual(bench.sent, ['b'])
  })
})

describe('a message that is longer than the transport takes', () => {
  const long = 'long '.repeat(300)

  test('makes way for what its sender has in its place', () => {
    const bench = new Bench()
    bench.submit(long, { instead: 'short' })
    assert.deepEqual(bench.sent, ['short'])
  })

  test('is given up if there is nothing in its place, and the next one leaves', () => {
    const bench = new Bench()
    bench.submit(long)
    bench.submit('b')
    assert.deepEqual(bench.sent, ['b'])
  })

  test('is as lost if what is in its place is too long as well', () => {
    const bench = new Bench()
    bench.submit(long, { instead: long })
    bench.submit('b')
    assert.deepEqual(bench.sent, ['b'])
    assert.deepEqual(bench.outcomes, [`${long} timeout`])
  })
})

interface Init {
  readonly confirmable?: boolean
  readonly transmission?: Transmission
  readonly outstanding?: number
  readonly departing?: () => unknown
  /** What is sent if it is too long. */
  readonly instead?: string
}

/** A peer whose messages are texts. */
class Bench {
  readonly context
  readonly transport = new RecordingTransport()
  readonly statistics = newStatistics()
  readonly departures: Departures
  readonly peer: EndpointPeer
  readonly outcomes: string[] = []
  readonly departedAt: number[] = []
  association = this.transport.association(1)
  readonly #outgoing = new Map<string, Outgoing | undefined>()
  #associations = 1

  constructor(limits = {}, seed = 1) {
    this.context = createContext(seed)
    const { context, statistics } = this
    this.departures = new Departures({
      ...{ context, statistics, limits: limitsOf(limits), transmission: transmissionDefaults },
      wire: new Wire(context, statistics),
    })
    this.peer = new EndpointPeer(this.association, transmissionDefaults)
  }

  submit(name: string, init: Init = {}): Outgoing | undefined {
    const { confirmable = true, transmission, outstanding = 0, departing = () => {}, instead } = init
    const { peer } = this
    const sender: Sender = {
      departing: () => {
        departing()
        return text(name)
      },
      tooLong: () => (instead === undefined ? undefined : text(instead)),
      outstandingFor: () => outstanding,
      settled: (outcome) => this.outcomes.push(`${name} ${outcome}`),
    }
    const outgoing = this.departures.submit({
      ...{ sender, peer, confirmable, token: noBytes },
      parameters: narrow(transmissionDefaults, transmission),
    })
    this.#outgoing.set(name, outgoing)
    return outgoing
  }

  settle(name: string, outcome: Outcome): void {
    this.departures.settle(this.#outgoing.get(name) as Outgoing, outcome)
  }

  /** The peer goes on with a new association, or with one that it had. */
  goOn(association: Association = this.transport.association(++this.#associations)): void {
    this.association = association as typeof this.association
    this.peer.add(association, 4)
  }

  get sent(): string[] {
    return this.transport.sent.map(({ bytes }) => new TextDecoder().decode(bytes.subarray(5)))
  }
}

function text(name: string): Message {
  return new Message({ code: Code.POST, payload: new TextEncoder().encode(name) })
}
