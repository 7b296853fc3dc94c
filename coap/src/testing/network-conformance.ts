// What every network has to do, whatever carries its packets and whatever is wrapped around it: the contract of
// network/network.ts as cases that any network can run against itself.

import { copyBytes } from '../bytes/copy.ts'
import type { Context } from '../context/context.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from '../network/network.ts'
import { type ConformanceCase, eventually, expect, expectBytes, expectRejection, expectThrow } from './conformance.ts'

/** Two networks that were not opened yet. The suite opens them, has `client` speak first, and closes them. */
export interface NetworkBench {
  readonly client: Network
  readonly server: Network
  readonly context: Context
  /** Lets some time pass: a packet that was sent arrives within a few hundred of these at most, usually in one. */
  pass(): Promise<void>
  /** Where the client reaches the server once that is open. Default: `server.addresses`. */
  serverAddresses?(): readonly NetworkAddress[]
}

/**
 * For instance `for (const { name, run } of networkConformance('udp', bench)) test(name, run)`. `name` goes before the names of
 * the cases; `bench` is called for each of them.
 */
export function networkConformance(
  name: string,
  bench: () => NetworkBench | Promise<NetworkBench>,
): readonly ConformanceCase[] {
  return Object.entries(cases).map(([sentence, run]) => ({
    name: `${name}: ${sentence}`,
    run: async () => {
      const both = new Both(await bench())
      try {
        await run(both)
      } finally {
        await both.client.close()
        await both.server.close()
      }
    },
  }))
}

const cases: Readonly<Record<string, (both: Both) => Promise<void>>> = {
  'it has addresses from when it is opened until it is closed': async (both) => {
    expect(both.server.addresses.length === 0, 'no addresses before it is open')
    await both.open()
    expect(both.server.addresses.length > 0, 'addresses once it is open')
    expect(
      both.server.addresses.every(({ port }) => port !== 0),
      'the port that it was given, not 0',
    )
    await both.server.close()
    expect(both.server.addresses.length === 0, 'no addresses once it is closed')
  },

  'it is opened once': async (both) => {
    await both.open()
    await expectRejection(both.server.open(both.atServer, both.bench.context), 'COAP_USAGE', 'opening it again')
  },

  'closing it twice does no harm': async (both) => {
    await both.open()
    await both.server.close()
    await both.server.close()
  },

  'closing it before it is opened does no harm': async (both) => {
    await both.client.close()
  },

  'a packet arrives whole, and its answer comes back on the same path': async (both) => {
    await both.open()
    const path = both.toServer()
    both.client.send(bytes(1, 2, 3), 3, path)
    const asked = await both.atServer.next(1)
    expectBytes(asked.packet, bytes(1, 2, 3), 'the packet')
    both.server.send(bytes(4, 5), 2, asked.path)
    const answered = await both.atClient.next(1)
    expectBytes(answered.packet, bytes(4, 5), 'the answer')
    expect(answered.path === path, 'the answer on the path that was asked on')
  },

  'an empty packet arrives': async (both) => {
    await both.open()
    both.client.send(bytes(), 0, both.toServer())
    expectBytes((await both.atServer.next(1)).packet, bytes(), 'the packet')
  },

  'nothing is delivered within the call that sends': async (both) => {
    await both.open()
    both.client.send(bytes(1), 1, both.toServer())
    expect(both.atServer.received.length === 0, 'nothing to have arrived yet')
    await both.atServer.next(1)
  },

  'sending takes a copy, and no more bytes than it is told': async (both) => {
    await both.open()
    const buffer = bytes(1, 2, 3, 4, 5)
    both.client.send(buffer, 3, both.toServer())
    buffer.fill(9)
    expectBytes((await both.atServer.next(1)).packet, bytes(1, 2, 3), 'the packet')
  },

  'packets are told apart whatever the receiver does with the bytes that it is lent': async (both) => {
    await both.open()
    both.atServer.whenReceived = (packet) => packet.fill(0)
    for (let number = 1; number <= 3; number++) both.client.send(bytes(number, number), 2, both.toServer())
    await both.atServer.next(3)
    const numbers = both.atServer.received.map(({ packet }) => packet[0]).sort()
    expect(numbers.join() === '1,2,3', `packets 1, 2 and 3, not ${numbers}`)
  },

  'packets that are owned may be kept without a copy': async (both) => {
    await both.open()
    if (!both.server.packetsAreOwned) return
    const kept: Uint8Array[] = []
    both.atServer.whenReceived = (packet) => kept.push(packet)
    for (let number = 1; number <= 3; number++) both.client.send(bytes(number, number), 2, both.toServer())
    await both.atServer.next(3)
    for (const [at, { packet }] of both.atServer.received.entries())
      expectBytes(kept[at], packet, 'the packet that was kept')
  },

  'a packet of the greatest length arrives, a longer one is a usage error': async (both) => {
    await both.open()
    const length = both.client.maxPacketSize
    const packet = new Uint8Array(length + 1).map((_, at) => at)
    both.client.send(packet, length, both.toServer())
    expectBytes((await both.atServer.next(1)).packet, packet.subarray(0, length), 'the packet')
    expectThrow(() => both.client.send(packet, length + 1, both.toServer()), 'COAP_USAGE', 'sending one byte more')
  },

  'packets between the same two places carry the same path, with the owner that it was given': async (both) => {
    await both.open()
    const path = both.toServer()
    path.owner = 'client'
    both.atServer.whenReceived = (_, from) => {
      from.owner ??= 'server'
    }
    both.client.send(bytes(1), 1, path)
    both.client.send(bytes(2), 1, path)
    const second = await both.atServer.next(2)
    expect(both.atServer.received[0]?.path === second.path, 'both packets on the same path')
    both.server.send(bytes(3), 1, second.path)
    expect((await both.atClient.next(1)).path === both.toServer(), 'the answer on the path that `path` gives')
    expect(both.toServer().owner === 'client' && second.path.owner === 'server', 'each path with its own owner')
  },

  'a path that is not to a group is its own unicast path': async (both) => {
    await both.open()
    both.client.send(bytes(1), 1, both.toServer())
    const { path } = await both.atServer.next(1)
    expect(path.unicast === path && !path.multicast, 'a unicast path')
    expect(both.toServer().unicast === both.toServer() && !both.toServer().multicast, 'a unicast path')
  },

  'a path that was forgotten has no owner when it is met again': async (both) => {
    await both.open()
    both.atServer.whenReceived = (_, from) => {
      from.owner ??= 'server'
    }
    both.client.send(bytes(1), 1, both.toServer())
    const first = await both.atServer.next(1)
    first.path.owner = undefined
    both.server.forget(first.path)
    both.server.forget(first.path) // and again: no harm
    both.atServer.whenReceived = () => {}
    both.client.send(bytes(2), 1, both.toServer())
    const second = await both.atServer.next(2)
    expect(second.path.owner === undefined, 'no owner')
    both.server.send(bytes(3), 1, second.path)
    await both.atClient.next(1)
  },

  'an answer leaves from the address that was asked': async (both) => {
    await both.open()
    const addresses = both.bench.serverAddresses?.() ?? both.server.addresses
    for (const [index, address] of addresses.entries()) {
      const path = both.client.path(address)
      both.client.send(bytes(index), 1, path)
      both.server.send(bytes(index), 1, (await both.atServer.next(index + 1)).path)
      expect((await both.atClient.next(index + 1)).path === path, `an answer from ${address.host} port ${address.port}`)
    }
  },

  'after a send that says false comes drained': async (both) => {
    await both.open()
    let more = true
    for (let count = 0; more && count < 2000; count++) more = both.client.send(bytes(1), 1, both.toServer())
    if (more) return
    await eventually(both.bench.pass, () => both.atClient.drainedCount > 0, 'drained to be told')
    expect(both.client.send(bytes(2), 1, both.toServer()), 'room again')
  },

  'nothing is delivered after it was closed, neither what is on its way nor what comes later': async (both) => {
    await both.open()
    const path = both.toServer()
    both.client.send(bytes(1), 1, path)
    const asked = await both.atServer.next(1)
    both.server.send(bytes(2), 1, asked.path)
    await both.client.close()
    both.server.send(bytes(3), 1, asked.path)
    for (let round = 0; round < 10; round++) await both.bench.pass()
    expect(both.atClient.received.length === 0 && both.atClient.drainedCount === 0, 'nothing to be delivered')
  },

  'what is closed takes packets without complaint, and sends none': async (both) => {
    await both.open()
    const path = both.toServer()
    await both.client.close()
    expect(both.client.send(bytes(1), 1, path), 'true: there is nothing to wait for')
    both.client.forget(path)
    for (let round = 0; round < 10; round++) await both.bench.pass()
    expect(both.atServer.received.length === 0, 'nothing to arrive')
  },
}

class Both {
  readonly bench: NetworkBench
  readonly client: Network
  readonly server: Network
  readonly atClient: Recorder
  readonly atServer: Recorder

  constructor(bench: NetworkBench) {
    this.bench = bench
    this.client = bench.client
    this.server = bench.server
    this.atClient = new Recorder(bench.pass)
    this.atServer = new Recorder(bench.pass)
  }

  async open(): Promise<void> {
    await this.server.open(this.atServer, this.bench.context)
    await this.client.open(this.atClient, this.bench.context)
  }

  toServer(): Path {
    const [address] = this.bench.serverAddresses?.() ?? this.server.addresses
    expect(address !== undefined, 'an address of the server')
    return this.client.path(address)
  }
}

interface Received {
  readonly packet: Uint8Array
  readonly path: Path
}

class Recorder implements NetworkReceiver {
  readonly received: Received[] = []
  drainedCount = 0
  whenReceived: (packet: Uint8Array, from: Path) => void = () => {}
  readonly #pass: () => Promise<void>

  constructor(pass: () => Promise<void>) {
    this.#pass = pass
  }

  /** The packet of this number, counted from 1, once so many have come. */
  async next(number: number): Promise<Received> {
    await eventually(this.#pass, () => this.received.length >= number, `packet ${number} to arrive`)
    return this.received[number - 1] as Received
  }

  packet(packet: Uint8Array, path: Path): void {
    this.received.push({ packet: copyBytes(packet), path })
    this.whenReceived(packet, path)
  }

  drained(): void {
    this.drainedCount++
  }

  unreachable(): void {}

  tooBig(): void {}
}

function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}
