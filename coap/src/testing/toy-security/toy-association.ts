// An association of toySecurity: a session that names itself in each packet, and so goes on from another address.

import type { NetworkAddress, Path } from '../../network/network.ts'
import type { Identity } from '../../transport/identity.ts'
import type { Association, Peer, Transport } from '../../transport/transport.ts'

export interface ToyAssociationInit {
  readonly transport: Transport
  readonly path: Path
  readonly identity: Identity
  readonly session: string
  readonly key: number
  readonly serverName?: string
}

export class ToyAssociation implements Association {
  readonly transport: Transport
  readonly identity: Identity
  readonly session: string
  readonly key: number
  readonly epoch = 0
  declare readonly serverName?: string
  declare peer: Peer
  path: Path
  /** The number of the last packet sent, and of the newest received. */
  sent = 0
  received = 0
  closed = false

  constructor(init: ToyAssociationInit) {
    this.transport = init.transport
    this.path = init.path
    this.identity = init.identity
    this.session = init.session
    this.key = init.key
    if (init.serverName !== undefined) this.serverName = init.serverName
  }

  /** Packets that are older than the newest tell nothing of where the other side is now. */
  isNewer(sequence: number): boolean {
    if (sequence <= this.received) return false
    this.received = sequence
    return true
  }
}

/** What tells one server from another. */
export function placeOf({ host, port, zone = '' }: NetworkAddress): string {
  return `${host}%${zone} ${port}`
}
