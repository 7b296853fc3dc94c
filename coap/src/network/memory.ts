// Networks that exist in memory only, joined by a hub: deterministic, without ports of the machine, on any clock.
// What a packet meets on its way is the business of fault-injector.ts, nat.ts and link.ts; here none is lost.

import { copyBytes } from '../bytes/copy.ts'
import type { Context } from '../context/context.ts'
import { ConnectionError, UsageError } from '../errors.ts'
import { describeAddress, isMulticast, literalAddress, sameFamily } from './address.ts'
import { DelayLine } from './delay-line.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from './network.ts'
import { checkPacketSize } from './packet-size.ts'
import { PathTable } from './path-table.ts'

export interface MemoryHubOptions {
  /** How long a packet is on its way, in milliseconds. Default 0: it arrives when timers fire next. */
  readonly latency?: number
  /** The sender learns that nobody listens at an address, as from ICMP. Default true. */
  readonly unreachable?: boolean
}

export interface MemoryNetworkOptions {
  /** In bytes. Default 65,507, as of UDP over IPv4. */
  readonly maxPacketSize?: number
  /**
   * Default true. False: packets are handed up in one buffer, which is spoilt after each call. It finds code that keeps
   * bytes without a copy.
   */
  readonly packetsAreOwned?: boolean
  /** With more packets on their way than this `send` says false, until half of them have arrived. Default 10,000. */
  readonly backlog?: number
  /** Paths in use beyond this number are refused: their packets are lost. Default 100,000. */
  readonly paths?: number
}

export const memoryHubDefaults: Required<MemoryHubOptions> = { latency: 0, unreachable: true }
export const memoryNetworkDefaults: Required<MemoryNetworkOptions> = {
  maxPacketSize: 65_507,
  packetsAreOwned: true,
  backlog: 10_000,
  paths: 100_000,
}

/** Joins memory networks: each is a host that all others reach. */
export class MemoryHub {
  /** May be changed at any time; packets on their way keep theirs. */
  latency: number
  unreachable: boolean
  /** Packets that arrived; a packet to a group counts for each member. */
  delivered = 0
  /** Packets to where nobody listened. */
  undeliverable = 0
  readonly #flights: DelayLine
  readonly #hosts = new Map<string, MemoryNetwork>()
  readonly #groups = new Map<string, Set<MemoryNetwork>>()

  constructor(context: Context, options: MemoryHubOptions = {}) {
    this.latency = options.latency ?? memoryHubDefaults.latency
    this.unreachable = options.unreachable ?? memoryHubDefaults.unreachable
    this.#flights = new DelayLine(context.timers)
  }

  /** A host with one address or several, the preferred one first. Port 0 stands for any free one. */
  network(at: NetworkAddress | readonly NetworkAddress[], options: MemoryNetworkOptions = {}): MemoryNetwork {
    return new MemoryNetwork(this, 'host' in at ? [at] : at, options)
  }

  /** For its networks: gives out the addresses, all or none. */
  attach(network: MemoryNetwork, wanted: readonly NetworkAddress[]): readonly NetworkAddress[] {
    const taken: NetworkAddress[] = []
    for (const address of wanted) {
      const own = address.port === 0 ? { ...address, port: this.#freePort(address) } : address
      if (this.#hosts.has(place(own))) {
        this.detach(network, taken)
        throw new ConnectionError(
          `somebody listens at ${describeAddress(own)} already: take another port, or 0 for any`,
        )
      }
      this.#hosts.set(place(own), network)
      taken.push(own)
    }
    return taken
  }

  /** For its networks. */
  detach(network: MemoryNetwork, addresses: readonly NetworkAddress[]): void {
    for (const address of addresses) this.#hosts.delete(place(address))
    for (const group of this.#groups.values()) group.delete(network)
  }

  /** For its networks. */
  membersOf(group: NetworkAddress): Set<MemoryNetwork> {
    const key = place(group)
    const members = this.#groups.get(key) ?? new Set()
    this.#groups.set(key, members)
    return members
  }

  /** For its networks: takes the packet to where the path leads, and then tells its sender. */
  carry(packet: Uint8Array, path: Path, arrived: (lost?: Error) => void): void {
    this.#flights.after(this.latency, () => {
      const { local, remote } = path
      const receivers = isMulticast(remote.host) ? [...this.membersOf(remote)] : this.#listenersAt(remote)
      this.delivered += receivers.length
      for (const receiver of receivers) receiver.receive(packet, local, remote)
      if (receivers.length > 0 || isMulticast(remote.host)) return arrived()
      this.undeliverable++
      arrived(this.unreachable ? new ConnectionError(`nobody listens at ${describeAddress(remote)}`) : undefined)
    })
  }

  #listenersAt(address: NetworkAddress): MemoryNetwork[] {
    const host = this.#hosts.get(place(address))
    return host === undefined ? [] : [host]
  }

  #freePort(address: NetworkAddress): number {
    let port = firstEphemeralPort
    while (this.#hosts.has(place({ ...address, port }))) port++
    return port
  }
}

/** A host on a hub. Made by `MemoryHub.network`. */
export class MemoryNetwork implements Network {
  readonly maxPacketSize: number
  readonly packetsAreOwned: boolean
  /** Packets that came on one path too many. */
  refused = 0
  readonly #hub: MemoryHub
  readonly #wanted: readonly NetworkAddress[]
  readonly #backlog: number
  readonly #paths: PathTable<Path>
  readonly #groups: NetworkAddress[] = []
  readonly #own = new Map<string, NetworkAddress>()
  #receiver: NetworkReceiver | undefined = undefined
  #opened = false
  #onTheWay = 0
  #full = false
  /** What packets that are not owned are lent in. */
  #lent = new Uint8Array(0)

  constructor(hub: MemoryHub, wanted: readonly NetworkAddress[], options: MemoryNetworkOptions) {
    const { maxPacketSize, packetsAreOwned, backlog, paths } = { ...memoryNetworkDefaults, ...options }
    this.#hub = hub
    this.#wanted = wanted.map(literalAddress)
    this.#backlog = backlog
    this.#paths = new PathTable(paths)
    this.maxPacketSize = maxPacketSize
    this.packetsAreOwned = packetsAreOwned
  }

  get addresses(): readonly NetworkAddress[] {
    return [...this.#own.values()]
  }

  async open(receiver: NetworkReceiver): Promise<void> {
    if (this.#opened) throw new UsageError('a network is opened once: make another one')
    for (const address of this.#hub.attach(this, this.#wanted)) this.#own.set(place(address), address)
    this.#opened = true
    this.#receiver = receiver
    for (const group of this.#groups) this.#hub.membersOf(group).add(this)
  }

  /** Receives what is sent to a group from now on, or from when it is opened. */
  join(group: NetworkAddress): void {
    const address = literalAddress(group)
    if (!isMulticast(address.host)) throw new UsageError(`a group has a multicast address, not ${address.host}`)
    this.#groups.push(address)
    if (this.#receiver !== undefined) this.#hub.membersOf(address).add(this)
  }

  path(remote: NetworkAddress, local?: NetworkAddress): Path {
    const from = local === undefined ? this.#addressTowards(remote) : this.#ownAddress(local)
    const to = literalAddress(remote)
    const key = keyOf(from, to)
    return this.#paths.get(key) ?? this.#add(key, new MemoryPath(from, to))
  }

  send(buffer: Uint8Array, length: number, to: Path): boolean {
    checkPacketSize(length, this.maxPacketSize)
    if (this.#receiver === undefined) return true // closed
    this.#onTheWay++
    this.#hub.carry(copyBytes(buffer, length), to, (lost) => this.#arrived(to, lost))
    this.#full ||= this.#onTheWay > this.#backlog
    return !this.#full
  }

  forget(path: Path): void {
    this.#paths.delete(keyOf(path.local, path.remote), path)
  }

  async close(): Promise<void> {
    this.#hub.detach(this, this.addresses)
    this.#receiver = undefined
    this.#own.clear()
    this.#paths.clear()
  }

  /** For its hub: a packet has come for an address of ours, or for a group that we are in. */
  receive(packet: Uint8Array, from: NetworkAddress, to: NetworkAddress): void {
    if (this.#receiver === undefined) return // closed by who got the same packet before us
    const path = this.#pathFrom(from, to)
    if (path === undefined) this.refused++
    else if (this.packetsAreOwned) this.#receiver.packet(copyBytes(packet), path)
    else this.#lend(packet, path, this.#receiver)
  }

  #lend(packet: Uint8Array, path: Path, receiver: NetworkReceiver): void {
    if (packet.length > this.#lent.length) this.#lent = new Uint8Array(packet.length)
    const lent = this.#lent.subarray(0, packet.length)
    lent.set(packet)
    receiver.packet(lent, path)
    lent.fill(spoilt)
  }

  #arrived(path: Path, lost?: Error): void {
    this.#onTheWay--
    if (lost !== undefined) this.#receiver?.unreachable(path, lost)
    if (!this.#full || this.#onTheWay > this.#backlog / 2) return
    this.#full = false
    this.#receiver?.drained()
  }

  #pathFrom(remote: NetworkAddress, local: NetworkAddress): Path | undefined {
    const key = keyOf(local, remote)
    const known = this.#paths.get(key)
    if (known !== undefined || this.#paths.full) return known
    return this.#add(key, new MemoryPath(local, remote, isMulticast(local.host) ? this.path(remote) : undefined))
  }

  #add(key: string, path: Path): Path {
    this.#paths.add(key, path)
    return path
  }

  #addressTowards(remote: NetworkAddress): NetworkAddress {
    const [first] = this.#own.values()
    if (first === undefined) throw new UsageError('this network is not open: await open() first')
    return sameFamily(first, remote) ? first : (this.addresses.find((address) => sameFamily(address, remote)) ?? first)
  }

  #ownAddress(local: NetworkAddress): NetworkAddress {
    const own = this.#own.get(place(literalAddress(local)))
    if (own === undefined) throw new UsageError(`${describeAddress(local)} is none of this network's addresses`)
    return own
  }
}

class MemoryPath implements Path {
  readonly local: NetworkAddress
  readonly remote: NetworkAddress
  readonly multicast: boolean
  readonly unicast: Path
  owner: unknown = undefined

  constructor(local: NetworkAddress, remote: NetworkAddress, unicast?: Path) {
    this.local = local
    this.remote = remote
    this.multicast = unicast !== undefined
    this.unicast = unicast ?? this
  }
}

const firstEphemeralPort = 49_152
const spoilt = 0xee

/** Where a hub looks for a listener. A hub is one link: zones, which each host names as it likes, say nothing there. */
function place({ host, port }: NetworkAddress): string {
  return describeAddress({ host, port })
}

function keyOf(local: NetworkAddress, remote: NetworkAddress): string {
  return `${describeAddress(local)} ${describeAddress(remote)}`
}
