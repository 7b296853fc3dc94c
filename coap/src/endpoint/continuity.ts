// Which new association continues a peer that we know (docs/decisions/continuity.md): only then do its observations and outstanding
// exchanges go on, and never because it has the same address.

import { identityKey, sameIdentity } from '../transport/identity.ts'
import type { Association } from '../transport/transport.ts'
import type { EndpointPeer } from './peer.ts'

/**
 * `'association'`: none does; the letter of RFC 7252 9.1 and RFC 7641 7. `'resumption'`: one that resumes the session of an association
 * of the peer. `'identity'`: also one whose handshake has proved the same identity afresh.
 */
export type Continuity = 'association' | 'resumption' | 'identity'

export class Continuities {
  readonly #policy: Continuity
  /** Peers that have proved who they are, by that: kept only for `'identity'`. */
  readonly #byIdentity = new Map<string, EndpointPeer>()

  constructor(policy: Continuity) {
    this.#policy = policy
  }

  /** A peer may come back after its last association is gone. */
  outlives(peer: EndpointPeer): boolean {
    return this.#policy !== 'association' && peer.identity.method !== 'none' && peer.open > 0
  }

  /** The peer that a new association continues. */
  continues(association: Association, resumed: Association | undefined): EndpointPeer | undefined {
    if (this.#policy === 'association') return undefined
    const peer = resumed?.peer as EndpointPeer | undefined
    if (peer !== undefined && !peer.gone && sameIdentity(peer.identity, association.identity)) return peer
    return this.#policy === 'identity' ? this.#byIdentity.get(identityKey(association.identity) ?? '') : undefined
  }

  remember(peer: EndpointPeer): void {
    const key = this.#policy === 'identity' ? identityKey(peer.identity) : undefined
    if (key !== undefined) this.#byIdentity.set(key, peer)
  }

  forget(peer: EndpointPeer): void {
    const key = identityKey(peer.identity)
    if (key !== undefined && this.#byIdentity.get(key) === peer) this.#byIdentity.delete(key)
  }
}
