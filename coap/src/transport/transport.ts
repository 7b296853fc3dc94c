// How: a transport makes associations of what a network carries: plain, toySecurity, DTLS. The endpoint knows only this.

import type { Context } from '../context/context.ts'
import type { Abortable } from '../context/signal.ts'
import type { GroupRoute, NetworkAddress, Path } from '../network/network.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import type { Identity } from './identity.ts'

/** One conversation under one key, or under none. It keeps living while its path changes. */
export interface Association {
  readonly transport: Transport
  /** Where packets to it go now. */
  readonly path: Path
  readonly identity: Identity
  /** The name that the client asked for (SNI). */
  readonly serverName?: string
  /** Counts keys: Message IDs and duplicates are per association and epoch (RFC 7252 9.1.1). */
  readonly epoch: number
  /** The same for the same path or session, also after eviction: what duplicates are told by. An integer below 2^53. */
  readonly key: number
  /** Whose it is. The endpoint sets it when the association is established, and when it continues an older one. */
  peer: Peer
}

/** Who: one or more associations that continue each other. Made by the endpoint. */
export interface Peer {
  /** The one to send on comes first; empty once the peer is gone. */
  readonly associations: readonly Association[]
  /** What its first association has proved. */
  readonly identity: Identity
  /**
   * When it has last shown that it gets what is sent to its address, in whole seconds on the context's clock: by an answer with a token
   * of ours, or by an Echo (RFC 9175 2.4). Undefined: never. Whoever has seen it notes it.
   */
  reachedAt?: number | undefined
}

export interface Transport {
  /** The URI schemes that it answers for, the usual one first. */
  readonly schemes: readonly string[]
  /** Messages may get lost, doubled and reordered: RFC 7252 4 deals with it. */
  readonly delivery: 'datagram'
  /** The longest message in bytes that `send` takes. */
  readonly maxMessageSize: number
  /** Bytes handed up stay as they are after the call. */
  readonly messagesAreOwned: boolean
  /** Where it listens; empty before `open`. */
  readonly addresses: readonly NetworkAddress[]
  open(receiver: TransportReceiver, context: Context): Promise<void>
  /**
   * An association with whom the URI names: an existing one, at once if it is known to be the one, or after a name look-up and a handshake.
   * Throws, or rejects with, an `ExchangeError`.
   */
  connect(target: CoapUri, signal?: Abortable): Association | Promise<Association>
  /**
   * Associations with a group, to send on: one for each interface that the route means. What answers comes on associations of its own.
   * Absent: this transport reaches no groups, as under security between two (RFC 7252 8.1).
   */
  connectGroup?(target: CoapUri, route: GroupRoute, signal?: Abortable): Promise<readonly Association[]>
  /**
   * The next `connect` looks the name of this URI up again; if `failed` did not answer for it, it tries another of its addresses first,
   * and begins with a handshake where there is one; else it stays with the one that it has as long as the name has it.
   */
  lookAgain(target: CoapUri, failed?: Association): void
  /** Takes a copy of `bytes[0..length)`. False: taken, but hold back until `drained`. An association that is gone takes nothing. */
  send(bytes: Uint8Array, length: number, to: Association): boolean
  disconnect(association: Association): void
  close(): Promise<void>
}

/** What a transport tells its endpoint. */
export interface TransportReceiver {
  /** `resumed` is the association whose session this one resumes, if it is still known. Sets `association.peer`. */
  established(association: Association, resumed?: Association): void
  /** `bytes` is one message, valid during the call unless `messagesAreOwned`; `multicast`: it was sent to a group. */
  received(bytes: Uint8Array, from: Association, multicast: boolean): void
  /** The association goes on from another place. */
  moved(association: Association, previous: Path): void
  drained(association: Association): void
  /** A hint that nobody is there (ICMP): it speeds up a time-out, it proves nothing. */
  unreachable(association: Association, reason: Error): void
  /** Gone for good. Without a reason: it was disconnected. */
  closed(association: Association, reason?: Error): void
}
