import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { networkConformance } from '../testing/network-conformance.ts'
import { MemoryHub, type MemoryHubOptions, type MemoryNetworkOptions } from './memory.ts'
import type { NetworkReceiver, Path } from './network.ts'

const a = { host: '192.0.2.1', port: 5683 }
const b = { host: '192.0.2.2', port: 5683 }
const allNodes = { host: '224.0.1.187', port: 5683 }

for (const packetsAreOwned of [true, false]) {
  const suite = networkConformance(packetsAreOwned ? 'memory' : 'memory that lends its packets', () => {
    const context = createContext(1)
    const hub = new MemoryHub(context)
    const options = { packetsAreOwned, backlog: 100 }
    return {
      context,
      client: hub.network({ host: '192.0.2.1', port: 0 }, options),
      server: hub.network([b, { host: '192.0.2.3', port: 5683 }, { host: '2001:db8::2', port: 5683 }], options),
      pass: () => context.clock.advance(1),
    }
  })
  for (const { name, run } of suite) test(name, run)
}

test('a packet arrives after the latency of the hub', async () => {
  const { context, one, other } = await bench({ latency: 40 })
  one.send('hello', b)
  await context.clock.advance(39)
  assert.deepEqual(other.heard, [])
  await context.clock.advance(1)
  assert.deepEqual(other.heard, ['192.0.2.1 > 192.0.2.2: hello'])
})

test('packets arrive in the order in which they were sent', async () => {
  const { context, one, other } = await bench()
  for (const text of ['a', 'b', 'c']) one.send(text, b)
  await context.clock.advance(0)
  assert.deepEqual(
    other.heard.map((each) => each.at(-1)),
    ['a', 'b', 'c'],
  )
})

test('a Buffer, whose slice is no copy, is copied too', async () => {
  const { context, one, other } = await bench()
  const buffer = Buffer.from('hello')
  one.network.send(buffer, 5, one.network.path(b))
  buffer.fill(0)
  await context.clock.advance(0)
  assert.deepEqual(other.heard, ['192.0.2.1 > 192.0.2.2: hello'])
})

test('a packet to where nobody listens comes back as unreachable', async () => {
  const { context, one } = await bench()
  const path = one.send('hello', { host: '192.0.2.9', port: 1 })
  await context.clock.advance(0)
  assert.deepEqual(one.unreachables, [[path, 'nobody listens at 192.0.2.9:1']])
})

test('a hub that has no ICMP loses a packet to where nobody listens in silence', async () => {
  const { context, hub, one } = await bench({ unreachable: false })
  one.send('hello', { host: '192.0.2.9', port: 1 })
  await context.clock.advance(0)
  assert.deepEqual([one.unreachables, hub.undeliverable], [[], 1])
})

test('a packet to a group reaches its members, on a path whose replies leave from a unicast address', async () => {
  const { context, hub, one, other } = await bench()
  other.network.join(allNodes)
  const third = await join(hub, '192.0.2.3')
  one.send('hello', allNodes)
  await context.clock.advance(0)
  assert.deepEqual(other.heard, ['192.0.2.1 > 224.0.1.187 (group): hello'])
  assert.deepEqual(third.heard, [])
  assert.deepEqual(one.unreachables, [])
  const from = other.paths[0] as Path
  assert.equal(from.unicast.multicast, false)
  assert.equal(from.unicast, other.network.path(a))
  other.network.send(new TextEncoder().encode('here'), 4, from.unicast)
  await context.clock.advance(0)
  assert.deepEqual(one.heard, ['192.0.2.2 > 192.0.2.1: here'])
})

test('a member of a group hears nothing more once it is closed', async () => {
  const { context, one, other } = await bench()
  other.network.join(allNodes)
  one.send('hello', allNodes)
  await other.network.close()
  await context.clock.advance(0)
  assert.deepEqual(other.heard, [])
})

test('only a multicast address is a group', async () => {
  const { one } = await bench()
  assert.throws(() => one.network.join(b), /multicast address, not 192.0.2.2/)
})

test('without a wish a path leaves from the first address of the family that it goes to', async () => {
  const { hub } = await bench()
  const host = await join(hub, '192.0.2.7', '2001:db8::7')
  assert.equal(host.network.path(b).local.host, '192.0.2.7')
  assert.equal(host.network.path({ host: '2001:db8::1', port: 1 }).local.host, '2001:db8::7')
})

test('a path leaves from the address that is asked for, if it is one of the network', async () => {
  const { hub } = await bench()
  const host = await join(hub, '192.0.2.7', '192.0.2.8')
  const [first, second] = [host.network.path(b), host.network.path(b, { host: '192.0.2.8', port: 5683 })]
  assert.equal(second.local.host, '192.0.2.8')
  assert.notEqual(first, second)
  assert.throws(() => host.network.path(b, b), /192.0.2.2:5683 is none of this network's addresses/)
})

test('two spellings of an address are one path', async () => {
  const { hub } = await bench()
  const host = await join(hub, '2001:db8::7')
  const one = host.network.path({ host: '2001:db8::1', port: 1 })
  assert.equal(host.network.path({ host: '2001:DB8:0::1', port: 1 }), one)
})

test('a name is not an address', async () => {
  const { one } = await bench()
  assert.throws(() => one.network.path({ host: 'a.example', port: 1 }), /not 'a.example': resolve it first/)
})

test('an address that somebody has is refused, and free again when that one closes', async () => {
  const { hub, other } = await bench()
  await assert.rejects(join(hub, '192.0.2.5', '192.0.2.2'), { code: 'COAP_CONNECTION' })
  await other.network.close()
  await join(hub, '192.0.2.5', '192.0.2.2')
})

test('port 0 is any free port', async () => {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const network = hub.network([
    { host: '192.0.2.1', port: 0 },
    { host: '192.0.2.1', port: 0 },
  ])
  await network.open(new Ear(network))
  const ports = network.addresses.map(({ port }) => port)
  assert.ok(ports.every((port) => port >= 49_152))
  assert.equal(new Set(ports).size, 2)
})

test('strangers do not make the path table grow, nor drive out a path that has an owner', async () => {
  const { context, hub, one, other } = await bench({}, { paths: 50 })
  one.send('first', b)
  await context.clock.advance(0)
  const path = other.paths[0] as Path
  path.owner = 'somebody'
  const flood = hub.network(Array.from({ length: 3000 }, (_, at) => ({ host: '192.0.2.66', port: 1 + at })))
  await flood.open(new Ear(flood))
  for (const local of flood.addresses) flood.send(Uint8Array.of(1), 1, flood.path(b, local))
  one.send('last', b)
  await context.clock.advance(0)
  assert.equal(other.heard.length, 3002)
  assert.equal(other.paths.at(-1), path)
})

test('when all paths are owned, packets on another one are lost and counted', async () => {
  const { context, hub, other } = await bench({}, { paths: 50 })
  const flood = hub.network(Array.from({ length: 60 }, (_, at) => ({ host: '192.0.2.66', port: 1 + at })))
  await flood.open(new Ear(flood))
  for (const local of flood.addresses) flood.send(Uint8Array.of(1), 1, flood.path(b, local))
  other.adopt = true
  await context.clock.advance(0)
  assert.deepEqual([other.heard.length, other.network.refused], [50, 10])
  other.network.forget(other.paths[0] as Path)
  flood.send(Uint8Array.of(1), 1, flood.path(b, flood.addresses[59]))
  await context.clock.advance(0)
  assert.equal(other.heard.length, 51)
})

class Ear implements NetworkReceiver {
  readonly network: ReturnType<MemoryHub['network']>
  readonly heard: string[] = []
  readonly paths: Path[] = []
  readonly unreachables: [Path, string][] = []
  adopt = false

  constructor(network: ReturnType<MemoryHub['network']>) {
    this.network = network
  }

  send(text: string, to: { host: string; port: number }): Path {
    const path = this.network.path(to)
    const bytes = new TextEncoder().encode(text)
    this.network.send(bytes, bytes.length, path)
    return path
  }

  packet(packet: Uint8Array, from: Path): void {
    const group = from.multicast ? ' (group)' : ''
    this.heard.push(`${from.remote.host} > ${from.local.host}${group}: ${new TextDecoder().decode(packet)}`)
    this.paths.push(from)
    if (this.adopt) from.owner = this
  }

  drained(): void {}

  unreachable(path: Path, reason: Error): void {
    this.unreachables.push([path, reason.message])
  }

  tooBig(): void {}
}

async function bench(options: MemoryHubOptions = {}, ofOther: MemoryNetworkOptions = {}) {
  const context = createContext(1)
  const hub = new MemoryHub(context, options)
  const one = new Ear(hub.network(a))
  const other = new Ear(hub.network(b, ofOther))
  await one.network.open(one)
  await other.network.open(other)
  return { context, hub, one, other }
}

async function join(hub: MemoryHub, ...hosts: string[]): Promise<Ear> {
  const ear = new Ear(hub.network(hosts.map((host) => ({ host, port: 5683 }))))
  await ear.network.open(ear)
  return ear
}
