import assert from 'node:assert/strict'
import { describe, mock, test } from 'node:test'
import type { NetworkAddress, NetworkReceiver, Path } from '../../network/network.ts'
import { createContext, type TestContext } from '../../testing/context.ts'
import { networkConformance } from '../../testing/network-conformance.ts'
import { transportConformance } from '../../testing/transport-conformance.ts'
import { plain } from '../../transport/plain.ts'
import { AskingNetwork } from './asking-network.ts'
import { DgramSocket } from './dgram-socket.ts'
import { ListeningNetwork } from './listening-network.ts'
import { localAddresses } from './local-addresses.ts'

const [four, otherFour, six] = ['127.0.0.1', '127.0.0.2', '::1']
const hasSix = localAddresses().some(({ host }) => host === six)
const both = hasSix ? [four, six] : [four]
const pass = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 1))
const nobody: NetworkReceiver = { packet() {}, drained() {}, unreachable() {}, tooBig() {} }

for (const [name, client] of [
  ['UDP from who listens too', () => new ListeningNetwork(both.map(anyPort))],
  ['UDP from who only asks', () => new AskingNetwork()],
] as const) {
  const suite = networkConformance(name, () => ({
    client: client(),
    server: new ListeningNetwork([four, otherFour, ...both.slice(1)].map(anyPort)),
    context: createContext(1),
    pass,
  }))
  for (const { name: sentence, run } of suite) test(sentence, run)

  const transports = transportConformance(name, () => ({
    client: plain(client()),
    server: plain(new ListeningNetwork([anyPort(four)])),
    context: createContext(1),
    pass,
  }))
  for (const { name: sentence, run } of transports) test(sentence, run)
}

describe('a wildcard', () => {
  test('means all addresses of this machine, IPv4 and IPv6 with one port', async () => {
    await using network = await open([{ host: '::', port: 0 }])
    const { addresses } = network
    assert.equal(new Set(addresses.map(({ port }) => port)).size, 1)
    const hosts = addresses.map(({ host, zone }) => (zone === undefined ? host : `${host}%${zone}`))
    assert.deepEqual(
      hosts,
      localAddresses().map(({ host }) => host),
    )
  })

  test('of IPv4 means those of IPv4 alone', async () => {
    await using network = await open([{ host: '0.0.0.0', port: 0 }])
    assert.ok(network.addresses.every(({ host }) => !host.includes(':')))
  })

  test('means addresses that come later, too', async () => {
    const local = [four]
    const context = createContext(1)
    await using network = await open([{ host: '::', port: 0 }], { context, local: () => local.map(loopback) })
    const hosts = (): string => network.addresses.map(({ host }) => host).join(' ')
    assert.equal(hosts(), four)
    local.push(otherFour)
    await context.clock.advance(9999)
    assert.equal(hosts(), four)
    await context.clock.advance(1)
    assert.equal(hosts(), `${four} ${otherFour}`)
    const ports = network.addresses.map(({ port }) => port)
    assert.equal(ports[0], ports[1])
  })

  test('does not need an address that goes just now, and takes it when it is back', async () => {
    const local = [four, '192.0.2.234']
    const context = createContext(1)
    await using network = await open([{ host: '::', port: 0 }], { context, local: () => local.map(loopback) })
    assert.equal(network.addresses.length, 1)
    local[1] = otherFour
    await context.clock.advance(10_000)
    assert.equal(network.addresses.length, 2)
  })

  test('is looked at no longer once the network is closed', async () => {
    const context = createContext(1)
    const network = await open([{ host: '::', port: 0 }], { context, local: () => [loopback(four)] })
    await network.close()
    assert.equal(context.clock.timers.next, undefined)
  })

  test('closed while it is looked at: no socket stays', async () => {
    const local = [four]
    const context = createContext(1)
    const network = await open([{ host: '::', port: 0 }], { context, local: () => local.map(loopback) })
    const [address] = network.addresses as [NetworkAddress]
    local.push(otherFour)
    context.clock.advanceNow(10_000) // binding has begun
    await network.close()
    await pass()
    await (await open([{ host: otherFour, port: address.port }])).close()
  })

  test('on a machine without such an address is an error', async () => {
    await assert.rejects(open([{ host: '0.0.0.0', port: 0 }], { local: () => [loopback(six)] }), {
      code: 'COAP_CONNECTION',
      message: 'this machine has no address for 0.0.0.0',
    })
  })
})

describe('it says clearly', () => {
  test('that a port is in use', async () => {
    await using first = await open([anyPort(four)])
    const [address] = first.addresses as [NetworkAddress]
    await assert.rejects(open([address]), {
      code: 'COAP_PORT_IN_USE',
      message: `port ${address.port} of 127.0.0.1 is in use: choose another one, or 0 for any that is free`,
    })
  })

  test('that an address is of another machine', async () => {
    await assert.rejects(open([anyPort('192.0.2.234')]), {
      code: 'COAP_CANNOT_LISTEN',
      message: '192.0.2.234 is no address of this machine',
    })
  })

  test('that a port needs privileges', async () => {
    const refused = Object.assign(new Error('bind EACCES'), { code: 'EACCES' })
    const bind = mock.method(DgramSocket.prototype, 'bind', () => Promise.reject(refused))
    try {
      await assert.rejects(open([{ host: four, port: 683 }]), {
        code: 'COAP_CANNOT_LISTEN',
        message: 'port 683 needs privileges that this process lacks: choose one from 1024 on',
      })
    } finally {
      bind.mock.restore()
    }
  })

  test('that it reaches nobody there: then another address of a name may do', async () => {
    await using network = await open([anyPort(four)])
    assert.throws(() => network.path({ host: '2001:db8::1', port: 5683 }), { code: 'COAP_UNREACHABLE' })
  })

  test('that nobody can be asked at port 0', async () => {
    await using network = await open([anyPort(four)])
    assert.throws(() => network.path({ host: four, port: 0 }), { code: 'COAP_USAGE' })
  })

  test('that a path cannot begin at an address that it does not listen at', async () => {
    await using network = await open([anyPort(four)])
    assert.throws(() => network.path({ host: four, port: 5683 }, { host: otherFour, port: 1 }), { code: 'COAP_USAGE' })
  })
})

test('when one address cannot be had, those that were are given back', async () => {
  await using taken = await open([anyPort(otherFour)])
  const [{ port }] = taken.addresses as [NetworkAddress]
  await assert.rejects(open([{ host: four, port }, { host: otherFour, port }])) // biome-ignore format: two of a kind
  await (await open([{ host: four, port }])).close()
})

test('any port that is free at all of several addresses will do, not only the first one', async () => {
  const { bind } = DgramSocket.prototype
  let count = 0
  const inUse = Object.assign(new Error('bind EADDRINUSE'), { code: 'EADDRINUSE' })
  const mocked = mock.method(DgramSocket.prototype, 'bind', function (this: DgramSocket, host: string, port: number) {
    return ++count % 2 === 0 && count < 6 ? Promise.reject(inUse) : bind.call(this, host, port)
  })
  try {
    await using network = await open([{ host: '::', port: 0 }], { local: () => [four, otherFour].map(loopback) })
    assert.equal(network.addresses.length, 2)
    assert.equal(count, 6)
  } finally {
    mocked.mock.restore()
  }
})

test('it asks from the address that the system would take', async () => {
  const asking = new AskingNetwork()
  await asking.open(nobody, createContext(1))
  await using network = await open([{ host: '::', port: 0 }])
  for (const { host } of localAddresses()) {
    if (host.includes('%')) continue
    const remote = { host, port: 9 }
    assert.equal(network.path(remote).local.host, asking.path(remote).local.host)
  }
  await asking.close()
})

test('a path has an owner or is dropped: who knocks from ever new ports costs nothing', async () => {
  const seen: Path[] = []
  await using server = await open([anyPort(four)], {
    receiver: { ...nobody, packet: (_, from) => seen.push(from) },
  })
  const [address] = server.addresses as [NetworkAddress]
  for (let count = 0; count < 20; count++) {
    await using client = await open([anyPort(four)])
    const path = client.path(address)
    client.send(Uint8Array.of(count), 1, path)
    for (let round = 0; round < 500 && seen.length <= count; round++) await pass()
  }
  assert.equal(seen.length, 20)
  const { socket } = seen[0] as unknown as { socket: DgramSocket }
  assert.equal(socket.paths.size, 0)
})

function anyPort(host: string): NetworkAddress {
  return { host, port: 0 }
}

function loopback(host: string) {
  return { host, loopback: true }
}

interface Opened {
  context?: TestContext
  local?: () => readonly { readonly host: string; readonly loopback: boolean }[]
  receiver?: NetworkReceiver
}

async function open(
  wanted: readonly NetworkAddress[],
  { context = createContext(1), local = localAddresses, receiver = nobody }: Opened = {},
): Promise<ListeningNetwork & AsyncDisposable> {
  const network = new ListeningNetwork(wanted, { local })
  await network.open(receiver, context)
  return Object.assign(network, { [Symbol.asyncDispose]: () => network.close() })
}
