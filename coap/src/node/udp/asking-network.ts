// UDP for who only asks: a connected socket for each server, so that the system tells us when nobody listens there, and takes packets
// from nobody else. Sockets are scarce, so of many servers the later ones share one. Source ports are the system's to choose.

import type { Context } from '../../context/context.ts'
import { ConnectionError, UsageError } from '../../errors.ts'
import { describeAddress } from '../../network/address.ts'
import type { GroupRoute, Network, NetworkAddress, NetworkReceiver, Path } from '../../network/network.ts'
import { checkPacketSize } from '../../network/packet-size.ts'
import { DgramSocket, type SocketReceiver, type SystemError } from './dgram-socket.ts'
import { groupOn, groupRoutes, multicastInterface } from './group-routes.ts'
import { type LocalAddress, localAddresses } from './local-addresses.ts'
import { systemHost, type UdpPath } from './path-table.ts'

/** What every path of IPv6 carries (RFC 8200 5), and about as much as others do. */
const safePacketSize = 1280

/** So many servers have a socket of their own. */
const connectedSockets = 64

export class AskingNetwork implements Network, SocketReceiver {
  readonly maxPacketSize = 65_507
  readonly packetsAreOwned = true
  readonly addresses: readonly NetworkAddress[] = []
  readonly #paths = new Map<string, UdpPath>()
  /** For the servers beyond, by the family of their addresses. */
  readonly #shared = new Map<'IPv4' | 'IPv6', DgramSocket>()
  /** To ask groups, by interface and hops: what is answered comes from anybody. */
  readonly #groups = new Map<string, DgramSocket>()
  readonly #localAddresses: () => readonly LocalAddress[]
  #context: Context | undefined = undefined
  #opened = false
  #receiver: NetworkReceiver | undefined = undefined

  /** `local` says which addresses this machine has. */
  constructor({ local = localAddresses }: { readonly local?: () => readonly LocalAddress[] } = {}) {
    this.#localAddresses = local
  }

  async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    if (this.#opened) throw new UsageError('a network is opened once: make another one')
    this.#opened = true
    this.#context = context
    this.#receiver = receiver
  }

  path(remote: NetworkAddress): Path {
    const key = keyOf(remote)
    const known = this.#paths.get(key) ?? this.#shared.get(familyOf(remote))?.paths.get(systemHost(remote), remote.port)
    if (known !== undefined) return known
    this.#check(remote)
    if (this.#paths.size >= connectedSockets) return this.#sharedFor(remote).path(systemHost(remote), remote.port)
    const path = this.#connect(remote)
    this.#paths.set(key, path)
    return path
  }

  groupPaths(group: NetworkAddress, route: GroupRoute): readonly Path[] {
    this.#check(group)
    return groupRoutes(group, route, this.#localAddresses()).map((local) => {
      const to = groupOn(group, local)
      return this.#groupSocket(group, local, route.hops).path(systemHost(to), to.port)
    })
  }

  send(buffer: Uint8Array, length: number, to: Path): boolean {
    checkPacketSize(length, this.maxPacketSize)
    ;(to as UdpPath).socket.send(buffer, length, to as UdpPath)
    return true
  }

  forget(path: Path): void {
    const { socket, remote } = path as UdpPath
    const key = keyOf(remote)
    if (this.#paths.get(key) === path) {
      this.#paths.delete(key)
      void socket.close()
    } else socket.paths.delete(systemHost(remote), path as UdpPath)
  }

  async close(): Promise<void> {
    this.#receiver = undefined
    const connected = [...this.#paths.values()].map(({ socket }) => socket)
    const sockets = [...connected, ...this.#shared.values(), ...this.#groups.values()]
    this.#groups.clear()
    this.#paths.clear()
    this.#shared.clear()
    await Promise.all(sockets.map((socket) => socket.close()))
  }

  packet(packet: Uint8Array, from: UdpPath): void {
    this.#receiver?.packet(packet, from)
  }

  failed({ connected, address }: DgramSocket, error: SystemError): void {
    if (connected === undefined) {
      // The one that fails to connect is told so.
      const trace = this.#context?.trace
      if (trace?.enabled) trace.tell('coapstone:network:failed', { address, error })
    } else if (error.code === 'EMSGSIZE') this.#receiver?.tooBig(connected, safePacketSize)
    else this.#receiver?.unreachable(connected, error)
  }

  #check(remote: NetworkAddress): void {
    if (this.#receiver === undefined) throw new UsageError('this network is not open: await open() first')
    if (remote.port === 0) throw new UsageError(`nobody can be asked at ${describeAddress(remote)}: 0 is no port`)
  }

  #sharedFor(remote: NetworkAddress): DgramSocket {
    const family = familyOf(remote)
    let socket = this.#shared.get(family)
    if (socket === undefined) {
      socket = new DgramSocket(family === 'IPv6' ? '::' : '0.0.0.0', this)
      socket.bindWithFirst()
      this.#shared.set(family, socket)
    }
    return socket
  }

  #groupSocket({ host }: NetworkAddress, local: LocalAddress | undefined, hops = 1): DgramSocket {
    const wildcard = host.includes(':') ? '::' : '0.0.0.0'
    const key = `${wildcard} ${local?.on} ${hops}`
    let socket = this.#groups.get(key)
    if (socket === undefined) {
      socket = new DgramSocket(wildcard, this)
      socket.multicastThrough(local && multicastInterface(local), hops)
      socket.bindWithFirst()
      this.#groups.set(key, socket)
    }
    return socket
  }

  #connect(remote: NetworkAddress): UdpPath {
    const socket = new DgramSocket(remote.host, this)
    try {
      return socket.connect(remote)
    } catch (error) {
      void socket.close()
      const cause = error as SystemError
      throw new ConnectionError(`no way from here to ${remote.host}: ${cause.code ?? cause.message}`, {
        code: 'COAP_UNREACHABLE',
        cause,
      })
    }
  }
}

function familyOf({ host }: NetworkAddress): 'IPv4' | 'IPv6' {
  return host.includes(':') ? 'IPv6' : 'IPv4'
}

function keyOf(remote: NetworkAddress): string {
  return `${systemHost(remote)} ${remote.port}`
}
