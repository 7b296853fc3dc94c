// All peers of an endpoint, by when they were last heard. When the table is full the longest idle one without open state makes room.

import type { Context } from '../context/context.ts'
import { exchangeLifetime, type TransmissionParameters } from '../message/transmission.ts'
import type { Association } from '../transport/transport.ts'
import type { KnownLimits } from './limits.ts'
import { EndpointPeer } from './peer.ts'
import type { Statistics } from './statistics.ts'

/** How many of the longest idle peers are looked at to find one that may go. */
const candidates = 16

export class Peers {
  readonly #context: Context
  readonly #limits: KnownLimits
  readonly #transmission: TransmissionParameters
  readonly #statistics: Statistics
  #oldest: EndpointPeer | undefined = undefined
  #newest: EndpointPeer | undefined = undefined
  #size = 0
  /** Peers without an association, the longest gone first. */
  readonly #dormant = new Set<EndpointPeer>()

  constructor(context: Context, limits: KnownLimits, transmission: TransmissionParameters, statistics: Statistics) {
    this.#context = context
    this.#limits = limits
    this.#transmission = transmission
    this.#statistics = statistics
  }

  get size(): number {
    return this.#size
  }

  get dormantSize(): number {
    return this.#dormant.size
  }

  /** A new peer; undefined if there is no room, and nobody may go. */
  add(association: Association, evict: (peer: EndpointPeer) => void): EndpointPeer | undefined {
    if (this.#size >= this.#limits.peers) {
      const idle = this.#longestIdle()
      if (idle === undefined) {
        this.#statistics.refused['peers'] = (this.#statistics.refused['peers'] ?? 0) + 1
        return undefined
      }
      this.#statistics.peersEvicted++
      this.delete(idle)
      evict(idle)
    }
    const peer = new EndpointPeer(association, this.#transmission)
    this.#append(peer)
    this.#size++
    return peer
  }

  /** It has been heard just now. */
  touch(peer: EndpointPeer): void {
    if (peer === this.#newest || peer.dormantSince !== undefined) return
    this.#unlink(peer)
    this.#append(peer)
  }

  delete(peer: EndpointPeer): void {
    if (!this.#dormant.delete(peer)) {
      this.#unlink(peer)
      this.#size--
    }
  }

  /** It has no association, but may come back. Returns those that are given up for it, or since they were waited for long enough. */
  sleep(peer: EndpointPeer): readonly EndpointPeer[] {
    this.#unlink(peer)
    this.#size--
    peer.dormantSince = this.#context.now()
    this.#dormant.add(peer)
    const given: EndpointPeer[] = []
    for (const oldest of this.#dormant) {
      const expired = (oldest.dormantSince as number) + this.#limits.dormancy <= this.#context.now()
      if (!expired && this.#dormant.size - given.length <= this.#limits.dormantPeers) break
      given.push(oldest)
    }
    return given
  }

  /** It has an association again. */
  wake(peer: EndpointPeer): void {
    if (!this.#dormant.delete(peer)) return
    this.#append(peer)
    this.#size++
  }

  *[Symbol.iterator](): Iterator<EndpointPeer> {
    for (let peer = this.#oldest; peer !== undefined; ) {
      const { newer } = peer
      yield peer
      peer = newer
    }
    yield* [...this.#dormant]
  }

  /**
   * Nobody with open state, and rather nobody whose Message IDs are still taken: forgotten, one could be used twice within
   * EXCHANGE_LIFETIME. Those that may not go are put to the other end, so that the next search is short too.
   */
  #longestIdle(): EndpointPeer | undefined {
    const now = this.#context.now()
    const lifetime = exchangeLifetime(this.#transmission)
    let second: EndpointPeer | undefined
    for (let count = 0; count < candidates && this.#oldest !== undefined; count++) {
      const peer = this.#oldest
      if (peer.open === 0) {
        if ((peer.outbox?.lastIssued ?? Number.NEGATIVE_INFINITY) + lifetime <= now) return peer
        second ??= peer
      }
      this.#unlink(peer)
      this.#append(peer)
    }
    return second
  }

  #append(peer: EndpointPeer): void {
    peer.older = this.#newest
    if (this.#newest !== undefined) this.#newest.newer = peer
    else this.#oldest = peer
    this.#newest = peer
  }

  #unlink(peer: EndpointPeer): void {
    const { older, newer } = peer
    if (older !== undefined) older.newer = newer
    else this.#oldest = newer
    if (newer !== undefined) newer.older = older
    else this.#newest = older
    peer.older = undefined
    peer.newer = undefined
  }
}
