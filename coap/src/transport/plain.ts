// CoAP without security: an association is a path that somebody has been heard on, or is asked on (RFC 7252 9: NoSec).

import type { Context } from '../context/context.ts'
import type { Abortable } from '../context/signal.ts'
import { type CoapError, UsageError } from '../errors.ts'
import { isMulticast } from '../network/address.ts'
import type { GroupRoute, Network, NetworkAddress, NetworkReceiver, Path } from '../network/network.ts'
import { noNames, type Resolver } from '../network/resolver.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import { AddressBook, literal } from './address-book.ts'
import { anonymous, type Identity } from './identity.ts'
import { PathKeys } from './path-keys.ts'
import type { Association, Peer, Transport, TransportReceiver } from './transport.ts'

/** A transport of the scheme `coap` on a network. Without a resolver it asks literal addresses only. */
export function plain(network: Network, { resolver = noNames }: { readonly resolver?: Resolver } = {}): Transport {
  return new PlainTransport(network, resolver)
}

class PlainAssociation implements Association {
  readonly transport: Transport
  readonly path: Path
  readonly key: number
  declare peer: Peer

  constructor(transport: Transport, path: Path, key: number) {
    this.transport = transport
    this.path = path
    this.key = key
  }

  get identity(): Identity {
    return anonymous
  }

  get epoch(): number {
    return 0
  }
}

class PlainTransport implements Transport, NetworkReceiver {
  readonly schemes = ['coap']
  readonly delivery = 'datagram'
  readonly #network: Network
  readonly #addresses: AddressBook
  #receiver: TransportReceiver | undefined = undefined
  #keys: PathKeys | undefined = undefined
  #open = false
  /** The network is full: all associations wait for it. */
  readonly #held = new Set<Association>()

  constructor(network: Network, resolver: Resolver) {
    this.#network = network
    this.#addresses = new AddressBook(resolver)
  }

  get maxMessageSize(): number {
    return this.#network.maxPacketSize
  }

  get messagesAreOwned(): boolean {
    return this.#network.packetsAreOwned
  }

  get addresses(): readonly NetworkAddress[] {
    return this.#network.addresses
  }

  async open(receiver: TransportReceiver, context: Context): Promise<void> {
    if (this.#receiver !== undefined) throw new UsageError('a transport is opened once: make another one')
    this.#receiver = receiver
    this.#open = true
    this.#keys = new PathKeys(context)
    await this.#network.open(this, context)
  }

  connect(target: CoapUri, signal?: Abortable): Association | Promise<Association> {
    if (signal?.aborted) throw signal.reason
    return target.isIpLiteral ? this.#associationWith(literal(target)) : this.#connect(target, signal)
  }

  /** At one of the addresses of a name. */
  async #connect(target: CoapUri, signal?: Abortable): Promise<Association> {
    const failed: string[] = []
    for (;;) {
      const address = await this.#addresses.addressOf(target, signal)
      if (signal?.aborted) throw signal.reason
      try {
        return this.#associationWith(address)
      } catch (error) {
        // No way from here to there: perhaps to another address of the name.
        if ((error as Partial<CoapError>).code !== 'COAP_UNREACHABLE' || failed.includes(address.host)) throw error
        failed.push(address.host)
        this.#addresses.lookAgain(target, address.host)
      }
    }
  }

  async connectGroup(target: CoapUri, route: GroupRoute, signal?: Abortable): Promise<readonly Association[]> {
    const group = await this.#addresses.addressOf(target, signal)
    if (!this.#open) throw new UsageError('this transport is not open: await open() first')
    if (!isMulticast(group.host)) throw new UsageError(`${target.host} is no group: ask it as a single server`)
    const paths = this.#network.groupPaths?.(group, route) ?? [this.#network.path(group)]
    return paths.map((path) => this.#association(path))
  }

  lookAgain(target: CoapUri, failed?: Association): void {
    this.#addresses.lookAgain(target, failed?.path.remote.host)
  }

  send(bytes: Uint8Array, length: number, to: Association): boolean {
    if (to.path.owner !== to) return true // gone: it takes nothing
    const more = this.#network.send(bytes, length, to.path)
    if (!more) this.#held.add(to)
    return more
  }

  disconnect(association: Association): void {
    if (association.path.owner !== association) return
    association.path.owner = undefined
    this.#held.delete(association)
    this.#network.forget(association.path)
    this.#receiver?.closed(association)
  }

  async close(): Promise<void> {
    this.#open = false
    await this.#network.close()
  }

  packet(packet: Uint8Array, from: Path): void {
    const owner = from.unicast.owner
    const association = owner instanceof PlainAssociation ? owner : this.#association(from.unicast)
    if (from.unicast.owner !== association) return // refused as it was established
    this.#receiver?.received(packet, association, from.multicast)
  }

  drained(): void {
    const held = [...this.#held]
    this.#held.clear()
    for (const association of held) this.#receiver?.drained(association)
  }

  unreachable(path: Path, reason: Error): void {
    if (path.owner instanceof PlainAssociation) this.#receiver?.unreachable(path.owner, reason)
  }

  /** The system cuts packets to this path into fragments from now on: what is sent again gets through. */
  tooBig(): void {}

  #associationWith(address: NetworkAddress): Association {
    if (!this.#open) throw new UsageError('this transport is not open: await open() first')
    if (isMulticast(address.host)) throw new UsageError(`${address.host} is a group, of which many answer: use ask()`)
    return this.#association(this.#network.path(address))
  }

  #association(path: Path): Association {
    if (path.owner instanceof PlainAssociation) return path.owner
    const association = new PlainAssociation(this, path, (this.#keys as PathKeys).keyOf(path))
    path.owner = association
    this.#receiver?.established(association)
    return association
  }
}
