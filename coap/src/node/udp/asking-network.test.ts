import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { NetworkAddress, NetworkReceiver, Path } from '../../network/network.ts'
import { createContext } from '../../testing/context.ts'
import { AskingNetwork } from './asking-network.ts'
import { ListeningNetwork } from './listening-network.ts'

const context = createContext(1)

test('where nobody listens, the path is told to be unreachable', async () => {
  const told: { path: Path; reason: Error }[] = []
  const network = await open({ unreachable: (path, reason) => told.push({ path, reason }) })
  const path = network.path({ host: '127.0.0.1', port: await unusedPort() })
  network.send(Uint8Array.of(1), 1, path)
  await eventually(() => told.length > 0)
  assert.equal(told[0]?.path, path)
  assert.equal((told[0]?.reason as { code?: string } | undefined)?.code, 'ECONNREFUSED')
  await network.close()
})

test('it takes packets from nobody but the one who was asked', async () => {
  const received: number[] = []
  const network = await open({ packet: (packet) => received.push(packet[0] as number) })
  const [asked, other] = [await listening(), await listening()]
  const path = network.path(asked.addresses[0] as NetworkAddress)
  const back = (from: ListeningNetwork): Path => from.path(path.local)
  other.send(Uint8Array.of(2), 1, back(other))
  asked.send(Uint8Array.of(1), 1, back(asked))
  await eventually(() => received.length > 0)
  assert.deepEqual(received, [1])
  await Promise.all([network.close(), asked.close(), other.close()])
})

test('each server is asked from a port of its own, and the same one again from the same', async () => {
  const network = await open()
  const one = network.path({ host: '127.0.0.1', port: 5001 })
  const other = network.path({ host: '127.0.0.1', port: 5002 })
  assert.notEqual(one.local.port, other.local.port)
  assert.equal(network.path({ host: '127.0.0.1', port: 5001 }), one)
  network.forget(one)
  assert.notEqual(network.path({ host: '127.0.0.1', port: 5001 }), one)
  network.forget(one) // once more: the new one stays
  assert.equal(network.path({ host: '127.0.0.1', port: 5002 }), other)
  await network.close()
})

test('of many servers the later ones share a socket, and packets of each come on its own path', async () => {
  const received: Path[] = []
  const network = await open({ packet: (_packet, from) => received.push(from) })
  const servers = await Promise.all(Array.from({ length: 70 }, listening))
  const paths = servers.map(({ addresses }) => network.path(addresses[0] as NetworkAddress))
  for (const path of paths) {
    path.owner = network
    network.send(Uint8Array.of(1), 1, path)
  }
  await eventually(() => paths.every(({ local }) => local.port !== 0))
  assert.equal(new Set(paths.map(({ local }) => local.port)).size, 65)
  for (const [index, server] of servers.entries()) {
    const { port } = (paths[index] as Path).local
    server.send(Uint8Array.of(2), 1, server.path({ host: '127.0.0.1', port }))
  }
  await eventually(() => received.length === 70)
  assert.deepEqual(new Set(received), new Set(paths))
  const [shared] = paths.slice(69) as [Path]
  network.forget(shared)
  assert.notEqual(network.path(shared.remote), shared)
  await Promise.all([network.close(), ...servers.map((server) => server.close())])
})

test('a packet that the way there does not take is told with what it may have', async () => {
  const sizes: number[] = []
  const network = await open({ tooBig: (_, size) => sizes.push(size) })
  const path = network.path({ host: '127.0.0.1', port: 5001 })
  const { socket } = path as unknown as { socket: Parameters<AskingNetwork['failed']>[0] }
  network.failed(socket, Object.assign(new Error('send EMSGSIZE'), { code: 'EMSGSIZE' }))
  assert.deepEqual(sizes, [1280])
  await network.close()
})

test('where there is no way, it says so at once', async () => {
  const network = await open()
  assert.throws(() => network.path({ host: '255.255.255.255', port: 5683 }), { code: 'COAP_UNREACHABLE' })
  assert.throws(() => network.path({ host: '127.0.0.1', port: 0 }), { code: 'COAP_USAGE' })
  await network.close()
})

test('who shares a socket stays on it, also when one of its own would be free', async () => {
  const network = await open()
  const paths = Array.from({ length: 65 }, (_, at) => network.path({ host: '127.0.0.1', port: 5001 + at }))
  network.forget(paths[0] as Path)
  assert.equal(network.path({ host: '127.0.0.1', port: 5065 }), paths[64])
  await network.close()
})

test('once it is closed it opens no socket any more', async () => {
  const network = await open()
  await network.close()
  assert.throws(() => network.path({ host: '127.0.0.1', port: 5001 }), { code: 'COAP_USAGE' })
})

async function open(receiver: Partial<NetworkReceiver> = {}): Promise<AskingNetwork> {
  const network = new AskingNetwork()
  await network.open({ packet() {}, drained() {}, unreachable() {}, tooBig() {}, ...receiver }, context)
  return network
}

async function listening(): Promise<ListeningNetwork> {
  const network = new ListeningNetwork([{ host: '127.0.0.1', port: 0 }])
  await network.open({ packet() {}, drained() {}, unreachable() {}, tooBig() {} }, context)
  return network
}

/** One that was free just now. */
async function unusedPort(): Promise<number> {
  const network = await listening()
  const [address] = network.addresses as [NetworkAddress]
  await network.close()
  return address.port
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let round = 0; round < 500 && !holds(); round++) await new Promise((resolve) => setTimeout(resolve, 1))
  assert.ok(holds())
}
