import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { networkConformance } from '../testing/network-conformance.ts'
import { MemoryHub, type MemoryNetwork } from './memory.ts'
import { NatBox, type NatOptions } from './nat.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from './network.ts'

const home = { host: '10.0.0.2', port: 5683 }
const server = { host: '192.0.2.2', port: 5683 }
const elsewhere = { host: '192.0.2.3', port: 5683 }
const minute = 60_000

for (const packetsAreOwned of [true, false]) {
  const name = packetsAreOwned ? 'memory behind a NAT box' : 'memory that lends its packets, behind a NAT box'
  const suite = networkConformance(name, () => {
    const context = createContext(1)
    const hub = new MemoryHub(context)
    const outside = hub.network(outsideAddresses(4), { packetsAreOwned, backlog: 100 })
    return {
      context,
      client: new NatBox(outside).network(home),
      server: hub.network([server, elsewhere]),
      pass: () => context.clock.advance(1),
    }
  })
  for (const { name, run } of suite) test(name, run)
}

test('what a host sends appears to come from the box, and its answer finds the host', async () => {
  const { host, at, pass } = await bench()
  host.send(server)
  await pass()
  assert.deepEqual(at.server.froms(), ['203.0.113.1:1'])
  at.server.reply()
  await pass()
  assert.deepEqual(host.froms(), ['192.0.2.2:5683'])
  assert.deepEqual(host.paths[0]?.local, home)
})

test('a host appears at the same place to all, as long as it sends', async () => {
  const { host, at, pass } = await bench()
  for (let times = 0; times < 3; times++) {
    host.send(server)
    host.send(elsewhere)
    await pass(4 * minute)
  }
  assert.deepEqual(at.server.froms(), ['203.0.113.1:1', '203.0.113.1:1', '203.0.113.1:1'])
  assert.deepEqual(at.elsewhere.froms(), at.server.froms())
})

test('after the mapping has timed out an answer is lost, and the host appears somewhere else', async () => {
  const { box, host, at, pass } = await bench({ mappingTimeout: 30_000 })
  host.send(server)
  await pass(30_001)
  at.server.reply()
  await pass()
  assert.deepEqual(host.froms(), [])
  assert.equal(box.counters.unmapped, 1)
  host.send(server)
  await pass()
  assert.deepEqual(at.server.froms(), ['203.0.113.1:1', '203.0.113.1:2'])
})

test('packets that come in keep a mapping alive only if the box is so inclined', async () => {
  for (const inboundRefresh of [false, true]) {
    const { host, at, pass } = await bench({ mappingTimeout: 30_000, inboundRefresh })
    host.send(server)
    await pass(20_000)
    at.server.reply()
    await pass(20_000)
    at.server.reply()
    await pass()
    assert.equal(host.paths.length, inboundRefresh ? 2 : 1)
  }
})

test('after rebinding a host appears somewhere else, and its old place leads nowhere', async () => {
  const { box, host, at, pass } = await bench()
  host.send(server)
  await pass()
  box.rebind()
  at.server.reply()
  await pass()
  assert.deepEqual([host.froms(), box.counters.unmapped], [[], 1])
  host.send(server)
  await pass()
  at.server.reply()
  await pass()
  assert.deepEqual(at.server.froms(), ['203.0.113.1:1', '203.0.113.1:2'])
  assert.deepEqual(host.froms(), ['192.0.2.2:5683'])
})

test('rebinding may change the address too, and give it to another host', async () => {
  const addresses = [
    { host: '203.0.113.1', port: 1 },
    { host: '203.0.113.9', port: 1 },
  ]
  const { box, host, at, pass } = await bench({}, addresses)
  const neighbour = new Ear(box.network({ host: '10.0.0.3', port: 5683 }))
  await neighbour.network.open(neighbour, at.context)
  host.send(server)
  neighbour.send(server)
  box.rebind()
  neighbour.send(server)
  host.send(server)
  await pass()
  assert.deepEqual(at.server.froms(), ['203.0.113.1:1', '203.0.113.9:1', '203.0.113.1:1', '203.0.113.9:1'])
  at.server.reply()
  await pass()
  assert.deepEqual([host.paths.length, neighbour.paths.length], [1, 0])
})

test('from where nothing was sent to nothing comes in, as closely as the filtering says', async () => {
  const strangers = [
    { host: '192.0.2.2', port: 9 },
    { host: '192.0.2.3', port: 5683 },
  ]
  const admitted = async (filtering: NonNullable<NatOptions['filtering']>) => {
    const { box, host, at, pass } = await bench({ filtering })
    host.send(server)
    await pass()
    const [seen] = at.server.paths as [Path]
    for (const stranger of strangers) at.from(stranger, seen.remote)
    at.server.reply()
    await pass()
    assert.equal(box.counters.filtered, 3 - host.paths.length)
    return host.froms()
  }
  assert.deepEqual(await admitted('address-and-port-dependent'), ['192.0.2.2:5683'])
  assert.deepEqual(await admitted('address-dependent'), ['192.0.2.2:9', '192.0.2.2:5683'])
  assert.deepEqual(await admitted('endpoint-independent'), ['192.0.2.2:9', '192.0.2.3:5683', '192.0.2.2:5683'])
})

test('where the mapping depends on the destination, a host appears at one place to each', async () => {
  const { host, at, pass } = await bench({ mapping: 'address-and-port-dependent' })
  host.send(server)
  host.send(elsewhere)
  host.send(server)
  await pass()
  assert.deepEqual(at.server.froms(), ['203.0.113.1:1', '203.0.113.1:1'])
  assert.deepEqual(at.elsewhere.froms(), ['203.0.113.1:2'])
})

test('when all outside addresses are taken, a packet is lost and counted', async () => {
  const { box, host, at, pass } = await bench({ mapping: 'address-and-port-dependent' }, outsideAddresses(1))
  host.send(server)
  host.send(elsewhere)
  await pass()
  assert.deepEqual([at.server.froms(), at.elsewhere.froms()], [['203.0.113.1:1'], []])
  assert.equal(box.counters.exhausted, 1)
  await pass(6 * minute)
  host.send(elsewhere)
  await pass()
  assert.deepEqual(at.elsewhere.froms(), ['203.0.113.1:1'])
})

test('that nobody listens is told to the host that sent there', async () => {
  const { host, pass } = await bench()
  const path = host.send({ host: '192.0.2.99', port: 1 })
  await pass()
  assert.deepEqual(host.unreachables, [path])
})

test('two hosts behind one box have two addresses there', async () => {
  const { box, at } = await bench()
  const twin = new Ear(box.network(home))
  await assert.rejects(twin.network.open(twin, at.context), /another host is 10.0.0.2:5683/)
})

test('a host that restarts is a new host to the box', async () => {
  const { box, host, at, pass } = await bench()
  host.send(server)
  await pass()
  await host.network.close()
  at.server.reply()
  const again = new Ear(box.network(home))
  await again.network.open(again, at.context)
  await pass()
  assert.deepEqual(again.froms(), [])
  again.send(server)
  await pass()
  assert.deepEqual(at.server.froms(), ['203.0.113.1:1', '203.0.113.1:2'])
})

test('closing the box closes the outside network', async () => {
  const { box, outside } = await bench()
  assert.equal(outside.addresses.length, 4)
  await box.close()
  assert.equal(outside.addresses.length, 0)
})

class Ear implements NetworkReceiver {
  readonly network: Network
  readonly paths: Path[] = []
  readonly unreachables: Path[] = []

  constructor(network: Network) {
    this.network = network
  }

  send(to: NetworkAddress): Path {
    const path = this.network.path(to)
    this.network.send(Uint8Array.of(1), 1, path)
    return path
  }

  /** To whom it heard last. */
  reply(): void {
    this.network.send(Uint8Array.of(2), 1, this.paths.at(-1) as Path)
  }

  froms(): string[] {
    return this.paths.map(({ remote }) => `${remote.host}:${remote.port}`)
  }

  packet(_: Uint8Array, from: Path): void {
    this.paths.push(from)
  }

  drained(): void {}

  unreachable(path: Path): void {
    this.unreachables.push(path)
  }

  tooBig(): void {}
}

async function bench(options: NatOptions = {}, addresses = outsideAddresses(4)) {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const outside = hub.network(addresses)
  const box = new NatBox(outside, options)
  const host = new Ear(box.network(home))
  await host.network.open(host, context)
  // The server has a second address at each place, for packets that come from where nothing was sent to.
  const open = async (network: MemoryNetwork) => {
    const ear = new Ear(network)
    await network.open(ear)
    return ear
  }
  const at = {
    context,
    server: await open(hub.network([server, { ...server, port: 9 }])),
    elsewhere: await open(hub.network(elsewhere)),
    from(local: NetworkAddress, remote: NetworkAddress): void {
      const { network } = local.host === server.host ? at.server : at.elsewhere
      network.send(Uint8Array.of(3), 1, network.path(remote, local))
    },
  }
  return { box, host, outside, at, pass: (delay = 1) => context.clock.advance(delay) }
}

function outsideAddresses(count: number): NetworkAddress[] {
  return Array.from({ length: count }, (_, at) => ({ host: '203.0.113.1', port: 1 + at }))
}
