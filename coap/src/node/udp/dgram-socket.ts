// One socket of node:dgram. What is sent in one turn of the event loop leaves together at its end: 1.4 times as many packets as one by
// one. Packets wait in a slab meanwhile, one copy each. Where there is one a turn, it leaves at once.

import { createSocket, type Socket } from 'node:dgram'
import type { NetworkAddress } from '../../network/network.ts'
import { networkAddress, type PathSocket, PathTable, systemHost, UdpPath } from './path-table.ts'
import { atEndOfTurn, leavesAtOnce } from './turn.ts'

/** What the system says went wrong, for instance `EADDRINUSE`. */
export interface SystemError extends Error {
  readonly code?: string
}

/** What a socket tells its network. */
export interface SocketReceiver {
  packet(packet: Uint8Array, from: UdpPath): void
  failed(socket: DgramSocket, error: SystemError): void
}

/** The kernel's buffers in bytes: a burst of 10,000 clients must not be lost before it is read. */
const kernelBuffer = 4 * 1024 * 1024
const slabSize = 256 * 1024
/** Of a socket that talks to one remote address only: of these there are many. */
const smallSlabSize = 4 * 1024

export class DgramSocket implements PathSocket {
  readonly paths: PathTable = new PathTable()
  readonly #socket: Socket
  readonly #receiver: SocketReceiver
  #address: NetworkAddress = { host: '', port: 0 }
  #connected: UdpPath | undefined = undefined
  #slab: Uint8Array = new Uint8Array(0)
  #used = 0
  /** For each waiting packet its start, and its end; and where it goes. */
  readonly #bounds: number[] = []
  readonly #destinations: UdpPath[] = []
  #closed = false

  constructor(host: string, receiver: SocketReceiver) {
    this.#receiver = receiver
    const family = host.includes(':') ? 6 : 4
    const type = `udp${family}` as const
    this.#socket = createSocket({
      type,
      ipv6Only: type === 'udp6',
      lookup: (address, _options, done) => done(null, address, family), // only literals come here
    })
    this.#socket.unref()
    this.#socket.on('error', (error: SystemError) => receiver.failed(this, error))
  }

  get address(): NetworkAddress {
    return this.#address
  }

  /** Receives from anybody at a local address. Port 0: one that is free. */
  bind(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const failed = (error: SystemError): void => {
        void this.close()
        reject(error)
      }
      this.#socket.once('error', failed)
      this.#socket.bind({ address: host, port, exclusive: true }, () => {
        this.#socket.off('error', failed)
        this.#bound()
        this.#receiveFromAnybody()
        resolve()
      })
    })
  }

  /** Receives from anybody, at a port that the system chooses when the first packet leaves. */
  bindWithFirst(): void {
    this.#socket.once('listening', () => this.#bound())
    this.#receiveFromAnybody()
  }

  /** Packets to groups leave through this interface, as the system takes it; undefined: the one that it would choose. */
  multicastThrough(on: string | undefined, hops: number | undefined): void {
    const set = (): void => {
      try {
        if (on !== undefined) this.#socket.setMulticastInterface(on)
        if (hops !== undefined) this.#socket.setMulticastTTL(hops)
      } catch (error) {
        this.#receiver.failed(this, error as SystemError) // the interface has gone
      }
    }
    if (this.#address.port !== 0) set()
    else this.#socket.once('listening', set)
  }

  /** Talks to one remote address only: then the system reports when nobody is there. */
  connect(remote: NetworkAddress): UdpPath {
    this.#socket.connectSync(remote.port, systemHost(remote))
    this.#bound()
    const path = new UdpPath(this, remote)
    this.#connected = path
    this.#socket.on('message', (packet) => this.#receiver.packet(plain(packet), path))
    return path
  }

  /** The path of a socket that talks to one remote address only. */
  get connected(): UdpPath | undefined {
    return this.#connected
  }

  path(host: string, port: number): UdpPath {
    const known = this.paths.get(host, port)
    if (known !== undefined) return known
    const path = new UdpPath(this, networkAddress(host, port))
    this.paths.add(host, path)
    return path
  }

  send(buffer: Uint8Array, length: number, to: UdpPath): void {
    if (this.#closed) return
    if (this.#used + length > this.#slab.length) {
      this.#flush()
      if (this.#slab.length < length || this.#used > 0)
        this.#slab = new Uint8Array(Math.max(this.#connected === undefined ? slabSize : smallSlabSize, length))
      this.#used = 0
    }
    const slab = this.#slab
    const start = this.#used
    if (length <= 64) for (let at = 0; at < length; at++) slab[start + at] = buffer[at] as number
    else slab.set(buffer.subarray(0, length), start)
    this.#used = start + length
    this.#bounds.push(start, this.#used)
    this.#destinations.push(to)
    if (leavesAtOnce()) this.#flush()
    else if (this.#destinations.length === 1) atEndOfTurn(this.#flush)
  }

  close(): Promise<void> {
    if (this.#closed) return Promise.resolve()
    this.#flush()
    this.#closed = true
    return new Promise((resolve) => this.#socket.close(() => resolve()))
  }

  #receiveFromAnybody(): void {
    this.#socket.on('message', (packet, { address, port }) => {
      if (port === 0) return // nobody could be answered there
      const path = this.path(address, port)
      this.#receiver.packet(plain(packet), path)
      if (path.owner === undefined) this.paths.delete(address, path)
    })
  }

  #bound(): void {
    const { address, port } = this.#socket.address()
    this.#address = networkAddress(address, port)
    try {
      this.#socket.setRecvBufferSize(kernelBuffer)
      this.#socket.setSendBufferSize(kernelBuffer)
    } catch {
      // Some systems refuse what is more than they allow: then it is what they give.
    }
  }

  readonly #flush = (): void => {
    const destinations = this.#destinations
    if (destinations.length === 0 || this.#closed) return
    const socket = this.#socket
    const slab = this.#slab
    const bounds = this.#bounds
    for (let index = 0; index < destinations.length; index++) {
      const start = bounds[2 * index] as number
      const packet = slab.subarray(start, bounds[2 * index + 1])
      try {
        if (this.#connected !== undefined) socket.send(packet)
        else {
          const { remote } = destinations[index] as UdpPath
          socket.send(packet, remote.port, systemHost(remote))
        }
      } catch (error) {
        queueMicrotask(() => this.#receiver.failed(this, error as SystemError)) // not in the call that sends
      }
    }
    destinations.length = 0
    bounds.length = 0
    // The system has taken the packets, or else they stay in this slab until it has, and the next ones go into a new one.
    if (this.#address.port !== 0 && socket.getSendQueueCount() === 0) this.#used = 0
    else this.#slab = new Uint8Array(0)
  }
}

/** Without the methods of a Buffer, whose `slice` is no copy. */
function plain(packet: Buffer): Uint8Array {
  return new Uint8Array(packet.buffer, packet.byteOffset, packet.length)
}
