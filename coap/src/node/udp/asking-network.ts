// UDP for who only asks: a connected socket for each server, so that the system tells us when nobody listens there, and takes packets
// from nobody else. Its source ports are the system's to choose.

import type { Context } from '../../context/context.ts'
import { ConnectionError, UsageError } from '../../errors.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from '../../network/network.ts'
import { DgramSocket, type SocketReceiver, type SystemError } from './dgram-socket.ts'
import { systemHost, type UdpPath } from './path-table.ts'

export class AskingNetwork implements Network, SocketReceiver {
  readonly maxPacketSize = 65_507
  readonly packetsAreOwned = true
  readonly addresses: readonly NetworkAddress[] = []
  readonly #paths = new Map<string, UdpPath>()
  #receiver: NetworkReceiver | undefined = undefined

  async open(receiver: NetworkReceiver, _context: Context): Promise<void> {
    this.#receiver = receiver
  }

  path(remote: NetworkAddress): Path {
    const key = `${systemHost(remote)} ${remote.port}`
    let path = this.#paths.get(key)
    if (path === undefined) {
      path = this.#connect(remote)
      this.#paths.set(key, path)
    }
    return path
  }

  send(buffer: Uint8Array, length: number, to: Path): boolean {
    if (length > this.maxPacketSize)
      throw new UsageError(`a UDP packet has at most ${this.maxPacketSize} bytes, not ${length}`)
    ;(to as UdpPath).socket.send(buffer, length, to as UdpPath)
    return true
  }

  forget(path: Path): void {
    this.#paths.delete(`${systemHost(path.remote)} ${path.remote.port}`)
    void (path as UdpPath).socket.close()
  }

  async close(): Promise<void> {
    this.#receiver = undefined
    const paths = [...this.#paths.values()]
    this.#paths.clear()
    await Promise.all(paths.map(({ socket }) => socket.close()))
  }

  packet(packet: Uint8Array, from: UdpPath): void {
    this.#receiver?.packet(packet, from)
  }

  failed(socket: DgramSocket, error: SystemError): void {
    for (const path of this.#paths.values()) {
      if (path.socket !== socket) continue
      if (error.code === 'EMSGSIZE') this.#receiver?.tooBig(path, 1280)
      else this.#receiver?.unreachable(path, error)
    }
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
