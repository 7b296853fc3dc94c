// A server that is observed, and clients that speak to it message by message: what goes over the wire is what the tests see.

import assert from 'node:assert/strict'
import { Endpoint, type EndpointOptions } from '../../coap/src/endpoint/endpoint.ts'
import type { Handler } from '../../coap/src/handler/handler.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, encodeEmpty, Type } from '../../coap/src/message/datagram.ts'
import { Message } from '../../coap/src/message/message.ts'
import { Observe, UriPath, UriQuery } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { MemoryHub, type MemoryNetwork } from '../../coap/src/network/memory.ts'
import type { Path } from '../../coap/src/network/network.ts'
import { createContext, type TestContext } from '../../coap/src/testing/context.ts'
import { plain } from '../../coap/src/transport/plain.ts'

export interface Asking {
  readonly type?: Type
  readonly code?: Code
  readonly observe?: number
  readonly token?: readonly number[]
  readonly path?: string
  readonly query?: string
  readonly payload?: string
  readonly more?: Options
}

/** A server with something to observe at all paths but /fixed, and clients that speak to it message by message. */
export async function observed(options: Partial<EndpointOptions> = {}, clock: { readonly start?: number } = {}) {
  const context = createContext(7, clock)
  const hub = new MemoryHub(context)
  const subject = new Subject()
  const state = { value: '0', asked: 0, failure: undefined as Response | undefined }
  const handler: Handler = ({ path }) => {
    state.asked++
    if (state.failure !== undefined) return state.failure
    return path[0] === 'fixed' ? Response.text('fixed') : Response.text(state.value).observing(subject)
  }
  const transport = plain(hub.network({ host: '192.0.2.1', port: 5683 }), { resolver: nobody })
  const server = await new Endpoint({ handler, ...options, context, transports: [transport] }).open()
  const peers = new Map<number, Observer>()
  for (let host = 2; host < 24; host++) {
    const network = hub.network({ host: `192.0.2.${host}`, port: 5683 })
    peers.set(host, await Observer.open(network, context))
  }
  const peer = (host: number) => peers.get(host) as Observer
  return { context, server, subject, state, peer, observer: peer(2) }
}

export class Observer {
  readonly received: Datagram[]
  readonly #network: MemoryNetwork
  readonly #context: TestContext
  readonly #server: Path
  readonly #buffer = new Uint8Array(2000)
  #messageId = 100
  #settled = 0

  static async open(network: MemoryNetwork, context: TestContext): Promise<Observer> {
    const received: Datagram[] = []
    await network.open({
      packet: (packet) => received.push(decodeDatagram(packet) as Datagram),
      drained() {},
      unreachable() {},
      tooBig() {},
    })
    return new Observer(network, context, received)
  }

  constructor(network: MemoryNetwork, context: TestContext, received: Datagram[]) {
    this.#network = network
    this.#context = context
    this.#server = network.path({ host: '192.0.2.1', port: 5683 })
    this.received = received
  }

  /** `CON 2.05 payload`. */
  get seen(): string[] {
    return this.received.map((message) => {
      const type = ['CON', 'NON', 'ACK', 'RST'][message.type]
      return `${type} ${formatCode(message.code)} ${bodyOf(message)}`.trim()
    })
  }

  get numbers(): (number | undefined)[] {
    return this.received.map(({ options }) => options.get(Observe))
  }

  async ask(asking: Asking): Promise<void> {
    const { type = Type.Confirmable, code = Code.GET, observe, token = [74], path = 'a', query, payload = '' } = asking
    const options = asking.more?.clone() ?? new Options()
    options.set(UriPath, path.split('/'))
    if (query !== undefined) options.add(UriQuery, query)
    if (observe !== undefined) options.add(Observe, observe)
    const message = new Message({ code, options, payload: new TextEncoder().encode(payload) })
    const length = encodeDatagram(type, this.#messageId++, Uint8Array.from(token), message, this.#buffer, 0)
    this.#network.send(this.#buffer, length, this.#server)
    await this.wait(0)
    this.#settled = this.received.length
  }

  register(asking: Asking = {}): Promise<void> {
    return this.ask({ ...asking, observe: 0 })
  }

  deregister(): Promise<void> {
    return this.ask({ observe: 1 })
  }

  /** Acknowledges what is Confirmable among what comes, and goes on doing so for a while. */
  async acknowledge(time = 0): Promise<void> {
    await this.wait(0)
    while (this.#settled < this.received.length) {
      const { type, id } = this.received[this.#settled++] as Datagram
      if (type === Type.Confirmable) await this.#empty(Type.Acknowledgement, id)
    }
    if (time > 0) await this.wait(time)
  }

  /** Rejects a message, by default the last one. */
  reset(id: number = (this.received.at(-1) as Datagram).id): Promise<void> {
    return this.#empty(Type.Reset, id)
  }

  /** Acknowledges a message, whether it was received or not. */
  acknowledgeId(id: number): Promise<void> {
    return this.#empty(Type.Acknowledgement, id)
  }

  wait(time: number): Promise<void> {
    return this.#context.clock.advance(time)
  }

  async #empty(type: Type, id: number): Promise<void> {
    this.#network.send(this.#buffer, encodeEmpty(type, id, this.#buffer, 0), this.#server)
    await this.wait(0)
  }
}

const nobody = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }

export function bodyOf({ payload }: Message): string {
  return new TextDecoder().decode(payload)
}

export function assertRising(numbers: readonly (number | undefined)[]): void {
  for (const [index, number] of numbers.entries()) {
    if (index > 0) assert.ok((number as number) > (numbers[index - 1] as number), String(numbers))
  }
}
