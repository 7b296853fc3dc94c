import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryHub, type MemoryNetworkOptions } from '../network/memory.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from '../network/network.ts'
import { NetworkAround } from '../network/network-around.ts'
import { createContext } from './context.ts'
import { networkConformance } from './network-conformance.ts'

test('a network that keeps the contract passes', async () => {
  assert.deepEqual(await failures((network) => network), [])
})

test('a network that sends the bytes it was lent instead of a copy is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override send(buffer: Uint8Array, length: number, to: Path): boolean {
          if (length > this.maxPacketSize) return super.send(buffer, length, to)
          this.later(() => super.send(buffer, length, to))
          return true
        }
      })(network),
  )
  assert.ok(found.includes('sending takes a copy, and no more bytes than it is told'), found.join())
})

test('a network that keeps the bytes of one that lends them is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override packet(packet: Uint8Array, from: Path): void {
          this.later(() => super.packet(packet, from))
        }
      })(network),
    { packetsAreOwned: false },
  )
  assert.ok(found.includes('a packet arrives whole, and its answer comes back on the same path'), found.join())
})

test('a network that hands up the same buffer again but says that packets are owned is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override get packetsAreOwned(): boolean {
          return true
        }
      })(network),
    { packetsAreOwned: false },
  )
  assert.deepEqual(found, ['packets that are owned may be kept without a copy'])
})

test('a network whose paths are new objects each time is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override path(remote: NetworkAddress, local?: NetworkAddress): Path {
          return { ...super.path(remote, local) }
        }
      })(network),
  )
  assert.ok(found.includes('packets between the same two places carry the same path, with the owner that it was given'))
})

test('a network that remembers the owner of a forgotten path is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        readonly #owners = new Map<string, unknown>()

        override packet(packet: Uint8Array, from: Path): void {
          const key = `${from.remote.host} ${from.remote.port}`
          from.owner ??= this.#owners.get(key)
          super.packet(packet, from)
          this.#owners.set(key, from.owner)
        }
      })(network),
  )
  assert.deepEqual(found, ['a path that was forgotten has no owner when it is met again'])
})

test('a network that delivers within the call to send is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override send(buffer: Uint8Array, length: number, to: Path): boolean {
          const more = super.send(buffer, length, to)
          this.context?.clock.advanceNow(1)
          return more
        }
      })(network),
  )
  assert.ok(found.includes('nothing is delivered within the call that sends'), found.join())
})

test('a network that takes packets of any length, or not the longest, is found', async () => {
  for (const difference of [-1, 1]) {
    const found = await failures(
      (network) =>
        new (class extends Sabotage {
          override get maxPacketSize(): number {
            return super.maxPacketSize + difference
          }
        })(network),
      { maxPacketSize: 100 },
    )
    assert.deepEqual(found, ['a packet of the greatest length arrives, a longer one is a usage error'])
  }
})

test('a network that answers from another address than the one that was asked is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override send(buffer: Uint8Array, length: number, to: Path): boolean {
          return super.send(buffer, length, super.path(to.remote))
        }
      })(network),
  )
  assert.ok(found.includes('an answer leaves from the address that was asked'), found.join())
})

test('a network that never has room again is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override drained(): void {}
      })(network),
  )
  assert.deepEqual(found, ['after a send that says false comes drained'])
})

test('a network that still delivers after it was closed is found', async () => {
  const found = await failures(
    (network) =>
      new (class extends Sabotage {
        override async close(): Promise<void> {}
      })(network),
  )
  assert.deepEqual(found, [
    'it has addresses from when it is opened until it is closed',
    'nothing is delivered after it was closed, neither what is on its way nor what comes later',
    'what is closed takes packets without complaint, and sends none',
  ])
})

class Sabotage extends NetworkAround {
  context: ReturnType<typeof createContext> | undefined = undefined
  readonly #held: (() => void)[] = []

  override async open(receiver: NetworkReceiver, context: ReturnType<typeof createContext>): Promise<void> {
    this.context = context
    await super.open(receiver, context)
  }

  /** When the next turn begins, as far as a test can tell. */
  protected later(deed: () => void): void {
    this.#held.push(deed)
    queueMicrotask(() => this.#held.shift()?.())
  }
}

/** The cases that fail with two networks of which each has something around it. */
async function failures(around: (network: Network) => Network, options: MemoryNetworkOptions = {}): Promise<string[]> {
  const failed: string[] = []
  const suite = networkConformance('sabotage', () => {
    const context = createContext(1)
    const hub = new MemoryHub(context)
    const all = { backlog: 100, ...options }
    return {
      context,
      client: around(hub.network({ host: '192.0.2.1', port: 0 }, all)),
      server: around(
        hub.network(
          [
            { host: '192.0.2.2', port: 5683 },
            { host: '192.0.2.3', port: 5683 },
          ],
          all,
        ),
      ),
      pass: () => context.clock.advance(1),
    }
  })
  for (const { name, run } of suite) {
    await run().catch(() => failed.push(name.replace('sabotage: ', '')))
  }
  return failed
}
