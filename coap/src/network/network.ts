// Where: a network carries packets between places. UDP, a serial line, SMS, memory; or one network around another
// (faults, a capture, a NAT box). Synchronous but for `open` and `close`: packets in, packets out.

import type { Context } from '../context/context.ts'

/** A place on a network. `host` is a literal address there, never a name to look up. */
export interface NetworkAddress {
  readonly host: string
  readonly port: number
  /** The interface that a link-local address belongs to. */
  readonly zone?: string
}

/** A pair of places. Interned by its network: packets between the same two places carry the same object. */
export interface Path {
  readonly local: NetworkAddress
  readonly remote: NetworkAddress
  /** `local` is a group: a reply leaves from somewhere else (RFC 7252 8.2). */
  readonly multicast: boolean
  /** The path that replies take and state belongs to: itself, unless `multicast`. */
  readonly unicast: Path
  /** A slot for the transport above, so that a packet needs no second look-up. Without an owner a path may be forgotten. */
  owner: unknown
}

/** How packets to a group leave. */
export interface GroupRoute {
  /**
   * The name of the interface, or `'all'`. Default: the zone of the group; all of them for a link-local group, of which each interface has
   * one; else what the system takes.
   */
  readonly interface?: string
  /** How many networks a packet may pass: TTL or Hop Limit, 1 to 255. Default 1: it stays on the link. */
  readonly hops?: number
}

export interface Network {
  /** The longest packet in bytes that `send` takes. */
  readonly maxPacketSize: number
  /** Each packet handed up is a buffer of its own, which the receiver may keep without a copy. */
  readonly packetsAreOwned: boolean
  /** Where it listens; empty before `open`. */
  readonly addresses: readonly NetworkAddress[]
  /** Starts to receive. Rejects with a `ConnectionError` or a `UsageError` that says what to do. */
  open(receiver: NetworkReceiver, context: Context): Promise<void>
  /** The path to a place, from a local address or from the one that the network prefers. */
  path(remote: NetworkAddress, local?: NetworkAddress): Path
  /**
   * The paths to a group, one for each interface that packets to it are to leave through. Absent: `path` is the one. Throws a `UsageError`
   * for an interface that is not there.
   */
  groupPaths?(group: NetworkAddress, route: GroupRoute): readonly Path[]
  /** Takes a copy of `buffer[0..length)`. False: taken, but send no more until `drained`. */
  send(buffer: Uint8Array, length: number, to: Path): boolean
  /** The path has no owner any more. */
  forget(path: Path): void
  close(): Promise<void>
}

export interface NetworkReceiver {
  /** `packet` is valid during the call: whoever keeps bytes copies them, unless `packetsAreOwned`. */
  packet(packet: Uint8Array, from: Path): void
  /** `send` said false, and there is room again. */
  drained(): void
  /** A hint from the network (ICMP), never proof: anyone may have forged it. */
  unreachable(path: Path, reason: Error): void
  tooBig(path: Path, maxPacketSize: number): void
}
