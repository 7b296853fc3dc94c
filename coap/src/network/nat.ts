// A box between hosts and a network that translates their addresses, in the terms of RFC 4787. What is behind it is reached only
// from where it has sent to, until its mapping times out; then it appears somewhere else.

import type { Context } from '../context/context.ts'
import { ConnectionError, UsageError } from '../errors.ts'
import { describeAddress, literalAddress, sameFamily } from './address.ts'
import { Mapping, type NatBehavior, type NatFlow, whatCounts } from './nat-mapping.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from './network.ts'
import { checkPacketSize } from './packet-size.ts'
import { PathTable } from './path-table.ts'

export interface NatOptions {
  /** For which destinations a host keeps its outside address. Default `endpoint-independent` (REQ-1). */
  readonly mapping?: NatBehavior
  /** From where packets come in through a mapping. Default `address-dependent` (REQ-8, the stricter one). */
  readonly filtering?: NatBehavior
  /** A mapping ends after so many milliseconds without use. Default 300,000 (REQ-5 c); many boxes take 30 s. */
  readonly mappingTimeout?: number
  /** Incoming packets keep a mapping alive, as outgoing ones do (REQ-6). Default false. */
  readonly inboundRefresh?: boolean
}

export const natDefaults: Required<NatOptions> = {
  mapping: 'endpoint-independent',
  filtering: 'address-dependent',
  mappingTimeout: 300_000,
  inboundRefresh: false,
}

/** Packets that did not get through. */
export interface NatCounters {
  /** They came to an outside address without a mapping, or whose mapping had timed out. */
  unmapped: number
  /** They came from where nothing had been sent to. */
  filtered: number
  /** They could not leave: all outside addresses were taken. */
  exhausted: number
}

/**
 * Each mapping takes the next free address of the outside network. Give that one for each mapping that is to be, and one more for
 * each host to move to.
 */
export class NatBox implements NetworkReceiver {
  readonly counters: NatCounters = { unmapped: 0, filtered: 0, exhausted: 0 }
  readonly #outside: Network
  readonly #options: Required<NatOptions>
  readonly #hosts = new Set<NatHost>()
  /** By host and by what counts of the destination. */
  readonly #mappings = new Map<string, Mapping<NatHost>>()
  /** By outside address. */
  readonly #taken = new Map<string, Mapping<NatHost>>()
  #opening: Promise<void> | undefined = undefined
  #now: () => number = () => 0
  #turn = 0
  #made = 0

  constructor(outside: Network, options: NatOptions = {}) {
    this.#outside = outside
    this.#options = { ...natDefaults, ...options }
  }

  /** The network of a host behind the box. `at` is what the host calls itself; nobody outside sees it. Port 0 stands for any. */
  network(at: NetworkAddress): Network {
    const { host, port } = literalAddress(at)
    return new NatHost(this, this.#outside, { host, port: port === 0 ? firstEphemeralPort + this.#made++ : port })
  }

  /** Forgets all mappings, as when it restarts: what is sent next leaves from the next address. */
  rebind(): void {
    for (const key of this.#mappings.keys()) this.#end(key)
  }

  /** The box stays when its hosts come and go: this closes it, and the outside network. */
  async close(): Promise<void> {
    this.rebind()
    await this.#outside.close()
  }

  /** For its hosts. The first one opens the outside network. */
  async attach(host: NatHost, context: Context): Promise<void> {
    for (const { at } of this.#hosts) {
      if (describeAddress(at) === describeAddress(host.at)) {
        throw new ConnectionError(`another host is ${describeAddress(at)} behind this box: take another address`)
      }
    }
    this.#hosts.add(host)
    this.#now = () => context.now()
    this.#opening ??= this.#outside.open(this, context)
    await this.#opening
  }

  /** For its hosts. */
  detach(host: NatHost): void {
    for (const [key, mapping] of this.#mappings) if (mapping.host === host) this.#end(key)
    this.#hosts.delete(host)
  }

  /** For its hosts. */
  send(buffer: Uint8Array, length: number, inside: Path, host: NatHost): boolean {
    const mapping = this.#mappingFor(host, inside)
    if (mapping === undefined) {
      this.counters.exhausted++
      return true
    }
    mapping.usedAt = this.#now()
    return this.#outside.send(buffer, length, mapping.outsidePath(inside))
  }

  /** For its hosts. */
  forget(inside: Path, host: NatHost): void {
    for (const mapping of this.#mappings.values()) if (mapping.host === host) mapping.forget(inside)
  }

  packet(packet: Uint8Array, from: Path): void {
    const mapping = this.#taken.get(describeAddress(from.local))
    if (mapping === undefined || this.#expired(mapping)) this.counters.unmapped++
    else if (!mapping.admits(from.remote)) this.counters.filtered++
    else {
      if (this.#options.inboundRefresh) mapping.usedAt = this.#now()
      mapping.host.receive(packet, from.remote)
    }
  }

  drained(): void {
    for (const host of this.#hosts) host.receiver?.drained()
  }

  unreachable(path: Path, reason: Error): void {
    const flow = path.owner as NatFlow<NatHost> | undefined // it is we who own outside paths
    flow?.host.receiver?.unreachable(flow.inside, reason)
  }

  tooBig(path: Path, maxPacketSize: number): void {
    const flow = path.owner as NatFlow<NatHost> | undefined
    flow?.host.receiver?.tooBig(flow.inside, maxPacketSize)
  }

  #mappingFor(host: NatHost, { local, remote }: Path): Mapping<NatHost> | undefined {
    const key = `${describeAddress(local)} ${whatCounts(this.#options.mapping, remote)}`
    const known = this.#mappings.get(key)
    if (known !== undefined && !this.#expired(known)) return known
    this.#end(key)
    const address = this.#freeAddress(remote)
    if (address === undefined) return undefined
    const mapping = new Mapping(host, this.#outside, address, this.#options.filtering)
    this.#mappings.set(key, mapping)
    this.#taken.set(describeAddress(address), mapping)
    return mapping
  }

  #freeAddress(remote: NetworkAddress): NetworkAddress | undefined {
    for (const [key, mapping] of this.#mappings) if (this.#expired(mapping)) this.#end(key)
    const { addresses } = this.#outside
    for (let tried = 0; tried < addresses.length; tried++) {
      const address = addresses[this.#turn++ % addresses.length] as NetworkAddress
      if (sameFamily(address, remote) && !this.#taken.has(describeAddress(address))) return address
    }
    return undefined
  }

  #expired(mapping: Mapping<NatHost>): boolean {
    return this.#now() - mapping.usedAt > this.#options.mappingTimeout
  }

  #end(key: string): void {
    const mapping = this.#mappings.get(key)
    if (mapping === undefined) return
    this.#mappings.delete(key)
    this.#taken.delete(describeAddress(mapping.address))
    mapping.end()
  }
}

/** The network of one host behind a box. */
class NatHost implements Network {
  readonly at: NetworkAddress
  receiver: NetworkReceiver | undefined = undefined
  readonly #box: NatBox
  readonly #outside: Network
  readonly #paths = new PathTable<Path>(mostPaths)
  #opened = false

  constructor(box: NatBox, outside: Network, at: NetworkAddress) {
    this.#box = box
    this.#outside = outside
    this.at = at
  }

  get maxPacketSize(): number {
    return this.#outside.maxPacketSize
  }

  get packetsAreOwned(): boolean {
    return this.#outside.packetsAreOwned
  }

  get addresses(): readonly NetworkAddress[] {
    return this.receiver === undefined ? [] : [this.at]
  }

  async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    if (this.#opened) throw new UsageError('a network is opened once: make another one')
    this.#opened = true
    await this.#box.attach(this, context)
    this.receiver = receiver
  }

  path(remote: NetworkAddress, local: NetworkAddress = this.at): Path {
    if (describeAddress(local) !== describeAddress(this.at)) {
      throw new UsageError(`${describeAddress(local)} is not this network's address`)
    }
    const to = literalAddress(remote)
    return this.#paths.get(describeAddress(to)) ?? this.#add(to)
  }

  send(buffer: Uint8Array, length: number, to: Path): boolean {
    checkPacketSize(length, this.maxPacketSize)
    return this.receiver === undefined || this.#box.send(buffer, length, to, this)
  }

  forget(path: Path): void {
    this.#paths.delete(describeAddress(path.remote), path)
    this.#box.forget(path, this)
  }

  async close(): Promise<void> {
    this.receiver = undefined
    this.#paths.clear()
    this.#box.detach(this)
  }

  /** For its box. */
  receive(packet: Uint8Array, remote: NetworkAddress): void {
    const path = this.#paths.get(describeAddress(remote)) ?? (this.#paths.full ? undefined : this.#add(remote))
    if (path !== undefined) this.receiver?.packet(packet, path)
  }

  #add(remote: NetworkAddress): Path {
    const path = new NatPath(this.at, remote)
    this.#paths.add(describeAddress(remote), path)
    return path
  }
}

class NatPath implements Path {
  readonly local: NetworkAddress
  readonly remote: NetworkAddress
  readonly multicast = false
  owner: unknown = undefined

  constructor(local: NetworkAddress, remote: NetworkAddress) {
    this.local = local
    this.remote = remote
  }

  get unicast(): Path {
    return this
  }
}

const mostPaths = 100_000
const firstEphemeralPort = 49_152
