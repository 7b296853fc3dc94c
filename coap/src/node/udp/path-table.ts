// The paths of one socket, interned: by host, and where one host has several ports (a NAT, a test), by port too. A peer costs one entry,
// and a packet one look-up without building a key.

import type { NetworkAddress, Path } from '../../network/network.ts'

/** Where the packets of a path come in and leave. */
export interface PathSocket {
  readonly address: NetworkAddress
  readonly paths: PathTable
  send(buffer: Uint8Array, length: number, to: UdpPath): void
  close(): Promise<void>
}

export class UdpPath implements Path {
  readonly socket: PathSocket
  readonly remote: NetworkAddress
  owner: unknown = undefined

  constructor(socket: PathSocket, remote: NetworkAddress) {
    this.socket = socket
    this.remote = remote
  }

  get local(): NetworkAddress {
    return this.socket.address
  }

  get multicast(): boolean {
    return false
  }

  get unicast(): this {
    return this
  }
}

export class PathTable {
  readonly #byHost = new Map<string, UdpPath | Map<number, UdpPath>>()
  #size = 0

  get size(): number {
    return this.#size
  }

  /** `host` with its zone, as the system writes it: `fe80::1%eth0`. */
  get(host: string, port: number): UdpPath | undefined {
    const found = this.#byHost.get(host)
    if (found instanceof UdpPath) return found.remote.port === port ? found : undefined
    return found?.get(port)
  }

  add(host: string, path: UdpPath): void {
    const found = this.#byHost.get(host)
    this.#size++
    if (found === undefined) this.#byHost.set(host, path)
    else if (found instanceof UdpPath) {
      this.#byHost.set(host, new Map([[found.remote.port, found], [path.remote.port, path]])) // biome-ignore format: two of a kind
    } else found.set(path.remote.port, path)
  }

  delete(host: string, path: UdpPath): void {
    const found = this.#byHost.get(host)
    if (found === path) this.#byHost.delete(host)
    else if (found instanceof Map && found.get(path.remote.port) === path) {
      found.delete(path.remote.port)
      if (found.size === 0) this.#byHost.delete(host)
    } else return
    this.#size--
  }
}

/** As the system writes it. */
export function systemHost({ host, zone }: NetworkAddress): string {
  return zone === undefined ? host : `${host}%${zone}`
}

/** The other way. */
export function networkAddress(address: string, port: number): NetworkAddress {
  const percent = address.indexOf('%')
  return percent < 0
    ? { host: address, port }
    : { host: address.slice(0, percent), port, zone: address.slice(percent + 1) }
}
