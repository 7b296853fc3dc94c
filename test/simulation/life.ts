// One endpoint at an inhabitant's address, from its opening to its end; after a restart there is another one, which knows nothing of it.

import type { Context } from '../../coap/src/context/context.ts'
import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import type { Handler } from '../../coap/src/handler/handler.ts'
import { FaultInjector } from '../../coap/src/network/fault-injector.ts'
import type { MemoryHub } from '../../coap/src/network/memory.ts'
import type { Network, NetworkReceiver, Path } from '../../coap/src/network/network.ts'
import { NetworkAround } from '../../coap/src/network/network-around.ts'
import type { TestContext } from '../../coap/src/testing/context.ts'
import { SeededRandom } from '../../coap/src/testing/random.ts'
import { plain } from '../../coap/src/transport/plain.ts'
import type { FaultPlan } from './faults.ts'
import type { WireLog } from './wire-log.ts'
import type { WireOracle } from './wire-oracle.ts'
import { addressOf, type World } from './world.ts'

export interface LifeInit {
  readonly world: World
  readonly index: number
  /** 1 for the first one at this address. */
  readonly number: number
  /** The world's: its randomness is replaced by one of this endpoint's own. */
  readonly context: TestContext
  readonly hub: MemoryHub
  readonly plan: FaultPlan
  readonly wire: WireOracle
  readonly log: WireLog
}

export class Life {
  readonly index: number
  readonly number: number
  readonly name: string
  readonly host: string
  readonly wire: WireOracle
  readonly context: Context
  closed = false
  readonly #world: World
  readonly #network: Network
  /** When it was told that nobody listens, by host. */
  readonly #unreachable = new Map<string, number>()
  #endpoint: Endpoint | undefined = undefined

  constructor({ world, index, number, context, hub, plan, wire, log }: LifeInit) {
    const inhabitant = world.inhabitants[index] as World['inhabitants'][number]
    this.index = index
    this.number = number
    this.name = inhabitant.name
    this.host = inhabitant.host
    this.wire = wire
    this.#world = world
    const { packetsAreOwned } = world
    const random = new SeededRandom(seedOfLife(world, index, number))
    this.context = { ...context, random: (into) => random.fill(into) }
    const faulty = new FaultInjector(hub.network(addressOf(inhabitant), { packetsAreOwned }), plan.of(index), {})
    this.#network = new WatchedNetwork(faulty, context, {
      sent: (packet, { remote }) => {
        log.write('leaves', this, remote.host, packet, context.now())
        wire.sent(remote.host, packet, context.now())
      },
      arrived: (packet, { remote }) => {
        log.write('arrives', this, remote.host, packet, context.now())
        wire.arrived(remote.host, packet, context.now())
      },
      unreachable: ({ remote }) => {
        wire.unreachable(remote.host)
        this.#unreachable.set(remote.host, context.now())
      },
    })
  }

  get endpoint(): Endpoint {
    return this.#endpoint as Endpoint
  }

  async open(handler: Handler | undefined): Promise<void> {
    this.#endpoint = new Endpoint({
      context: this.context,
      transports: [
        plain(this.#network, { resolver: { resolve: () => Promise.reject(new Error('no names')), forget() {} } }),
      ],
      transmission: this.#world.transmission,
      ...(handler !== undefined && { handler }),
    })
    await this.#endpoint.open()
  }

  async close(): Promise<void> {
    this.closed = true
    const closing = this.endpoint.close()
    this.wire.close(this.context.now())
    await closing
  }

  wasUnreachable(server: number, now: number): boolean {
    return this.#unreachable.get(this.#world.inhabitants[server]?.host as string) === now
  }

  nameOf(index: number): string | undefined {
    return this.#world.inhabitants[index]?.name
  }
}

/** What a context is made of that behaves as this endpoint's. */
export function seedOfLife({ seed }: World, index: number, number: number): number {
  return (1000 + index * 64 + number) * 0x1_0000_0000 + seed
}

interface Watcher {
  sent(packet: Uint8Array, to: Path): void
  arrived(packet: Uint8Array, from: Path): void
  unreachable(path: Path): void
}

/** What the endpoint sends before anything happens to it, and what it gets after. */
class WatchedNetwork extends NetworkAround {
  readonly #context: Context
  readonly #watcher: Watcher

  /** The context is for the network: it takes none of the endpoint's randomness. */
  constructor(inner: Network, context: Context, watcher: Watcher) {
    super(inner)
    this.#context = context
    this.#watcher = watcher
  }

  override open(receiver: NetworkReceiver): Promise<void> {
    return super.open(receiver, this.#context)
  }

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    this.#watcher.sent(buffer.subarray(0, length), to)
    return super.send(buffer, length, to)
  }

  override packet(packet: Uint8Array, from: Path): void {
    this.#watcher.arrived(packet, from)
    super.packet(packet, from)
  }

  override unreachable(path: Path, reason: Error): void {
    this.#watcher.unreachable(path)
    super.unreachable(path, reason)
  }
}
