// All peers of an endpoint, by when they were last heard. When the table is full the longest idle one without open state makes room.

import { Recency } from '../collections/recency.ts'
import type { Context } from '../context/context.ts'
import { Timer } from '../context/timer.ts'
import { ExchangeError } from '../errors.ts'
import { exchangeLifetime, type TransmissionParameters } from '../message/transmission.ts'
import type { Association } from '../transport/transport.ts'
import type { KnownLimits } from './limits.ts'
import { EndpointPeer } from './peer.ts'
import { countRefusal, type Statistics } from './statistics.ts'

/** How many of the longest idle peers are looked at to find one that may go. */
const candidates = 16

export interface PeersInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly transmission: TransmissionParameters
  readonly statistics: Statistics
}

export class Peers {
  readonly #init: PeersInit
  readonly #forget: (peer: EndpointPeer, error: ExchangeError) => void
  readonly #awake = new Recency<EndpointPeer>()
  /** Peers without an association, the longest gone first. */
  readonly #dormant = new Set<EndpointPeer>()
  readonly #dormancy = new Timer(() => this.#abandonExpired())

  /** `forget` is called for peers that are not here any more. */
  constructor(init: PeersInit, forget: (peer: EndpointPeer, error: ExchangeError) => void) {
    this.#init = init
    this.#forget = forget
  }

  get size(): number {
    return this.#awake.size
  }

  get dormantSize(): number {
    return this.#dormant.size
  }

  /** A new peer; undefined if there is no room, and nobody may go. */
  add(association: Association): EndpointPeer | undefined {
    const { limits, statistics, transmission } = this.#init
    if (this.#awake.size >= limits.peers) {
      const idle = this.#longestIdle()
      if (idle === undefined) {
        countRefusal(statistics, 'peers')
        return undefined
      }
      statistics.peersEvicted++
      this.delete(idle)
      this.#forget(idle, new ExchangeError('the peer was idle for too long'))
    }
    const peer = new EndpointPeer(association, transmission)
    this.#awake.use(peer)
    return peer
  }

  /** It has been heard just now. */
  touch(peer: EndpointPeer): void {
    if (peer.dormantSince === undefined) this.#awake.use(peer)
  }

  delete(peer: EndpointPeer): void {
    if (!this.#leave(peer)) this.#awake.delete(peer)
  }

  /** It has no association, but may come back for as long as the limits say. When too many are waited for, the longest gone is not. */
  sleep(peer: EndpointPeer): void {
    const { context, limits } = this.#init
    this.#awake.delete(peer)
    peer.dormantSince = context.now()
    this.#dormant.add(peer)
    const [longest] = this.#dormant
    if (this.#dormant.size > limits.dormantPeers && longest !== undefined) this.#abandon(longest)
    if (!this.#dormancy.armed) context.timers.arm(this.#dormancy, limits.dormancy)
  }

  /** It has an association again. */
  wake(peer: EndpointPeer): void {
    if (this.#leave(peer)) this.#awake.use(peer)
  }

  *[Symbol.iterator](): Iterator<EndpointPeer> {
    yield* this.#awake
    yield* [...this.#dormant]
  }

  /** False: it is not dormant. */
  #leave(peer: EndpointPeer): boolean {
    if (!this.#dormant.delete(peer)) return false
    if (this.#dormant.size === 0) this.#init.context.timers.cancel(this.#dormancy)
    return true
  }

  #abandonExpired(): void {
    const { context, limits } = this.#init
    for (const peer of this.#dormant) {
      const left = (peer.dormantSince as number) + limits.dormancy - context.now()
      if (left > 0) {
        context.timers.arm(this.#dormancy, left)
        return
      }
      this.#abandon(peer)
    }
  }

  #abandon(peer: EndpointPeer): void {
    this.#leave(peer)
    this.#forget(peer, new ExchangeError('the peer did not come back in time'))
  }

  /**
   * Nobody with open state, and rather nobody whose Message IDs are still taken: forgotten, one could be used twice within
   * EXCHANGE_LIFETIME. Those that may not go are put to the other end, so that the next search is short too.
   */
  #longestIdle(): EndpointPeer | undefined {
    const now = this.#init.context.now()
    const lifetime = exchangeLifetime(this.#init.transmission)
    let second: EndpointPeer | undefined
    for (let count = 0; count < Math.min(candidates, this.#awake.size); count++) {
      const peer = this.#awake.oldest as EndpointPeer
      if (peer.open === 0) {
        if (peer.messageIdUsed + lifetime <= now) return peer
        second ??= peer
      }
      this.#awake.use(peer)
    }
    return second
  }
}
