// Two transports that a conformance suite has talk to each other, and what they say to whoever opened them.

import type { Context } from '../context/context.ts'
import type { Signal } from '../context/signal.ts'
import type { Path } from '../network/network.ts'
import type { Identity } from '../transport/identity.ts'
import type { Association, Transport, TransportReceiver } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { eventually, expect, expectBytes } from './conformance.ts'

/** Two transports that were not opened yet. The suite opens them, has `client` connect to `server`, and closes them. */
export interface TransportBench {
  readonly client: Transport
  readonly server: Transport
  readonly context: Context
  /** Lets some time pass: a message that was sent arrives, and a handshake ends, within a few hundred of these at most. */
  pass(): Promise<void>
  /** Where the client reaches the server once that is open. Default: the first of `server.addresses`, by the first of its schemes. */
  target?(): CoapUri
  /** With the trait `identity`: one whose credentials the server does not accept. The suite opens and closes it. */
  readonly stranger?: Transport
  /** With the trait `identity`: is this what the client has? */
  isClient?(identity: Identity): boolean
  /** With the trait `moves`: from now on the client's packets come from another address. */
  move?(): void
  /** With the trait `resumes`: the client forgets this association without a word, but can resume it. */
  lose?(association: Association): void
}

export class TransportPair {
  readonly bench: TransportBench
  readonly client: Transport
  readonly server: Transport
  readonly atClient: TransportRecorder
  readonly atServer: TransportRecorder
  /** What must never happen, and did. */
  readonly faults: string[] = []

  constructor(bench: TransportBench) {
    this.bench = bench
    this.client = bench.client
    this.server = bench.server
    this.atClient = new TransportRecorder(bench.pass, this.faults)
    this.atServer = new TransportRecorder(bench.pass, this.faults)
  }

  async open(): Promise<void> {
    await this.server.open(this.atServer, this.bench.context)
    await this.client.open(this.atClient, this.bench.context)
  }

  target(): CoapUri {
    if (this.bench.target !== undefined) return this.bench.target()
    const [destination] = this.server.addresses
    const [scheme] = this.server.schemes
    expect(destination !== undefined && scheme !== undefined, 'an address of the server, and a scheme')
    const uri = CoapUri.compose({ scheme, uriPath: [], uriQuery: [], destination })
    expect(uri !== undefined, 'an address that a URI can have')
    return uri
  }

  async connecting(signal?: Signal, client: Transport = this.client): Promise<Association> {
    return client.connect(this.target(), signal)
  }

  connect(): Promise<Association> {
    return this.passUntil(this.connecting())
  }

  /** A message there and an answer back: the server's association. */
  async exchange(association: Association): Promise<Association> {
    const [asked, answered] = [this.atServer.messages.length + 1, this.atClient.messages.length + 1]
    this.client.send(bytes(1, 2, asked), 3, association)
    const request = await this.atServer.next(asked)
    expectBytes(request.message, bytes(1, 2, asked), 'the message')
    this.server.send(bytes(3, asked), 2, request.from)
    const response = await this.atClient.next(answered)
    expectBytes(response.message, bytes(3, asked), 'the answer')
    expect(response.from === association, 'the answer on the association that was asked on')
    return request.from
  }

  /** Lets time pass until a promise is settled. */
  async passUntil<T>(promise: Promise<T>): Promise<T> {
    let settled = false
    const settle = (): void => {
      settled = true
    }
    promise.then(settle, settle)
    await eventually(this.bench.pass, () => settled, 'an end to come')
    return promise
  }

  async passSome(): Promise<void> {
    for (let round = 0; round < 20; round++) await this.bench.pass()
  }

  /** What it rejects with; undefined if it does not. */
  failure(promise: Promise<unknown>): Promise<unknown> {
    return this.passUntil(
      promise.then(
        () => undefined,
        (reason: unknown) => reason,
      ),
    )
  }

  needed<K extends 'isClient' | 'move' | 'lose'>(what: K): NonNullable<TransportBench[K]> {
    const part = this.bench[what]
    if (part === undefined) throw new Error(`this trait needs \`${what}\` in the bench`)
    return part.bind(this.bench) as NonNullable<TransportBench[K]> // the same function with its object
  }
}

interface Received {
  readonly message: Uint8Array
  readonly from: Association
}

/** Notes what it is told, and what it should not have been told. */
export class TransportRecorder implements TransportReceiver {
  readonly establishments: { readonly association: Association; readonly resumed: Association | undefined }[] = []
  readonly messages: Received[] = []
  readonly moves: { readonly association: Association; readonly previous: Path }[] = []
  readonly ends: { readonly association: Association; readonly reason: Error | undefined }[] = []
  readonly drainedFor: Association[] = []
  whenEstablished: (association: Association) => void = () => {}
  whenReceived: (message: Uint8Array) => void = () => {}
  readonly #pass: () => Promise<void>
  readonly #faults: string[]
  readonly #present = new Set<Association>()

  constructor(pass: () => Promise<void>, faults: string[]) {
    this.#pass = pass
    this.#faults = faults
  }

  /** The message of this number, counted from 1, once so many have come. */
  async next(number: number): Promise<Received> {
    await eventually(this.#pass, () => this.messages.length >= number, `message ${number} to arrive`)
    return this.messages[number - 1] as Received
  }

  /** What an association was said to resume. */
  resumed(association: Association): Association | undefined {
    return this.establishments.find((each) => each.association === association)?.resumed
  }

  established(association: Association, resumed?: Association): void {
    if (this.establishments.some((each) => each.association === association))
      this.#fault('association established twice')
    this.establishments.push({ association, resumed })
    this.#present.add(association)
    this.whenEstablished(association)
  }

  received(message: Uint8Array, from: Association): void {
    if (!this.#present.has(from)) this.#fault('message of an association that is not there')
    this.messages.push({ message: message.slice(), from })
    this.whenReceived(message)
  }

  moved(association: Association, previous: Path): void {
    if (!this.#present.has(association)) this.#fault('move of an association that is not there')
    this.moves.push({ association, previous })
  }

  drained(association: Association): void {
    if (!this.#present.has(association)) this.#fault('drained for an association that is not there')
    this.drainedFor.push(association)
  }

  unreachable(): void {}

  closed(association: Association, reason?: Error): void {
    if (!this.#present.delete(association)) this.#fault('end of an association that is not there')
    this.ends.push({ association, reason })
  }

  #fault(what: string): void {
    this.#faults.push(what)
  }
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values)
}
