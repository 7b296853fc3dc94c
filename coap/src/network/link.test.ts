import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { networkConformance } from '../testing/network-conformance.ts'
import { Link, type LinkDirection, type LinkProfile } from './link.ts'
import { linkProfiles } from './link-profiles.ts'
import { MemoryHub } from './memory.ts'
import type { NetworkReceiver, Path } from './network.ts'

const server = { host: '192.0.2.2', port: 5683 }

/** A byte takes a millisecond. */
const plain: LinkDirection = {
  bitRate: 8000,
  frameSize: 100,
  frameOverhead: 0,
  maxPacketSize: 1000,
  latency: 0,
  loss: 0,
  dutyCycle: 1,
  queue: 3,
}

const lossless = { up: { ...linkProfiles.ieee802154.up, loss: 0 }, down: { ...linkProfiles.ieee802154.down, loss: 0 } }
const suite = networkConformance('memory over a radio link', () => {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  return {
    context,
    client: new Link(hub.network({ host: '192.0.2.1', port: 0 }, { packetsAreOwned: false }), lossless),
    server: hub.network(server),
    pass: () => context.clock.advance(10),
  }
})
for (const { name, run } of suite) test(name, run)

test('a packet takes as long as its bits, and then the latency', async () => {
  const { send, advance, arrivals } = await bench({ ...plain, latency: 7 })
  send(40)
  await advance(100)
  assert.deepEqual(arrivals, ['40@47'])
})

test('packets leave one after the other', async () => {
  const { send, advance, arrivals } = await bench(plain)
  send(40, 10, 20)
  await advance(100)
  assert.deepEqual(arrivals, ['40@40', '10@50', '20@70'])
})

test('a packet that does not fit in one frame takes several, each with its overhead', async () => {
  const { send, advance, arrivals, link } = await bench({ ...plain, frameOverhead: 5 })
  send(100, 101)
  await advance(1000)
  assert.deepEqual(arrivals, ['100@105', '101@216'])
  assert.equal(link.counters.up.airtime, 216)
})

test('after each packet the link is silent for as long as its duty cycle asks', async () => {
  const { send, advance, arrivals } = await bench({ ...plain, dutyCycle: 0.01 })
  send(10, 10, 10)
  await advance(5000)
  assert.deepEqual(arrivals, ['10@10', '10@1010', '10@2010'])
})

test('a full queue asks the sender to wait, and tells it when there is room', async () => {
  const { link, toServer, advance, drained } = await bench(plain)
  const sent = [1, 2, 3].map(() => link.send(new Uint8Array(10), 10, toServer))
  assert.deepEqual(sent, [true, true, false])
  await advance(9)
  assert.deepEqual(drained, [])
  await advance(1)
  assert.deepEqual(drained, [10])
})

test('what is sent although the queue is full is lost and counted', async () => {
  const { send, advance, arrivals, link } = await bench(plain)
  send(1, 2, 3, 4, 5)
  await advance(100)
  assert.deepEqual([arrivals.length, link.counters.up.dropped], [3, 2])
})

test('the more frames a packet has, the more often it is lost', async () => {
  const lost = async (length: number) => {
    const { send, advance, link } = await bench({ ...plain, loss: 0.1, queue: 1000 })
    send(...Array.from({ length: 400 }, () => length))
    await advance(10_000_000)
    return link.counters.up.lost / 400
  }
  const [one, five] = [await lost(100), await lost(500)]
  assert.ok(one > 0.05 && one < 0.16, `${one}`) // 0.1
  assert.ok(five > 0.32 && five < 0.5, `${five}`) // 1 - 0.9^5 = 0.41
})

test('what comes in is as slow as the way down', async () => {
  const { send, advance, reply, atClient } = await bench(plain, { ...plain, bitRate: 800, maxPacketSize: 20 })
  send(10)
  await advance(10)
  reply(8)
  reply(21)
  await advance(79)
  assert.deepEqual(atClient, [])
  await advance(1000)
  assert.deepEqual(atClient, ['8@90'])
})

test('a packet takes the link no longer than its network does, and no longer than the link does', async () => {
  const hub = new MemoryHub(createContext(1))
  const network = hub.network(server, { maxPacketSize: 100 })
  assert.equal(new Link(network, linkProfiles.nbIot).maxPacketSize, 100)
  assert.equal(new Link(network, linkProfiles.loraSlow).maxPacketSize, 51)
})

test('the links that come with it are as slow as their data sheets say', async () => {
  const time = async (profile: LinkProfile, length: number) => {
    const { send, advance, arrivals } = await bench({ ...profile.up, loss: 0, latency: 0 })
    send(length)
    await advance(10_000)
    return Number(arrivals[0]?.split('@')[1])
  }
  assert.equal(await time(linkProfiles.ieee802154, 76), 5) // a full frame: 133 bytes at 250 kbit/s are 4.3 ms
  assert.equal(await time(linkProfiles.nbIot, 125), 17) // a full block: 1000 bits at 62 kbit/s
  // SX1276 air time of 64 bytes at SF12 is 2.8 s, of 235 bytes at SF7 369 ms: the indicative bit rates come near
  const [slow, fast] = [await time(linkProfiles.loraSlow, 51), await time(linkProfiles.loraFast, 222)]
  assert.ok(Math.abs(slow - 2793) < 2793 * 0.15, `${slow}`)
  assert.ok(Math.abs(fast - 369) < 369 * 0.15, `${fast}`)
})

async function bench(up: LinkDirection, down: LinkDirection = plain) {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const link = new Link(hub.network({ host: '192.0.2.1', port: 0 }), { up, down })
  const other = hub.network(server)
  const arrivals: string[] = []
  const atClient: string[] = []
  const drained: number[] = []
  let back: Path | undefined
  await other.open({
    ...deaf,
    packet(packet, from) {
      back = from
      arrivals.push(`${packet.length}@${context.now()}`)
    },
  })
  await link.open(
    {
      ...deaf,
      packet: (packet) => atClient.push(`${packet.length}@${context.now()}`),
      drained: () => drained.push(context.now()),
    },
    context,
  )
  const toServer = link.path(server)
  return {
    link,
    toServer,
    arrivals,
    atClient,
    drained,
    advance: (delay: number) => context.clock.advance(delay),
    send: (...lengths: number[]) => {
      for (const length of lengths) link.send(new Uint8Array(length), length, toServer)
    },
    reply: (length: number) => other.send(new Uint8Array(length), length, back as Path),
  }
}

const deaf: NetworkReceiver = { packet() {}, drained() {}, unreachable() {}, tooBig() {} }
