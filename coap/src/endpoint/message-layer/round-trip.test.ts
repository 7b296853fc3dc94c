import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Subject } from '../../handler/subject.ts'
import { Code } from '../../message/code.ts'
import { Observe } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { narrow, type Transmission, transmissionDefaults } from '../../message/transmission.ts'
import { FaultInjector } from '../../network/fault-injector.ts'
import { Link, type LinkProfile } from '../../network/link.ts'
import { linkProfiles } from '../../network/link-profiles.ts'
import { MemoryHub } from '../../network/memory.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { CoapUri } from '../../uri/coap-uri.ts'
import { Endpoint } from '../endpoint.ts'
import { backedOff, firstTimeout, RoundTrip } from './round-trip.ts'

const cocoa = narrow(transmissionDefaults, { congestion: 'cocoa' })

describe('an estimate', () => {
  test('takes half of what an unambiguous measurement says, as RFC 6298 reckons it (4.2)', () => {
    const peer = new RoundTrip(2000, 0)
    peer.measured(1000, 0, 0)
    assert.equal(peer.timeoutAt(0), 2500) // (1000 + 4 * 500 + 2000) / 2
    peer.measured(1000, 0, 0)
    assert.equal(peer.timeoutAt(0), 2500) // (1000 + 4 * 375 + 2500) / 2
    peer.measured(2000, 0, 0)
    assert.equal(peer.timeoutAt(0), 2875) // (1125 + 4 * 531 + 2500) / 2
  })

  test('takes a quarter of an ambiguous one, and its variation once (4.2, 4.2.1)', () => {
    for (const retransmissions of [1, 2]) {
      const peer = new RoundTrip(2000, 0)
      peer.measured(3000, retransmissions, 0)
      assert.equal(peer.timeoutAt(0), 2625) // (3000 + 1500) / 4 + 2000 * 3 / 4
    }
  })

  test('takes nothing of what came after a third retransmission (4.2)', () => {
    const peer = new RoundTrip(2000, 0)
    peer.measured(20_000, 3, 0)
    assert.equal(peer.timeoutAt(0), 2000)
  })

  test('is neither shorter than peers may take to acknowledge, nor longer than 32 s (4.2.1)', () => {
    const [quick, slow] = [new RoundTrip(2000, 0), new RoundTrip(2000, 0)]
    for (let count = 0; count < 50; count++) {
      quick.measured(1, 0, 0)
      slow.measured(60_000, 0, 0)
    }
    assert.deepEqual([quick.timeoutAt(0), slow.timeoutAt(0)], [200, 32_000])
  })

  test('below a second is doubled when nothing is measured for 16 times its length (4.3)', () => {
    const peer = new RoundTrip(200, 0)
    const seen = [0, 3200, 3201, 9600, 9601, 22_400, 22_401, 1e9].map((time) => peer.timeoutAt(time))
    assert.deepEqual(seen, [200, 200, 400, 400, 800, 800, 1600, 1600])
  })

  test('above 3 seconds it shrinks when nothing is measured for 4 times its length (4.3)', () => {
    const peer = new RoundTrip(10_000, 0)
    const seen = [40_000, 40_001, 64_001, 80_001, 92_001, 1e9].map((time) => peer.timeoutAt(time))
    assert.deepEqual(seen, [10_000, 6000, 4000, 3000, 3000, 3000])
  })

  test('is aged all at once when it is asked for (4.3)', () => {
    assert.equal(new RoundTrip(200, 0).timeoutAt(1e9), 1600)
  })
})

describe('time-outs', () => {
  test('of a peer that nothing is known of are longer for each exchange in parallel (4.1)', () => {
    assert.deepEqual(
      [1, 2, 3, 100].map((parallel) => firstTimeout(cocoa, undefined, parallel, 0)),
      [2000, 4000, 6000, 32_000],
    )
    const known = new RoundTrip(700, 0)
    assert.equal(firstTimeout(cocoa, known, 3, 0), 700)
  })

  test('grow threefold below a second, half as much again above three, to 32 s (4.2.1)', () => {
    const grown = [200, 999, 1000, 3000, 3001, 30_000, 32_000].map((timeout) => backedOff(cocoa, timeout))
    assert.deepEqual(grown, [600, 2997, 2000, 6000, 4501.5, 32_000, 32_000])
  })

  test('that are fixed are not estimated, and double (RFC 7252 4.2)', () => {
    assert.equal(firstTimeout(transmissionDefaults, new RoundTrip(700, 0), 3, 0), 2000)
    assert.deepEqual(
      [200, 5000, 32_000].map((timeout) => backedOff(transmissionDefaults, timeout)),
      [400, 10_000, 64_000],
    )
  })
})

describe('over a link', () => {
  /** A cell at its worst: an answer takes 8 seconds. */
  const slow: LinkProfile = {
    up: { ...linkProfiles.nbIot.up, latency: 4000 },
    down: { ...linkProfiles.nbIot.down, latency: 4000 },
  }

  test('that is slow hardly anything is sent twice, where fixed time-outs send everything again', async () => {
    const [fixed, adaptive] = [await exchanges(slow, 0, 'fixed'), await exchanges(slow, 0, 'cocoa')]
    assert.ok(fixed.retransmissions >= 50, `${fixed.retransmissions} retransmissions of 50 messages`)
    assert.ok(adaptive.retransmissions <= 5, `${adaptive.retransmissions} retransmissions of 50 messages`)
  })

  test('that is fast and lossy a loss is made good in a fraction of the time', async () => {
    const link = linkProfiles.ieee802154
    const [fixed, adaptive] = [await exchanges(link, 0.2, 'fixed'), await exchanges(link, 0.2, 'cocoa')]
    assert.ok(fixed.retransmissions > 10 && adaptive.retransmissions > 10)
    assert.ok(adaptive.duration < fixed.duration / 3, `${adaptive.duration} ms, and ${fixed.duration} ms fixed`)
  })

  test('that is fast and sound nothing is sent twice', async () => {
    const { up } = linkProfiles.ieee802154
    const sound = { up: { ...up, loss: 0 }, down: { ...up, loss: 0 } }
    assert.equal((await exchanges(sound, 0, 'cocoa')).retransmissions, 0)
  })

  /** 50 requests, one after the other. */
  async function exchanges(profile: LinkProfile, loss: number, congestion: 'fixed' | 'cocoa') {
    const context = createContext(3)
    const hub = new MemoryHub(context)
    const handler = (): Response => Response.text('22.3 C')
    await new Endpoint({ context, handler, transports: [plain(hub.network(own))] }).open()
    const network = new FaultInjector(new Link(hub.network({ host: '192.0.2.2', port: 0 }), profile), { loss })
    const client = await new Endpoint({ context, transmission: { congestion }, transports: [plain(network)] }).open()
    for (let count = 0; count < 50; count++) {
      let answered = false
      const asked = Promise.resolve(client.send(new Request({ code: Code.GET, uri }))).finally(() => {
        answered = true
      })
      asked.catch(() => {})
      while (!answered) await context.clock.advanceToNext()
      await asked
    }
    return { retransmissions: client.statistics.retransmissions, duration: context.now() }
  }
})

test('Non-confirmable notifications leave one in a round trip where that is known, not one in 3 seconds (RFC 7641 4.5.1)', async () => {
  assert.deepEqual(await notified({ congestion: 'fixed' }), [0, 3000, 6000])
  assert.deepEqual(await notified({ congestion: 'cocoa' }), [0, 200, 400])
})

/** When three notifications arrive whose states change all the time, at a client that has answered the server quickly. */
async function notified(transmission: Transmission): Promise<number[]> {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const subject = new Subject()
  const server = await new Endpoint({
    ...{ context, transmission },
    transports: [plain(hub.network(own))],
    handler: () => Response.text('state').observing(subject),
  }).open()
  const handler = (): Response => Response.text('here I am')
  const transports = [plain(hub.network({ host: '192.0.2.2', port: 0 }))]
  const client = await new Endpoint({ context, handler, transports }).open()
  const options = new Options().add(Observe, 0)
  const registered = client.send(new Request({ code: Code.GET, uri, options, confirmable: false }))
  await context.clock.advance(0)
  const { notifications } = await registered
  const [peer] = server.peers
  for (let count = 0; count < 20; count++) {
    const asked = server.send(new Request({ code: Code.GET, ...(peer && { peer }) }))
    await context.clock.advance(0)
    await asked
  }
  const began = context.now()
  const times: number[] = []
  const read = async (): Promise<void> => {
    for await (const _ of notifications ?? []) times.push(context.now() - began)
  }
  const reading = read().catch(() => {})
  while (times.length < 3) {
    subject.changed()
    await context.clock.advance(10)
  }
  await client.close()
  await reading
  return times.map((time) => Math.floor(time / 100) * 100)
}

const own = { host: '192.0.2.1', port: 5683 }
const uri = CoapUri.parse('coap://192.0.2.1/temperature')
