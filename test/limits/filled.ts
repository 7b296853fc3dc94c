// An endpoint with one narrow limit, and as many others around it as it takes to fill it. They speak to it message by message.

import assert from 'node:assert/strict'
import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import type { Limits } from '../../coap/src/endpoint/limits.ts'
import { countRefusal } from '../../coap/src/endpoint/statistics.ts'
import { Request } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { blockwiseServer } from '../../coap/src/layers/blockwise/server.ts'
import { blockValue } from '../../coap/src/message/block.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, encodeEmpty, Type } from '../../coap/src/message/datagram.ts'
import { Message } from '../../coap/src/message/message.ts'
import { Block1, Block2, MaxAge, Observe, UriPath, UriQuery } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { MemoryHub, type MemoryNetwork } from '../../coap/src/network/memory.ts'
import { createContext, type TestContext } from '../../coap/src/testing/context.ts'
import { plain } from '../../coap/src/transport/plain.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'

const own = { host: '192.0.2.1', port: 5683 }
/** It is a member, and so is everybody. */
const group = { host: '224.0.1.187', port: 5683 }

export class Filled {
  readonly endpoint: Endpoint
  readonly context: TestContext = createContext(1)
  readonly subject = new Subject()
  /** Requests that wait until somebody answers them. */
  readonly waiting: ((response: Response) => void)[] = []
  /** How often the handler was asked. */
  handled = 0
  readonly #hub = new MemoryHub(this.context, { unreachable: false })

  static async with(limits: Limits): Promise<Filled> {
    const filled = new Filled(limits)
    await filled.endpoint.open()
    return filled
  }

  private constructor(limits: Limits) {
    const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
    const network = this.#hub.network(own)
    network.join(group)
    this.endpoint = new Endpoint({
      context: this.context,
      limits,
      transports: [plain(network, { resolver })],
      handler: blockwiseServer({ limits, refused: (limit) => countRefusal(this.endpoint.statistics, limit) })(
        (request) => this.#handle(request),
        this.context,
      ),
    })
  }

  /** Somebody with an address of its own: 1 to 60,000. */
  async somebody(number: number): Promise<Somebody> {
    const network = this.#hub.network({ host: `10.0.${number >> 8}.${number & 255}`, port: 5683 })
    network.join(group)
    const somebody = new Somebody(network, this)
    await somebody.open()
    return somebody
  }

  get refused(): Readonly<Record<string, number>> {
    return this.endpoint.statistics.refused
  }

  /** Asks somebody, as a client. What becomes of it is a code, or the code of an error. */
  ask(somebody: Somebody, observe = false): Promise<string> {
    const options = observe ? new Options().add(Observe, 0) : new Options()
    const asked = Promise.resolve(this.endpoint.send(new Request({ code: Code.GET, uri: somebody.uri, options })))
    return asked.then(
      ({ code }) => formatCode(code),
      (error: { code: string }) => error.code,
    )
  }

  /** Asks everybody, as a client: how many have answered by the deadline. */
  async askAll(): Promise<number> {
    let count = 0
    const request = new Request({ code: Code.GET, uri: CoapUri.parse(`coap://${group.host}/`) })
    for await (const _ of this.endpoint.ask(request)) count++
    return count
  }

  answerAll(): void {
    for (const answer of this.waiting.splice(0)) answer(Response.text('at last'))
  }

  async pass(milliseconds = 10): Promise<void> {
    await this.context.clock.advance(milliseconds)
  }

  /** Whoever comes next is served as if nothing had been. */
  async serves(number = 60_000): Promise<void> {
    const newcomer = await this.somebody(number)
    assert.equal(await newcomer.asks('now'), '2.05')
    assert.equal(await newcomer.asks('now', { code: Code.POST }), '2.05')
  }

  #handle({ path: [first], body }: Request): Response | Promise<Response> {
    this.handled++
    if (first === 'body') return body.bytes().then(({ length }) => Response.text(String(length)))
    if (first === 'long') return Response.bytes(new Uint8Array(64))
    if (first === 'waits') return new Promise((resolve) => this.waiting.push(resolve))
    const response = Response.text('now')
    return first === 'observed' ? response.observing(this.subject) : response
  }
}

export interface Asking {
  readonly code?: Code
  readonly type?: Type
  readonly observe?: number
  /** Default: one that was not used before. */
  readonly id?: number
  /** The block of a body that it sends, of 16 bytes. */
  readonly block1?: number
  /** The block that it asks for, of 16 bytes. */
  readonly block2?: number
  readonly query?: string
}

export class Somebody {
  readonly received: Datagram[] = []
  readonly #network: MemoryNetwork
  readonly #filled: Filled
  readonly #buffer = new Uint8Array(100)
  #id = 0

  constructor(network: MemoryNetwork, filled: Filled) {
    this.#network = network
    this.#filled = filled
  }

  async open(): Promise<void> {
    const packet = (bytes: Uint8Array): void => void this.received.push(decodeDatagram(bytes) as Datagram)
    await this.#network.open({ packet, drained() {}, unreachable() {}, tooBig() {} })
  }

  get uri(): CoapUri {
    return CoapUri.parse(`coap://${this.#network.addresses[0]?.host}/`)
  }

  /** What it gets for a request within some milliseconds: the code, an Observe option, and Max-Age; or that nothing came. */
  async asks(
    path: string,
    { code = Code.GET, type = Type.Confirmable, observe, id, ...asking }: Asking = {},
  ): Promise<string> {
    this.received.length = 0
    const options = new Options().add(UriPath, path)
    if (observe !== undefined) options.add(Observe, observe)
    if (asking.query !== undefined) options.add(UriQuery, asking.query)
    if (asking.block1 !== undefined) options.add(Block1, blockValue(asking.block1, true, 0))
    if (asking.block2 !== undefined) options.add(Block2, blockValue(asking.block2, false, 0))
    const payload = new Uint8Array(asking.block1 === undefined ? 0 : 16)
    const messageId = id ?? ++this.#id
    const token = Uint8Array.of(messageId >> 8, messageId & 255)
    this.#send(encodeDatagram(type, messageId, token, new Message({ code, options, payload }), this.#buffer, 0))
    await this.#filled.pass()
    const [answer] = this.received
    if (answer === undefined) return 'nothing'
    const observed = answer.options.has(Observe) ? ' Observe' : ''
    const maxAge = answer.options.get(MaxAge)
    return `${formatCode(answer.code)}${observed}${maxAge === undefined ? '' : ` Max-Age ${maxAge}`}`
  }

  /** Asks the group that the endpoint is a member of. */
  asksGroup(): void {
    const message = new Message({ code: Code.GET, options: new Options().add(UriPath, 'now') })
    const length = encodeDatagram(Type.NonConfirmable, ++this.#id, Uint8Array.of(1), message, this.#buffer, 0)
    this.#network.send(this.#buffer, length, this.#network.path(group))
  }

  /** Responds to a Non-confirmable request that it has got. */
  responds(): void {
    const { token } = this.received.find(({ code }) => code === Code.GET) as Datagram
    const message = new Message({ code: Code.Content })
    this.#send(encodeDatagram(Type.NonConfirmable, ++this.#id, token, message, this.#buffer, 0))
  }

  /** Acknowledges what it got last, with a response if that was a request. */
  async acknowledges(code: Code = Code.Empty): Promise<void> {
    const { id, token } = this.received.at(-1) as Datagram
    const length =
      code === Code.Empty
        ? encodeEmpty(Type.Acknowledgement, id, this.#buffer, 0)
        : encodeDatagram(Type.Acknowledgement, id, token, new Message({ code }), this.#buffer, 0)
    this.#send(length)
    await this.#filled.pass()
  }

  #send(length: number): void {
    this.#network.send(this.#buffer, length, this.#network.path(own))
  }
}
