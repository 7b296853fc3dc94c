// toySecurity: a transport that behaves like a secured one, and protects nothing: NEVER use it outside tests. A handshake of two messages,
// credentials that are looked up asynchronously, sessions that survive a change of address, and resumption.

import { type Context, randomUint32 } from '../../context/context.ts'
import { type Abortable, unlessAborted } from '../../context/signal.ts'
import { UsageError } from '../../errors.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from '../../network/network.ts'
import { CachingResolver, noNames, type Resolver } from '../../network/resolver.ts'
import { AddressBook } from '../../transport/address-book.ts'
import { type Claims, hasExpired, type Identity } from '../../transport/identity.ts'
import type { Association, Transport, TransportReceiver } from '../../transport/transport.ts'
import type { CoapUri } from '../../uri/coap-uri.ts'
import { placeOf, ToyAssociation } from './toy-association.ts'
import { ToyHandshake } from './toy-handshake.ts'
import { dataOverhead, decodeToyPacket, encodeToyPacket, type ToyPacket } from './toy-packets.ts'

/** What a server knows of an identity: the secret, and what the operator says of it. */
export interface ToyCredential {
  readonly secret: string
  readonly claims?: Claims
}

export interface ToySecurityOptions {
  /** As a server: the credential of an identity; undefined for an unknown one. A database may answer late. */
  readonly credentials?: (id: string) => Promise<ToyCredential | undefined>
  /** As a client: who we say we are. */
  readonly identity?: { readonly id: string; readonly secret: string }
  readonly resolver?: Resolver
  /** Handshakes that wait for their credentials. Full: hellos are ignored, and clients try again. Default 100. */
  readonly waiters?: number
  /** Sessions that can be resumed; beyond it the oldest cannot. Default 1000. */
  readonly sessions?: number
}

/** A transport of the scheme `coaps` for tests. It is not secure: whoever reads a packet reads the secret. */
export function toySecurity(network: Network, options: ToySecurityOptions = {}): ToySecurity {
  return new ToySecurity(network, options)
}

export class ToySecurity implements Transport, NetworkReceiver {
  readonly schemes: readonly string[] = ['coaps']
  readonly delivery = 'datagram'
  readonly messagesAreOwned = false
  readonly #network: Network
  readonly #options: ToySecurityOptions
  readonly #associations = new Map<string, ToyAssociation>()
  /** Ended associations whose sessions may be resumed. */
  readonly #resumable = new Map<string, ToyAssociation>()
  /** As a client: the association with each server, its last session, and handshakes under way. */
  readonly #servers = new Map<string, ToyAssociation>()
  readonly #sessions = new Map<string, string>()
  readonly #handshakes = new Map<string, ToyHandshake>()
  /** As a server: nonces whose credentials are being looked up. */
  readonly #waiting = new Set<string>()
  #addresses: AddressBook | undefined
  #receiver: TransportReceiver | undefined = undefined
  #context: Context | undefined = undefined

  constructor(network: Network, options: ToySecurityOptions) {
    this.#network = network
    this.#options = options
  }

  get maxMessageSize(): number {
    return this.#network.maxPacketSize - dataOverhead
  }

  get addresses(): readonly NetworkAddress[] {
    return this.#network.addresses
  }

  /** Handshakes that wait for their credentials. */
  get waiting(): number {
    return this.#waiting.size
  }

  async open(receiver: TransportReceiver, context: Context): Promise<void> {
    if (this.#receiver !== undefined) throw new UsageError('a transport is opened once: make another one')
    this.#receiver = receiver
    this.#context = context
    this.#addresses = new AddressBook(new CachingResolver(this.#options.resolver ?? noNames, context))
    await this.#network.open(this, context)
  }

  async connect(target: CoapUri, signal?: Abortable): Promise<Association> {
    const address = await this.#addresses?.addressOf(target, signal)
    if (signal?.aborted) throw signal.reason
    if (address === undefined || this.#addresses === undefined)
      throw new UsageError('this transport is not open: await open() first')
    const place = placeOf(address)
    const known = this.#servers.get(place)
    if (known !== undefined) return known
    let handshake = this.#handshakes.get(place)
    if (handshake === undefined) {
      handshake = this.#greet(place, this.#network.path(address))
      this.#handshakes.set(place, handshake)
    }
    return unlessAborted(handshake.established, signal)
  }

  /** An association that does not answer is kept, but whoever asks next begins with a handshake: the other side may have lost it. */
  lookAgain(target: CoapUri, failed?: Association): void {
    this.#addresses?.lookAgain(target, failed?.path.remote.host)
    for (const [place, server] of this.#servers) if (server === failed) this.#servers.delete(place)
  }

  send(bytes: Uint8Array, length: number, to: Association): boolean {
    const association = to as ToyAssociation
    if (association.closed) return true
    const { session } = association
    return this.#send(
      { kind: 'data', session, sequence: ++association.sent, message: bytes.subarray(0, length) },
      association.path,
    )
  }

  disconnect(association: Association): void {
    const ended = association as ToyAssociation
    if (ended.closed) return
    this.#send({ kind: 'closing', session: ended.session }, ended.path)
    this.#end(ended)
  }

  /** Forgets an association without a word, as a crash does. Its session can still be resumed. */
  crash(association: Association): void {
    this.#end(association as ToyAssociation)
  }

  /** As a client: forgets how to resume, so that the next handshake is a full one. */
  forgetSessions(): void {
    this.#sessions.clear()
  }

  async close(): Promise<void> {
    for (const association of [...this.#associations.values()]) this.disconnect(association)
    this.#addresses = undefined
    for (const handshake of this.#handshakes.values()) handshake.fail('the transport was closed')
    await this.#network.close()
  }

  packet(packet: Uint8Array, from: Path): void {
    const read = decodeToyPacket(packet)
    switch (read?.kind) {
      case 'hello':
        this.#hello(read, from.unicast)
        return
      case 'welcome':
        this.#welcome(read, from.unicast)
        return
      case 'refusal':
        this.#handshakeOf(read.nonce)?.fail('the server knows no such identity with this secret')
        return
      case 'data':
        this.#data(read, from)
        return
      case 'closing': {
        const association = this.#associations.get(read.session)
        if (association !== undefined) this.#end(association)
        return
      }
      case undefined:
        return // not ours
      default:
        read satisfies never
    }
  }

  drained(): void {
    for (const association of this.#associations.values()) this.#receiver?.drained(association)
  }

  unreachable(path: Path, reason: Error): void {
    for (const association of this.#associations.values()) {
      if (association.path === path) this.#receiver?.unreachable(association, reason)
    }
  }

  tooBig(): void {}

  #greet(place: string, path: Path): ToyHandshake {
    const { id, secret } = this.#options.identity ?? { id: '', secret: '' }
    const hello: ToyPacket = { kind: 'hello', nonce: this.#random(), resume: this.#sessions.get(place), id, secret }
    return new ToyHandshake({
      nonce: hello.nonce,
      path,
      context: this.#context as Context,
      send: () => this.#send(hello, path),
      ended: () => this.#handshakes.delete(place),
    })
  }

  /** A server's side: a session is resumed at once, a credential may take its time. */
  #hello({ nonce, resume, id, secret }: ToyPacket & { kind: 'hello' }, path: Path): void {
    const { credentials, waiters = 100 } = this.#options
    if (credentials === undefined || this.#waiting.has(nonce)) return
    const resumed = resume === undefined ? undefined : (this.#resumable.get(resume) ?? this.#associations.get(resume))
    if (resumed !== undefined && !hasExpired(resumed.identity, this.#context as Context)) {
      this.#accept(nonce, path, resumed.identity, resumed)
      return
    }
    if (this.#waiting.size >= waiters) return
    this.#waiting.add(nonce)
    const settle = (credential: ToyCredential | undefined): void => {
      this.#waiting.delete(nonce)
      if (credential?.secret === secret) this.#accept(nonce, path, identityOf(id, credential.claims), undefined)
      else this.#send({ kind: 'refusal', nonce }, path)
    }
    credentials(id).then(settle, () => settle(undefined))
  }

  #accept(nonce: string, path: Path, identity: Identity, resumed: ToyAssociation | undefined): void {
    const association = this.#establish(this.#random(), path, identity, resumed)
    if (association.closed) return // refused
    this.#send({ kind: 'welcome', nonce, session: association.session }, path)
  }

  #welcome({ nonce, session }: ToyPacket & { kind: 'welcome' }, path: Path): void {
    const handshake = this.#handshakeOf(nonce)
    if (handshake === undefined) return
    const place = placeOf(path.remote)
    const before = this.#sessions.get(place)
    const resumed = before === undefined ? undefined : (this.#resumable.get(before) ?? this.#associations.get(before))
    const association = this.#establish(session, path, identityOf(this.#options.identity?.id ?? ''), resumed)
    if (association.closed) {
      handshake.fail('there is no room for one more association')
      return
    }
    this.#servers.set(place, association)
    this.#sessions.set(place, session)
    handshake.finish(association)
  }

  #data({ session, sequence, message }: ToyPacket & { kind: 'data' }, from: Path): void {
    const association = this.#associations.get(session)
    if (association === undefined) return
    const newer = association.isNewer(sequence)
    if (newer && association.path !== from.unicast) {
      const previous = association.path
      association.path = from.unicast
      from.unicast.owner = this
      this.#leave(previous)
      this.#receiver?.moved(association, previous)
    }
    this.#receiver?.received(message, association, from.multicast)
  }

  #establish(session: string, path: Path, identity: Identity, resumed: ToyAssociation | undefined): ToyAssociation {
    const context = this.#context as Context
    const key = (randomUint32(context) & 0x1fffff) * 0x1_0000_0000 + randomUint32(context)
    const association = new ToyAssociation({ transport: this, path, identity, session, key })
    path.owner = this
    this.#associations.set(session, association)
    this.#receiver?.established(association, resumed)
    return association
  }

  #end(association: ToyAssociation): void {
    association.closed = true
    this.#associations.delete(association.session)
    this.#resumable.set(association.session, association)
    const [oldest] = this.#resumable.keys()
    if (this.#resumable.size > (this.#options.sessions ?? 1000) && oldest !== undefined) this.#resumable.delete(oldest)
    for (const [place, server] of this.#servers) if (server === association) this.#servers.delete(place)
    this.#leave(association.path)
    this.#receiver?.closed(association)
  }

  /** Others may still use the path. */
  #leave(path: Path): void {
    for (const association of this.#associations.values()) if (association.path === path) return
    path.owner = undefined
    this.#network.forget(path)
  }

  #handshakeOf(nonce: string): ToyHandshake | undefined {
    for (const handshake of this.#handshakes.values()) if (handshake.nonce === nonce) return handshake
    return undefined
  }

  #send(packet: ToyPacket, to: Path): boolean {
    const bytes = encodeToyPacket(packet)
    return this.#network.send(bytes, bytes.length, to)
  }

  #random(): string {
    const name = new Uint8Array(8)
    ;(this.#context as Context).random(name)
    return String.fromCharCode(...name)
  }
}

function identityOf(id: string, claims: Claims = {}): Identity {
  return { method: 'psk', id: Uint8Array.from(id, (character) => character.charCodeAt(0)), claims }
}
