// UDP for who is asked: a socket for each local address, since node:dgram does not say which address a packet was sent to, and a reply
// must leave from there. A wildcard means all addresses of this machine, also those that come later.

import { networkInterfaces } from 'node:os'
import type { Context } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import { ConnectionError, UsageError } from '../../errors.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from '../../network/network.ts'
import { DgramSocket, type SocketReceiver, type SystemError } from './dgram-socket.ts'
import { systemHost, type UdpPath } from './path-table.ts'

/** Milliseconds between looks at which addresses this machine has. */
const rescan = 10_000

export class ListeningNetwork implements Network, SocketReceiver {
  readonly maxPacketSize = 65_507
  readonly packetsAreOwned = true
  readonly #wanted: readonly NetworkAddress[]
  /** By the host of their local address, as the system writes it, and port. */
  readonly #sockets = new Map<string, DgramSocket>()
  #receiver: NetworkReceiver | undefined = undefined
  #context: Context | undefined = undefined
  readonly #rescan = new Timer(() => void this.#openNew())

  constructor(wanted: readonly NetworkAddress[]) {
    this.#wanted = wanted
  }

  get addresses(): readonly NetworkAddress[] {
    return [...this.#sockets.values()].map(({ address }) => address)
  }

  async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    this.#receiver = receiver
    this.#context = context
    for (const wanted of this.#wanted) {
      let { port } = wanted
      for (const host of hostsOf(wanted)) {
        const socket = await this.#bind(host, port)
        port = socket.address.port
      }
    }
    if (this.#wanted.some(isWildcard)) context.timers.arm(this.#rescan, rescan)
  }

  path(remote: NetworkAddress, local?: NetworkAddress): Path {
    const six = remote.host.includes(':')
    for (const socket of this.#sockets.values()) {
      const { host, port } = socket.address
      if (
        local === undefined
          ? host.includes(':') === six && reaches(host, remote.host)
          : host === local.host && port === local.port
      ) {
        return socket.path(systemHost(remote), remote.port)
      }
    }
    throw new UsageError(`none of the addresses listened at reaches ${remote.host}`)
  }

  send(buffer: Uint8Array, length: number, to: Path): boolean {
    if (length > this.maxPacketSize)
      throw new UsageError(`a UDP packet has at most ${this.maxPacketSize} bytes, not ${length}`)
    ;(to as UdpPath).socket.send(buffer, length, to as UdpPath)
    return true
  }

  forget(path: Path): void {
    ;(path as UdpPath).socket.paths.delete(systemHost(path.remote), path as UdpPath)
  }

  async close(): Promise<void> {
    this.#context?.timers.cancel(this.#rescan)
    this.#receiver = undefined
    const sockets = [...this.#sockets.values()]
    this.#sockets.clear()
    await Promise.all(sockets.map((socket) => socket.close()))
  }

  packet(packet: Uint8Array, from: UdpPath): void {
    this.#receiver?.packet(packet, from)
  }

  /** An address may have gone from this machine; the others go on. */
  failed(socket: DgramSocket, error: SystemError): void {
    const { trace } = this.#context as Context
    if (trace.enabled) trace.tell('coapstone:network:failed', { address: socket.address, error })
  }

  async #bind(host: string, port: number): Promise<DgramSocket> {
    const socket = new DgramSocket(host, this)
    try {
      await socket.bind(host, port)
    } catch (error) {
      await this.close()
      throw bindError(host, port, error as SystemError)
    }
    this.#sockets.set(`${systemHost(socket.address)} ${socket.address.port}`, socket)
    return socket
  }

  async #openNew(): Promise<void> {
    for (const wanted of this.#wanted.filter(isWildcard)) {
      const port = wanted.port === 0 ? ([...this.#sockets.values()][0]?.address.port ?? 0) : wanted.port
      for (const host of hostsOf(wanted)) {
        if (this.#sockets.has(`${host} ${port}`) || this.#receiver === undefined) continue
        const socket = new DgramSocket(host, this)
        try {
          await socket.bind(host, port)
          this.#sockets.set(`${host} ${port}`, socket)
        } catch (error) {
          this.failed(socket, error as SystemError) // tried again at the next look
        }
      }
    }
    if (this.#receiver !== undefined) this.#context?.timers.arm(this.#rescan, rescan)
  }
}

function isWildcard({ host }: NetworkAddress): boolean {
  return host === '::' || host === '0.0.0.0'
}

/** All addresses of this machine for a wildcard (`::` means IPv4 too), loopback first; those alone for `localhost`; else the one. */
function hostsOf(wanted: NetworkAddress): string[] {
  const local = wanted.host === 'localhost'
  if (!local && !isWildcard(wanted)) return [systemHost(wanted)]
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map(({ address, family, scopeid, internal }) => ({
      host: family === 'IPv6' && scopeid !== 0 ? `${address}%${name}` : address,
      six: family === 'IPv6',
      internal,
    })),
  )
  return all
    .filter(({ host, six, internal }) => (local ? internal && !host.includes('%') : !six || wanted.host === '::'))
    .sort((one, other) => Number(other.internal) - Number(one.internal))
    .map(({ host }) => host)
}

/** A loopback address reaches only loopback addresses, and the others only the others. */
function reaches(local: string, remote: string): boolean {
  return isLoopback(local) === isLoopback(remote)
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.')
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
        cause,
      })
    case 'EADDRNOTAVAIL':
      return new ConnectionError(`${host} is no address of this machine`, { cause })
    default:
      return new ConnectionError(`cannot listen at ${host} port ${port}: ${cause.message}`, { cause })
  }
}
