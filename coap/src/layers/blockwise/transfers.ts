// The transfers that a server has under way, in both directions: by peer and operation, bounded in number and in bytes. State that is
// not used for EXCHANGE_LIFETIME is discarded (RFC 7959 2.4, 2.5), and the longest unused makes room for what is new.

import { type Linked, Recency } from '../../collections/recency.ts'
import type { Context } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import { exchangeLifetime, transmissionDefaults } from '../../message/transmission.ts'
import type { Peer } from '../../transport/transport.ts'
import type { KnownBlockwiseOptions } from './options.ts'

/** Milliseconds without use after which a transfer is over. */
const lifetime = exchangeLifetime(transmissionDefaults)

/** Who keeps transfers. */
export interface TransferKeeper {
  readonly context: Context
  readonly limits: KnownBlockwiseOptions['limits']
  readonly refused: KnownBlockwiseOptions['refused']
  /** Makes room for so many bytes more of a transfer; false: there is none. */
  grow(transfer: Transfer, bytes: number): boolean
  /** Keeps these bytes for a transfer, together with others that have the same; false: there is no room. */
  hold(transfer: Transfer, bytes: Uint8Array): boolean
  /** It has ended: nothing of it is kept. */
  end(transfer: Transfer): void
}

/** State of one operation of one peer. */
export abstract class Transfer extends Timer implements Linked<Transfer> {
  readonly peer: Peer
  readonly key: string
  readonly keeper: TransferKeeper
  /** So many bytes are kept for it alone. */
  bytes = 0
  /** Kept for it, and perhaps for others: many may be given the same at once. */
  held: Uint8Array | undefined = undefined
  /** Neighbours by use. */
  older: Transfer | undefined = undefined
  newer: Transfer | undefined = undefined

  constructor(keeper: TransferKeeper, peer: Peer, key: string) {
    super()
    this.keeper = keeper
    this.peer = peer
    this.key = key
  }

  /** Nobody has used it for long. */
  override fire(): void {
    this.keeper.end(this)
  }

  /** Called once when it has ended, however. */
  abstract ended(): void
}

export class Transfers implements TransferKeeper {
  readonly context: Context
  readonly limits: KnownBlockwiseOptions['limits']
  readonly refused: KnownBlockwiseOptions['refused']
  readonly #byPeer = new Map<Peer, Map<string, Transfer>>()
  readonly #all = new Recency<Transfer>()
  /** What is kept for so many transfers. */
  readonly #holders = new Map<Uint8Array, number>()
  #bytes = 0

  constructor(context: Context, { limits, refused }: KnownBlockwiseOptions) {
    this.context = context
    this.limits = limits
    this.refused = refused
  }

  get size(): number {
    return this.#all.size
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The transfer of an operation; it counts as used. */
  find(peer: Peer, key: string): Transfer | undefined {
    const transfer = this.#byPeer.get(peer)?.get(key)
    if (transfer !== undefined) this.#use(transfer)
    return transfer
  }

  /** In place of the one that its operation had (RFC 7959 2.5). */
  add(transfer: Transfer): void {
    const { peer, key } = transfer
    let others = this.#byPeer.get(peer)
    const before = others?.get(key)
    if (before !== undefined) this.end(before)
    others = this.#byPeer.get(peer)
    if (others !== undefined && others.size >= this.limits.transfersPerPeer)
      this.#evict(others.values().next().value, 'transfersPerPeer')
    if (this.#all.size >= this.limits.transfers) this.#evict(this.#all.oldest, 'transfers')
    others = this.#byPeer.get(peer)
    if (others === undefined) this.#byPeer.set(peer, new Map([[key, transfer]]))
    else others.set(key, transfer)
    this.#use(transfer)
  }

  grow(transfer: Transfer, bytes: number): boolean {
    if (!this.#all.has(transfer) || !this.#reserve(transfer, bytes)) return false
    transfer.bytes += bytes
    return true
  }

  hold(transfer: Transfer, bytes: Uint8Array): boolean {
    const holders = this.#holders.get(bytes) ?? 0
    if (holders === 0 && !this.#reserve(transfer, bytes.length)) return false
    this.#holders.set(bytes, holders + 1)
    transfer.held = bytes
    return true
  }

  end(transfer: Transfer): void {
    if (!this.#all.delete(transfer)) return
    this.context.timers.cancel(transfer)
    const others = this.#byPeer.get(transfer.peer)
    if (others?.get(transfer.key) === transfer) others.delete(transfer.key)
    if (others?.size === 0) this.#byPeer.delete(transfer.peer)
    this.#bytes -= transfer.bytes
    transfer.bytes = 0
    this.#release(transfer)
    transfer.ended()
  }

  /** Room for so many bytes: what has not been used for the longest time makes it. */
  #reserve(transfer: Transfer, bytes: number): boolean {
    const { bodies } = this.limits
    if (bytes <= bodies) {
      for (const oldest of this.#all) {
        if (this.#bytes + bytes <= bodies) break
        if (oldest !== transfer && (oldest.bytes > 0 || oldest.held !== undefined)) this.#evict(oldest, 'bodies')
      }
    }
    if (this.#bytes + bytes > bodies) {
      this.refused('bodies')
      return false
    }
    this.#bytes += bytes
    return true
  }

  #release(transfer: Transfer): void {
    const { held } = transfer
    if (held === undefined) return
    transfer.held = undefined
    const others = (this.#holders.get(held) as number) - 1
    if (others > 0) this.#holders.set(held, others)
    else {
      this.#holders.delete(held)
      this.#bytes -= held.length
    }
  }

  #use(transfer: Transfer): void {
    this.#all.use(transfer)
    this.context.timers.arm(transfer, lifetime)
  }

  #evict(transfer: Transfer | undefined, limit: 'transfers' | 'transfersPerPeer' | 'bodies'): void {
    if (transfer === undefined) return
    this.refused(limit)
    this.end(transfer)
  }
}
