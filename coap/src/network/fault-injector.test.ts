import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { networkConformance } from '../testing/network-conformance.ts'
import { FaultInjector, type Faults } from './fault-injector.ts'
import { MemoryHub } from './memory.ts'
import type { NetworkReceiver, Path } from './network.ts'

const server = { host: '192.0.2.2', port: 5683 }

for (const [name, faults] of [
  ['faults that do not happen', {}],
  ['a delay', { delay: 30 }],
] as const) {
  const suite = networkConformance(`memory behind ${name}`, () => {
    const context = createContext(1)
    const hub = new MemoryHub(context)
    const around = (host: string) =>
      new FaultInjector(hub.network({ host, port: 0 }, { packetsAreOwned: false }), faults)
    return {
      context,
      client: around('192.0.2.1'),
      server: around('192.0.2.2'),
      pass: () => context.clock.advance(10),
    }
  })
  for (const { name, run } of suite) test(name, run)
}

test('packets are lost by number', async () => {
  const { send, heard } = await bench({ loss: (number) => number === 2 })
  await send(1, 2, 3)
  assert.deepEqual(heard, [1, 3])
})

test('packets are lost by chance, about as often as asked for, and the same again with the same seed', async () => {
  const run = async (seed: number) => {
    const { send, heard, injector } = await bench({ loss: 0.3 }, seed)
    await send(...Array.from({ length: 200 }, (_, number) => number))
    assert.equal(injector.counters.outgoing.lost, 200 - heard.length)
    return heard
  }
  const heard = await run(1)
  assert.ok(heard.length > 115 && heard.length < 165, `${heard.length} of 200`)
  assert.deepEqual(await run(1), heard)
  assert.notDeepEqual(await run(2), heard)
})

test('a duplicate is the same packet once more', async () => {
  const { send, heard, injector } = await bench({ duplicate: (number) => number === 1 })
  await send(1, 2)
  assert.deepEqual(heard.sort(), [1, 1, 2])
  assert.equal(injector.counters.outgoing.duplicated, 1)
})

test('a reordered packet is overtaken by those that follow soon', async () => {
  const { send, heard, context, injector } = await bench({ reorder: (number) => number === 1, reorderDelay: 50 })
  await send(1, 2, 3)
  assert.deepEqual(heard, [2, 3])
  await context.clock.advance(50)
  assert.deepEqual(heard, [2, 3, 1])
  assert.equal(injector.counters.outgoing.reordered, 1)
})

test('a delay is the same for all, or at random between two bounds, or by number', async () => {
  const arrivals = async (delay: NonNullable<Faults['delay']>) => {
    const { send, context, times } = await bench({ delay })
    await send(1, 2)
    await context.clock.advance(1000)
    return times
  }
  assert.deepEqual(await arrivals(70), [70, 70])
  assert.deepEqual(await arrivals((number) => number * 10), [10, 20])
  const jitter = await arrivals([100, 200])
  assert.ok(
    jitter.every((time) => time >= 100 && time <= 201),
    jitter.join(),
  )
  assert.notEqual(jitter[0], jitter[1])
})

test('a damaged packet differs in one bit, and the sender keeps its bytes', async () => {
  const { send, heard, injector } = await bench({ corrupt: 1 })
  const sent = await send(0x55)
  const flipped = (heard[0] as number) ^ 0x55
  assert.equal(flipped & (flipped - 1), 0)
  assert.notEqual(flipped, 0)
  assert.deepEqual(sent, [Uint8Array.of(0x55)])
  assert.equal(injector.counters.outgoing.corrupted, 1)
})

test('a packet longer than the MTU is lost, and its sender learns of it later', async () => {
  const { client, toServer, context, told, heard } = await bench({ mtu: 100 })
  client.send(new Uint8Array(101), 101, toServer)
  assert.deepEqual(told, [])
  await context.clock.advance(1)
  assert.deepEqual([told, heard], [[[toServer, 100]], []])
  client.send(new Uint8Array(100), 100, toServer)
  await context.clock.advance(1)
  assert.equal(heard.length, 1)
})

test('packets that come in have faults of their own', async () => {
  const { context, client, injector, toServer, heard, atClient, reply } = await bench({}, 1, { loss: 1 })
  client.send(Uint8Array.of(1), 1, toServer)
  await context.clock.advance(1)
  reply(Uint8Array.of(2))
  await context.clock.advance(1)
  assert.deepEqual([heard, atClient], [[1], []])
  assert.equal(injector.counters.incoming.lost, 1)
})

test('faults begin and end at any time', async () => {
  const { send, heard, injector } = await bench({})
  await send(1)
  injector.inject({ loss: 1 })
  await send(2)
  injector.inject({})
  await send(3)
  assert.deepEqual(heard, [1, 3])
})

test('a packet that comes late on a path forgotten meanwhile comes on the new path', async () => {
  const { context, client, toServer, reply, pathsAtClient } = await bench({}, 1, { delay: 50 })
  client.send(Uint8Array.of(1), 1, toServer)
  await context.clock.advance(1)
  reply(Uint8Array.of(2))
  await context.clock.advance(1)
  client.forget(toServer)
  const newPath = client.path(server)
  await context.clock.advance(100)
  assert.notEqual(newPath, toServer)
  assert.deepEqual(pathsAtClient, [newPath])
})

test('thirty percent is not 30', () => {
  const network = new MemoryHub(createContext(1)).network(server)
  assert.throws(() => new FaultInjector(network, { loss: 30 }), /probability of loss is between 0 and 1, not 30/)
})

async function bench(faults: Faults, seed = 1, incoming: Faults = {}) {
  const context = createContext(seed)
  const hub = new MemoryHub(context)
  const injector = new FaultInjector(hub.network({ host: '192.0.2.1', port: 0 }), faults, incoming)
  const other = hub.network(server)
  const heard: number[] = []
  const times: number[] = []
  const told: [Path, number][] = []
  const atClient: number[] = []
  const pathsAtClient: Path[] = []
  let back: Path | undefined
  await other.open({
    ...deaf,
    packet(packet, from) {
      back = from
      heard.push(packet[0] as number)
      times.push(context.now())
    },
  })
  await injector.open(
    {
      ...deaf,
      packet(packet, from) {
        atClient.push(packet[0] as number)
        pathsAtClient.push(from)
      },
      tooBig: (path, size) => told.push([path, size]),
    },
    context,
  )
  const toServer = injector.path(server)
  const send = async (...numbers: number[]) => {
    const packets = numbers.map((number) => Uint8Array.of(number))
    for (const packet of packets) injector.send(packet, 1, toServer)
    await context.clock.advance(1)
    return packets
  }
  const reply = (packet: Uint8Array) => other.send(packet, packet.length, back as Path)
  return { context, client: injector, injector, toServer, send, reply, heard, times, told, atClient, pathsAtClient }
}

const deaf: NetworkReceiver = { packet() {}, drained() {}, unreachable() {}, tooBig() {} }
