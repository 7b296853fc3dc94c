// The groups that a listening network is a member of, on each interface that it listens on (RFC 7252 8, 12.8). A packet to a group comes
// in on a path that leads to its sender from a unicast address, which is where replies leave (8.2).

import { needsZone } from '../../network/address.ts'
import type { NetworkAddress, Path } from '../../network/network.ts'
import type { SystemError } from './dgram-socket.ts'
import { multicastInterface } from './group-routes.ts'
import { GroupSocket } from './group-socket.ts'
import type { LocalAddress } from './local-addresses.ts'
import { Neighbourhood } from './neighbourhood.ts'

/** What memberships need of their network. */
export interface MembershipKeeper {
  /** A packet to a group has come. */
  groupPacket(packet: Uint8Array, from: Path): void
  /** The path to a place from one of its local addresses, preferably `beside`; undefined if none reaches it. */
  unicastPath(host: string, port: number, beside: string | undefined): Path | undefined
  /** Nothing is received there: the others go on. */
  notJoined(group: NetworkAddress, error: SystemError): void
}

export class Memberships {
  readonly #groups: readonly NetworkAddress[]
  readonly #keeper: MembershipKeeper
  readonly #sockets = new Map<string, GroupSocket>()
  #neighbourhood = new Neighbourhood([])
  #closed = false
  /** Packets whose source was too far away to be answered. */
  distant = 0

  constructor(groups: readonly NetworkAddress[], keeper: MembershipKeeper) {
    this.#groups = groups
    this.#keeper = keeper
  }

  /** These addresses are listened at now. */
  async update(local: readonly LocalAddress[]): Promise<void> {
    this.#neighbourhood = new Neighbourhood(local)
    const wanted = new Map<string, { readonly group: NetworkAddress; readonly interfaces: ReadonlySet<string> }>()
    for (const group of this.#groups) {
      const interfaces = interfacesFor(group, local)
      // Its address has the zone, so that each interface needs a socket of its own; or none, and one is a member on all of them.
      if (needsZone(group.host)) {
        for (const on of interfaces) {
          const there = { ...group, zone: on.slice(on.indexOf('%') + 1) }
          wanted.set(keyOf(there), { group: there, interfaces: new Set([on]) })
        }
      } else if (interfaces.size > 0) {
        const { host, port } = group
        wanted.set(keyOf({ host, port }), { group: { host, port }, interfaces })
      }
    }
    for (const [key, socket] of this.#sockets) {
      if (wanted.has(key)) continue
      socket.close()
      this.#sockets.delete(key)
    }
    for (const [key, { group, interfaces }] of wanted) await this.#join(key, group, interfaces)
  }

  close(): void {
    this.#closed = true
    for (const socket of this.#sockets.values()) socket.close()
    this.#sockets.clear()
  }

  async #join(key: string, group: NetworkAddress, interfaces: ReadonlySet<string>): Promise<void> {
    let socket = this.#sockets.get(key)
    if (socket === undefined) {
      socket = new GroupSocket(group, (packet, host, port) => this.#packet(packet, host, port, group))
      try {
        await socket.open()
      } catch (error) {
        socket.close()
        this.#keeper.notJoined(group, error as SystemError)
        return
      }
      if (this.#closed) return socket.close()
      this.#sockets.set(key, socket)
    }
    for (const error of socket.join(interfaces)) this.#keeper.notJoined(group, error)
  }

  #packet(packet: Uint8Array, host: string, port: number, group: NetworkAddress): void {
    if (!this.#neighbourhood.has(host)) {
      this.distant++
      return
    }
    const unicast = (): Path | undefined => this.#keeper.unicastPath(host, port, this.#neighbourhood.beside(host))
    const path = unicast()
    if (path !== undefined) this.#keeper.groupPacket(packet, new GroupPath(group, path, () => unicast() ?? path))
  }
}

/** What a packet to a group came on. It belongs to nobody: state is kept at its unicast path. */
class GroupPath implements Path {
  readonly local: NetworkAddress
  readonly remote: NetworkAddress
  readonly multicast = true
  owner: unknown = undefined
  readonly #unicast: () => Path

  constructor(local: NetworkAddress, { remote }: Path, unicast: () => Path) {
    this.local = local
    this.remote = remote
    this.#unicast = unicast
  }

  /** Looked up: what was forgotten since the packet came may be another object now. */
  get unicast(): Path {
    return this.#unicast()
  }
}

/** Interfaces as `addMembership` takes them: those of the addresses of the group's family; of a group with a zone that one. */
function interfacesFor({ host, zone }: NetworkAddress, local: readonly LocalAddress[]): ReadonlySet<string> {
  const of = local.filter((each) => each.host.includes(':') === host.includes(':') && each.on !== undefined)
  return new Set(of.filter(({ on }) => zone === undefined || on === zone).map(multicastInterface))
}

function keyOf({ host, zone = '', port }: NetworkAddress): string {
  return `${host} ${zone} ${port}`
}
