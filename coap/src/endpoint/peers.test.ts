import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { exchangeLifetime, transmissionDefaults } from '../message/transmission.ts'
import { createContext, type TestContext } from '../testing/context.ts'
import { RecordingTransport } from '../testing/recording-transport.ts'
import { limitsOf } from './limits.ts'
import type { EndpointPeer } from './peer.ts'
import { Peers } from './peers.ts'
import { newStatistics } from './statistics.ts'

test('whoever was heard longest ago and has nothing open makes room, as in a list', () => {
  const operation = fc.record({
    kind: fc.constantFrom('add', 'add', 'heard', 'heard', 'begin', 'end', 'delete'),
    which: fc.nat(7),
  })
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 200, size: 'max' }), (operations) => {
      const bench = new Bench({ peers: 5 })
      let model: EndpointPeer[] = []
      for (const { kind, which } of operations) {
        const peer = model[which % Math.max(1, model.length)]
        if (kind === 'add') {
          if (model.length === 5) {
            const at = model.findIndex(({ open }) => open === 0)
            const evicted = model[at]
            // Those that were looked at and may not go are as if they had been heard.
            model = evicted === undefined ? model : [...model.slice(at + 1), ...model.slice(0, at)]
            const added = bench.add()
            assert.equal(added === undefined, evicted === undefined)
            assert.equal(bench.forgotten.at(-1), evicted)
            if (added !== undefined) model.push(added)
            bench.forgotten.length = 0
          } else model.push(bench.add() as EndpointPeer)
        } else if (peer !== undefined) {
          if (kind === 'begin') peer.open++
          else if (kind === 'end') peer.open = Math.max(0, peer.open - 1)
          else {
            model = model.filter((each) => each !== peer)
            if (kind === 'heard') model.push(peer)
            if (kind === 'heard') bench.peers.touch(peer)
            else bench.peers.delete(peer)
          }
        }
        assert.deepEqual([...bench.peers], model)
        assert.equal(bench.peers.size, model.length)
      }
    }),
  )
})

test('where all have something open, a newcomer is refused and counted, and soon found out', () => {
  const bench = new Bench({ peers: 1000 })
  for (let count = 0; count < 1000; count++) (bench.add() as EndpointPeer).open = 1
  assert.equal(bench.add(), undefined)
  assert.deepEqual(bench.statistics.refused, { peers: 1 })
  assert.deepEqual(bench.forgotten, [])
})

test('among those that may go, one whose Message IDs are free again goes first', async () => {
  const bench = new Bench({ peers: 3 })
  const [asked, other] = [bench.add(), bench.add(), bench.add()] as EndpointPeer[]
  if (asked !== undefined) asked.messageIdUsed = bench.context.now()
  bench.add()
  assert.deepEqual(bench.forgotten, [other])
  await bench.context.clock.advance(exchangeLifetime(transmissionDefaults))
  assert.ok(asked !== undefined)
  for (const peer of [...bench.peers]) if (peer !== asked) bench.peers.touch(peer)
  bench.add()
  assert.deepEqual(bench.forgotten, [other, asked])
})

test('a dormant peer is no longer among those that are there, and comes back as the one heard last', () => {
  const bench = new Bench({ peers: 2 })
  const [first, second] = [bench.add(), bench.add()] as [EndpointPeer, EndpointPeer]
  bench.peers.sleep(second)
  assert.deepEqual([bench.peers.size, bench.peers.dormantSize], [1, 1])
  bench.peers.touch(second) // a late packet changes nothing
  bench.peers.wake(second)
  assert.deepEqual([bench.peers.size, bench.peers.dormantSize], [2, 0])
  assert.deepEqual([...bench.peers], [first, second])
  assert.equal(bench.context.clock.timers.next, undefined)
})

test('a dormant peer is given up in time, with nobody else going to sleep', async () => {
  const bench = new Bench({ dormancy: 1000 })
  const [first, second] = [bench.add(), bench.add()] as [EndpointPeer, EndpointPeer]
  bench.peers.sleep(first)
  await bench.context.clock.advance(400)
  bench.peers.sleep(second)
  await bench.context.clock.advance(599)
  assert.deepEqual(bench.forgotten, [])
  await bench.context.clock.advance(1)
  assert.deepEqual(bench.forgotten, [first])
  await bench.context.clock.advance(400)
  assert.deepEqual(bench.forgotten, [first, second])
  assert.equal(bench.context.clock.timers.next, undefined)
})

test('when too many are dormant the longest gone is given up', () => {
  const bench = new Bench({ dormantPeers: 2 })
  const peers = [bench.add(), bench.add(), bench.add()] as EndpointPeer[]
  for (const peer of peers) bench.peers.sleep(peer)
  assert.deepEqual(bench.forgotten, [peers[0]])
  assert.equal(bench.peers.dormantSize, 2)
})

test('dormant peers can be deleted', () => {
  const bench = new Bench()
  const peer = bench.add() as EndpointPeer
  bench.peers.sleep(peer)
  bench.peers.delete(peer)
  assert.deepEqual([bench.peers.size, bench.peers.dormantSize, [...bench.peers].length], [0, 0, 0])
  assert.equal(bench.context.clock.timers.next, undefined)
})

class Bench {
  readonly context: TestContext = createContext(1)
  readonly statistics = newStatistics()
  readonly forgotten: EndpointPeer[] = []
  readonly peers: Peers
  readonly #transport = new RecordingTransport()
  #ports = 0

  constructor(limits = {}) {
    const { context, statistics } = this
    this.peers = new Peers(
      { context, statistics, limits: limitsOf(limits), transmission: transmissionDefaults },
      (peer) => this.forgotten.push(peer),
    )
  }

  add(): EndpointPeer | undefined {
    return this.peers.add(this.#transport.association(++this.#ports))
  }
}
