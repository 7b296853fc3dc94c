// A transport for tests of an endpoint and its parts: it keeps what is sent, and hands up what a test says.

import type { NetworkAddress, Path } from '../network/network.ts'
import { anonymous, type Identity } from '../transport/identity.ts'
import type { Association, Peer, Transport, TransportReceiver } from '../transport/transport.ts'
import type { CoapUri } from '../uri/coap-uri.ts'

export interface RecordingTransportOptions {
  /** Default 1152. */
  readonly maxMessageSize?: number
  readonly messagesAreOwned?: boolean
  /** What its associations prove. Default: nothing. */
  readonly identity?: Identity
}

export class RecordingTransport implements Transport {
  readonly schemes: readonly string[] = ['coap']
  readonly delivery = 'datagram'
  readonly addresses: readonly NetworkAddress[] = [{ host: '192.0.2.1', port: 5683 }]
  readonly maxMessageSize: number
  readonly messagesAreOwned: boolean
  readonly sent: { readonly bytes: Uint8Array; readonly to: Association }[] = []
  readonly disconnected: Association[] = []
  /** URIs whose names shall be looked up again. */
  readonly lookedAgain: string[] = []
  /** `send` says so. */
  full = false
  receiver: TransportReceiver | undefined = undefined
  readonly #identity: Identity
  readonly #associations = new Map<number, RecordingAssociation>()

  constructor({
    maxMessageSize = 1152,
    messagesAreOwned = true,
    identity = anonymous,
  }: RecordingTransportOptions = {}) {
    this.maxMessageSize = maxMessageSize
    this.messagesAreOwned = messagesAreOwned
    this.#identity = identity
  }

  async open(receiver: TransportReceiver): Promise<void> {
    this.receiver = receiver
  }

  async connect(target: NetworkAddress): Promise<Association> {
    return this.association(target.port)
  }

  lookAgain(target: CoapUri): void {
    this.lookedAgain.push(String(target))
  }

  /** The one with who has this port; established now, if it is not there. */
  association(port: number, resumed?: Association): RecordingAssociation {
    const known = this.#associations.get(port)
    if (known !== undefined) return known
    const association = new RecordingAssociation(this, port, this.#identity)
    this.#associations.set(port, association)
    this.receiver?.established(association, resumed)
    return association
  }

  send(bytes: Uint8Array, length: number, to: Association): boolean {
    if (this.#associations.get(to.key) === to) this.sent.push({ bytes: bytes.slice(0, length), to })
    return !this.full
  }

  /** A message has come. */
  receive(bytes: Uint8Array, port: number, multicast = false): void {
    const association = this.association(port)
    this.receiver?.received(bytes.slice(), association, multicast)
  }

  disconnect(association: Association): void {
    this.disconnected.push(association)
    this.end(association)
  }

  /** The association ends by itself. */
  end(association: Association, reason?: Error): void {
    if (!this.#associations.delete(association.key)) return
    this.receiver?.closed(association, reason)
  }

  async close(): Promise<void> {
    this.receiver = undefined
    this.#associations.clear()
  }
}

export class RecordingAssociation implements Association {
  readonly transport: Transport
  readonly path: Path
  readonly identity: Identity
  readonly key: number
  epoch = 0
  declare peer: Peer

  constructor(transport: Transport, port: number, identity: Identity) {
    this.transport = transport
    this.path = pathTo(port)
    this.identity = identity
    this.key = port
  }
}

function pathTo(port: number): Path {
  const path = {
    local: { host: '192.0.2.1', port: 5683 },
    remote: { host: '192.0.2.2', port },
    multicast: false,
    owner: undefined,
    get unicast() {
      return path
    },
  }
  return path as Path // its getter refers to itself, which types cannot say
}
