// One socket of node:dgram that receives what is sent to one group, and sends nothing: what comes in on it was sent to the group,
// which node:dgram does not say of any other socket.

import { createSocket, type Socket } from 'node:dgram'
import type { NetworkAddress } from '../../network/network.ts'
import type { SystemError } from './dgram-socket.ts'
import { systemHost } from './path-table.ts'

export class GroupSocket {
  readonly group: NetworkAddress
  readonly #socket: Socket
  /** As the system takes them: an IPv4 address, or `::%eth0`. */
  readonly #joined = new Set<string>()

  /** `packet` gets the source as the system writes it. */
  constructor(group: NetworkAddress, packet: (packet: Uint8Array, host: string, port: number) => void) {
    this.group = group
    const six = group.host.includes(':')
    // Others on this machine may be members too: each gets a copy.
    this.#socket = createSocket({ type: six ? 'udp6' : 'udp4', ipv6Only: six, reuseAddr: true })
    this.#socket.unref()
    this.#socket.on('message', (bytes, { address, port }) => {
      if (port !== 0) packet(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length), address, port)
    })
  }

  /** Rejects with what the system says. */
  open(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject)
      this.#socket.bind({ address: systemHost(this.group), port: this.group.port, exclusive: true }, () => {
        this.#socket.off('error', reject)
        this.#socket.on('error', () => {}) // it goes on: what is lost is lost
        resolve()
      })
    })
  }

  /** Becomes a member on these interfaces, and gives those that the system refused. Those that are gone need no leaving. */
  join(interfaces: ReadonlySet<string>): readonly SystemError[] {
    const refused: SystemError[] = []
    for (const on of interfaces) {
      if (this.#joined.has(on)) continue
      try {
        this.#socket.addMembership(this.group.host, on)
        this.#joined.add(on)
      } catch (error) {
        refused.push(error as SystemError)
      }
    }
    for (const on of this.#joined) if (!interfaces.has(on)) this.#joined.delete(on)
    return refused
  }

  close(): void {
    this.#socket.close()
  }
}
