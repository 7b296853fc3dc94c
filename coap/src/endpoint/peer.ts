// A peer as the endpoint keeps it: who, with its associations, and what is open with it. An idle one costs a few hundred bytes.

import type { Linked } from '../collections/recency.ts'
import { showAs } from '../context/inspect.ts'
import type { TransmissionParameters } from '../message/transmission.ts'
import { describeIdentity, type Identity } from '../transport/identity.ts'
import type { Association, Peer } from '../transport/transport.ts'

export class EndpointPeer implements Peer, Linked<EndpointPeer> {
  readonly identity: Identity
  /** The endpoint's, unless somebody has set others for this peer. */
  transmission: TransmissionParameters
  /** The association to send on; undefined while the peer is dormant, or gone. */
  current: Association | undefined
  /** Those that it replaced and that may still be heard. */
  #others: readonly Association[] = noAssociations
  /** Neighbours by when they were last heard. */
  older: EndpointPeer | undefined = undefined
  newer: EndpointPeer | undefined = undefined
  /** When a Message ID was last used towards it. */
  messageIdUsed: number = Number.NEGATIVE_INFINITY
  /** Exchanges of ours, requests of its, and observations either way: while there are any, it is not evicted. */
  open = 0
  /** Requests whose handlers have not answered yet. */
  requests = 0
  reachedAt: number | undefined = undefined
  /** It was forgotten: nothing of it counts any more. */
  gone = false
  /** Slots for whoever serves it, whoever sends to it and whoever asks it, so that no second look-up is needed. */
  served: unknown = undefined
  outbox: unknown = undefined
  asked: unknown = undefined
  /** Notifications to it that are on their way or wait to leave; and whether there are more that have not had their turn. */
  notifying = 0
  notifyMore = false
  /** When its last association was closed. */
  dormantSince: number | undefined = undefined

  constructor(association: Association, transmission: TransmissionParameters) {
    this.transmission = transmission
    this.identity = association.identity
    this.current = association
  }

  get associations(): readonly Association[] {
    return this.current === undefined ? this.#others : [this.current, ...this.#others]
  }

  /** A further association continues it, and is the one to send on from now. Beyond `most` of them the oldest is taken out. */
  add(association: Association, most: number): Association | undefined {
    if (this.current !== undefined) this.#others = [this.current, ...this.#others]
    this.current = association
    this.dormantSince = undefined
    const surplus = this.#others.length < most ? undefined : this.#others.at(-1)
    if (surplus !== undefined) this.remove(surplus)
    return surplus
  }

  /** Returns whether none is left. */
  remove(association: Association): boolean {
    const left = this.associations.filter((each) => each !== association)
    this.current = left[0]
    this.#others = left.length > 1 ? left.slice(1) : noAssociations
    return left.length === 0
  }

  /** It is forgotten, and nothing is sent to it any more. */
  leave(): void {
    this.gone = true
    this.current = undefined
    this.#others = noAssociations
  }

  static {
    showAs(
      EndpointPeer,
      (peer) =>
        `Peer(${describeIdentity(peer.identity)}, ${peer.current === undefined ? 'dormant' : place(peer.current)})`,
    )
  }
}

const noAssociations: readonly Association[] = []

function place({ path: { remote } }: Association): string {
  return remote.host.includes(':') ? `[${remote.host}]:${remote.port}` : `${remote.host}:${remote.port}`
}
