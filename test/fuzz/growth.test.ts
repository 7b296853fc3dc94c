// Whatever is sent to an endpoint, and however much of it: it keeps no more than its limits, and no memory besides.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { MemoryHub } from '../../coap/src/network/memory.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { plain } from '../../coap/src/transport/plain.ts'
import { Dice } from '../simulation/dice.ts'
import { corpusOf } from './corpus.ts'
import { mutate } from './mutate.ts'
import { bytesOfUnits } from './target.ts'
import { datagrams } from './targets/datagrams.ts'

const own = { host: '192.0.2.1', port: 5683 }
const limits = {
  peers: 50,
  observations: 50,
  requests: 50,
  duplicates: 50_000,
  nonIdempotentDuplicates: 50_000,
  backlog: 8,
}

test('30,000 datagrams more, of any kind and from 300 addresses, cost no memory that stays', async () => {
  const context = createContext(1, { settle: async () => {} })
  const hub = new MemoryHub(context)
  const subject = new Subject()
  const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
  const network = hub.network(own, { packetsAreOwned: false })
  const endpoint = await new Endpoint({
    context,
    limits,
    transports: [plain(network, { resolver })],
    handler: () => Response.text('here').observing(subject),
  }).open()
  const senders = await Promise.all(
    Array.from({ length: 300 }, async (_, number) => {
      const sender = hub.network({ host: `10.0.${number >> 8}.${number & 255}`, port: 5683 })
      await sender.open({ packet() {}, drained() {}, unreachable() {}, tooBig() {} })
      return { sender, path: sender.path(own) }
    }),
  )
  const dice = new Dice(1, 1)
  const pool = [...datagrams.seeds(), ...corpusOf(datagrams)]
  const siege = async (): Promise<number> => {
    for (let count = 1; count <= 30_000; count++) {
      const packet = bytesOfUnits(mutate(dice.pick(pool), dice.pick(pool), datagrams, dice))
      const { sender, path } = dice.pick(senders)
      sender.send(packet, packet.length, path)
      if (count % 20 === 0) context.clock.advanceNow(1)
      if (count % 1000 === 0) subject.changed()
      for (const name of ['peers', 'observations', 'requests'] as const) {
        assert.ok(endpoint.sizes[name] <= limits[name], name)
      }
    }
    subject.gone()
    context.clock.advanceNow(3_600_000)
    assert.equal(context.clock.timers.next, undefined)
    return memory()
  }
  await siege() // then all that is made once has been made
  const before = await siege()
  const after = await siege()
  const { requests, malformed, peersEvicted } = endpoint.statistics
  for (const count of [requests, malformed.options, peersEvicted]) assert.ok(count > 5000, `${count}`)
  assert.ok(after - before < 300_000, `${after - before} bytes more`)
  assert.equal(endpoint.sizes.observations, 0)
})

/** Bytes in use, after what is not has been collected. */
function memory(): number {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  for (let times = 0; times < 3; times++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}
