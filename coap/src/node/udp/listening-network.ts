// UDP for who is asked: a socket for each local address, since node:dgram does not say which address a packet was sent to, and a reply
// must leave from there. A wildcard means all addresses of this machine, also those that come later.

import type { Context } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import { ConnectionError, UsageError } from '../../errors.ts'
import { describeAddress } from '../../network/address.ts'
import type { GroupRoute, Network, NetworkAddress, NetworkReceiver, Path } from '../../network/network.ts'
import { checkPacketSize } from '../../network/packet-size.ts'
import { DgramSocket, type SocketReceiver, type SystemError } from './dgram-socket.ts'
import { groupOn, groupRoutes, multicastInterface } from './group-routes.ts'
import { hostsOf, isWildcard, type LocalAddress, localAddresses, reaches } from './local-addresses.ts'
import { type MembershipKeeper, Memberships } from './memberships.ts'
import { networkAddress, systemHost, type UdpPath } from './path-table.ts'

/** Milliseconds between looks at which addresses this machine has. */
const rescan = 10_000
/** So often another port is tried, where any will do and one is free at some of the addresses only. */
const attempts = 20

export interface ListeningOptions {
  /** Which addresses this machine has. Default: what the system says. */
  readonly local?: () => readonly LocalAddress[]
  /** Groups to be a member of, on each interface that it listens on; with port 0 at the port that it has. Default: none. */
  readonly groups?: readonly NetworkAddress[]
}

export class ListeningNetwork implements Network, SocketReceiver, MembershipKeeper {
  readonly maxPacketSize = 65_507
  readonly packetsAreOwned = true
  readonly #wanted: readonly NetworkAddress[]
  readonly #localAddresses: () => readonly LocalAddress[]
  /** By the host of their local address, as the system writes it, and port. */
  readonly #sockets = new Map<string, DgramSocket>()
  /** With the ports that they have. */
  readonly #wildcards: NetworkAddress[] = []
  #opened = false
  #receiver: NetworkReceiver | undefined = undefined
  #context: Context | undefined = undefined
  readonly #rescan = new Timer(() => void this.#openNew())
  readonly #groups: readonly NetworkAddress[]
  #memberships: Memberships | undefined = undefined

  /** Port 0 is any that is free. */
  constructor(wanted: readonly NetworkAddress[], { local = localAddresses, groups = [] }: ListeningOptions = {}) {
    this.#wanted = wanted
    this.#localAddresses = local
    this.#groups = groups
  }

  get addresses(): readonly NetworkAddress[] {
    return [...this.#sockets.values()].map(({ address }) => address)
  }

  async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    if (this.#opened) throw new UsageError('a network is opened once: make another one')
    this.#opened = true
    this.#receiver = receiver
    this.#context = context
    try {
      for (const wanted of this.#wanted) await this.#listen(wanted)
      await this.#join()
    } catch (error) {
      await this.close()
      throw error
    }
    if (this.#wildcards.length > 0) context.timers.arm(this.#rescan, rescan)
  }

  /** Without `local` from the address that the system would take. */
  path(remote: NetworkAddress, local?: NetworkAddress): Path {
    const socket = local === undefined ? this.#socketTowards(remote) : this.#sockets.get(keyOf(local))
    if (socket === undefined) {
      throw local === undefined
        ? new ConnectionError(`none of the addresses listened at reaches ${remote.host}`, { code: 'COAP_UNREACHABLE' })
        : new UsageError(`${describeAddress(local)} is none of the addresses listened at`)
    }
    if (remote.port === 0) throw new UsageError(`nobody can be asked at ${describeAddress(remote)}: 0 is no port`)
    return socket.path(systemHost(remote), remote.port)
  }

  groupPaths(group: NetworkAddress, route: GroupRoute): readonly Path[] {
    const paths = groupRoutes(group, route, this.#listened()).map((local) => {
      const to = groupOn(group, local)
      if (local === undefined) return this.path(to)
      const host = systemHost(to)
      const socket = [...this.#sockets.values()].find(({ address }) => systemHost(address) === local.host)
      socket?.multicastThrough(multicastInterface(local), route.hops)
      return socket?.path(host, to.port)
    })
    return paths.filter((path) => path !== undefined)
  }

  send(buffer: Uint8Array, length: number, to: Path): boolean {
    checkPacketSize(length, this.maxPacketSize)
    ;(to as UdpPath).socket.send(buffer, length, to as UdpPath)
    return true
  }

  forget(path: Path): void {
    ;(path as UdpPath).socket.paths.delete(systemHost(path.remote), path as UdpPath)
  }

  async close(): Promise<void> {
    this.#context?.timers.cancel(this.#rescan)
    this.#receiver = undefined
    this.#memberships?.close()
    const sockets = [...this.#sockets.values()]
    this.#sockets.clear()
    await Promise.all(sockets.map((socket) => socket.close()))
  }

  packet(packet: Uint8Array, from: UdpPath): void {
    this.#receiver?.packet(packet, from)
  }

  groupPacket(packet: Uint8Array, from: Path): void {
    this.#receiver?.packet(packet, from)
    const unicast = from.unicast as UdpPath
    if (unicast.owner === undefined) this.forget(unicast)
  }

  unicastPath(host: string, port: number, beside: string | undefined): Path | undefined {
    const sockets = [...this.#sockets.values()]
    const socket =
      sockets.find(({ address }) => systemHost(address) === beside) ?? this.#socketTowards(networkAddress(host, port))
    return socket?.path(host, port)
  }

  notJoined(group: NetworkAddress, error: SystemError): void {
    const { trace } = this.#context as Context
    if (trace.enabled) trace.tell('coapstone:network:failed', { address: group, error })
  }

  /** An address may have gone from this machine; the others go on. */
  failed(socket: DgramSocket, error: SystemError): void {
    const { trace } = this.#context as Context
    if (trace.enabled) trace.tell('coapstone:network:failed', { address: socket.address, error })
  }

  /** Listens at all addresses that a wanted one stands for, with one port. */
  async #listen(wanted: NetworkAddress): Promise<void> {
    const hosts = hostsOf(wanted, this.#localAddresses())
    for (let attempt = 1; ; attempt++) {
      const { sockets, error } = await this.#bindAll(hosts, wanted)
      if (this.#receiver === undefined || error !== undefined) await Promise.all(sockets.map((each) => each.close()))
      if (this.#receiver === undefined) throw new ConnectionError('the network was closed while it was opened')
      if (error === undefined) {
        for (const socket of sockets) this.#sockets.set(keyOf(socket.address), socket)
        const port = sockets[0]?.address.port
        if (port === undefined) throw new ConnectionError(`this machine has no address for ${wanted.host}`)
        if (isWildcard(wanted)) this.#wildcards.push({ host: wanted.host, port })
        return
      }
      const another = wanted.port === 0 && sockets.length > 0 && error.cause.code === 'EADDRINUSE'
      if (!another || attempt === attempts) throw bindError(error.host, error.port, error.cause)
    }
  }

  async #bindAll(hosts: readonly string[], wanted: NetworkAddress): Promise<Bound> {
    const sockets: DgramSocket[] = []
    let { port } = wanted
    for (const host of hosts) {
      const socket = new DgramSocket(host, this)
      try {
        await socket.bind(host, port)
      } catch (error) {
        const cause = error as SystemError
        // An address that comes or goes just now: the next look finds it, if it stays.
        if (isWildcard(wanted) && cause.code === 'EADDRNOTAVAIL') continue
        return { sockets, error: { host, port, cause } }
      }
      sockets.push(socket)
      port = socket.address.port
    }
    return { sockets, error: undefined }
  }

  async #openNew(): Promise<void> {
    for (const wildcard of this.#wildcards) {
      for (const host of hostsOf(wildcard, this.#localAddresses())) {
        const key = `${host} ${wildcard.port}`
        if (this.#sockets.has(key) || this.#receiver === undefined) continue
        const socket = new DgramSocket(host, this)
        try {
          await socket.bind(host, wildcard.port)
        } catch {
          continue // as it was told to `failed`; tried again at the next look
        }
        if (this.#receiver === undefined) await socket.close()
        else this.#sockets.set(key, socket)
      }
    }
    if (this.#receiver !== undefined) await this.#memberships?.update(this.#listened())
    if (this.#receiver !== undefined) this.#context?.timers.arm(this.#rescan, rescan)
  }

  async #join(): Promise<void> {
    const [own] = this.addresses
    if (own === undefined) return
    const groups = this.#groups.map((group) => (group.port === 0 ? { ...group, port: own.port } : group))
    this.#memberships = new Memberships(groups, this)
    await this.#memberships.update(this.#listened())
  }

  /** The addresses of this machine that have a socket. */
  #listened(): LocalAddress[] {
    const hosts = new Set(this.addresses.map(systemHost))
    return this.#localAddresses().filter(({ host }) => hosts.has(host))
  }

  #socketTowards(remote: NetworkAddress): DgramSocket | undefined {
    const possible = [...this.#sockets.values()].filter(({ address: { host } }) => reaches(host, remote.host))
    if (possible.length < 2) return possible[0]
    const host = this.#sourceTowards(remote)
    return possible.find(({ address }) => systemHost(address) === host) ?? possible[0]
  }

  /** The local address that the system would take. Nothing is sent. */
  #sourceTowards(remote: NetworkAddress): string | undefined {
    const probe = new DgramSocket(remote.host, this)
    try {
      return systemHost(probe.connect(remote).local)
    } catch {
      return undefined // no way there
    } finally {
      void probe.close()
    }
  }
}

interface Bound {
  readonly sockets: readonly DgramSocket[]
  /** The first that failed; those after it were not tried. */
  readonly error: { readonly host: string; readonly port: number; readonly cause: SystemError } | undefined
}

function keyOf(address: NetworkAddress): string {
  return `${systemHost(address)} ${address.port}`
}

function bindError(host: string, port: number, cause: SystemError): Error {
  switch (cause.code) {
    case 'EADDRINUSE':
      return new ConnectionError(`port ${port} of ${host} is in use: choose another one, or 0 for any that is free`, {
        code: 'COAP_PORT_IN_USE',
        cause,
      })
    case 'EACCES':
      return new ConnectionError(`port ${port} needs privileges that this process lacks: choose one from 1024 on`, {
        code: 'COAP_CANNOT_LISTEN',
        cause,
      })
    case 'EADDRNOTAVAIL':
      return new ConnectionError(`${host} is no address of this machine`, { code: 'COAP_CANNOT_LISTEN', cause })
    default:
      return new ConnectionError(`cannot listen at ${host} port ${port}: ${cause.message}`, {
        code: 'COAP_CANNOT_LISTEN',
        cause,
      })
  }
}
