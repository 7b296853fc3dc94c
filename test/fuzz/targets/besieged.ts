// The endpoint of the fuzz target, with narrow limits, and those around it. Whatever they do: it keeps its limits, sends nothing that is
// malformed, forgets them in the end, and serves whoever comes next.

import assert from 'node:assert/strict'
import { Timer } from '../../../coap/src/context/timer.ts'
import { Endpoint } from '../../../coap/src/endpoint/endpoint.ts'
import type { EndpointPeer } from '../../../coap/src/endpoint/peer.ts'
import { WholeBody } from '../../../coap/src/handler/body.ts'
import type { Handler } from '../../../coap/src/handler/handler.ts'
import { Request } from '../../../coap/src/handler/request.ts'
import { Response } from '../../../coap/src/handler/response.ts'
import { Subject } from '../../../coap/src/handler/subject.ts'
import { blockwiseClient } from '../../../coap/src/layers/blockwise/client.ts'
import { blockwiseServer } from '../../../coap/src/layers/blockwise/server.ts'
import { Code } from '../../../coap/src/message/code.ts'
import { decodeDatagram, encodeDatagram, Type } from '../../../coap/src/message/datagram.ts'
import { Message } from '../../../coap/src/message/message.ts'
import { Block1, Block2, ETag, Observe, UriPath } from '../../../coap/src/message/option.ts'
import { Options } from '../../../coap/src/message/options.ts'
import { MemoryHub } from '../../../coap/src/network/memory.ts'
import { createContext, type TestContext } from '../../../coap/src/testing/context.ts'
import { plain } from '../../../coap/src/transport/plain.ts'
import { CoapUri } from '../../../coap/src/uri/coap-uri.ts'
import { Besieger } from './besieger.ts'

export const mostPeers = 5

const limits = {
  peers: mostPeers + 1,
  exchanges: 6,
  requests: 6,
  requestsPerPeer: 3,
  observations: 6,
  observationsPerPeer: 3,
  duplicates: 5000,
  nonIdempotentDuplicates: 5000,
  backlog: 3,
  groupAnswers: 2,
  groupResponders: 3,
  body: 3000,
  bodies: 4000,
  transfers: 4,
  transfersPerPeer: 2,
} as const

const own = { host: '192.0.2.1', port: 5683 }
/** All are members. */
const group = { host: '224.0.1.187', port: 5683 }
const newcomer = mostPeers
/** Paths from this number on are asked of the group. */
const groupPaths = 200
const paths = [
  'now',
  'slow',
  'never',
  'throw',
  'observed',
  'echo',
  'nothing',
  'rejects',
  'slowly-observed',
  'long',
  'body',
  'streamed',
]

export class Besieged {
  readonly #context: TestContext = createContext(1, { settle })
  readonly #hub = new MemoryHub(this.#context, { latency: 5 })
  readonly #endpoint: Endpoint
  /** Asks through the block-wise layer. */
  readonly #send: Handler
  readonly #peers: Besieger[] = []
  /** What passed, both ways. */
  readonly #seen: Uint8Array[] = []
  readonly #subject = new Subject()
  readonly #waiting = new Set<(response: Response) => void>()
  readonly #aborts: AbortController[] = []
  readonly #buffer = new Uint8Array(2000)
  #outcomes = 0
  #blocks = 100

  static async begin(): Promise<Besieged> {
    const besieged = new Besieged()
    await besieged.#open()
    return besieged
  }

  private constructor() {
    const network = this.#hub.network(own, { packetsAreOwned: false, maxPacketSize: 1152 })
    network.join(group)
    const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
    this.#endpoint = new Endpoint({
      context: this.#context,
      transports: [plain(network, { resolver })],
      limits,
      transmission: { probingRate: 0 },
      handler: blockwiseServer({ blockSize: 64, limits })((request) => this.#handle(request), this.#context),
    })
    this.#send = blockwiseClient({ blockSize: 64, limits })(this.#endpoint.send, this.#context)
  }

  /** In a few words, what kind of siege it was. */
  get way(): string {
    const { malformed, rejected, refused, received, ...counters } = this.#endpoint.statistics
    const counts = Object.entries({ ...malformed, ...rejected, ...refused, ...counters })
    return `${this.#outcomes} ${counts.map(([, count]) => (count === 0 ? '' : Math.ceil(Math.log2(count) / 2)))}`
  }

  seen(index: number): Uint8Array {
    return this.#seen[this.#seen.length - 1 - (index % Math.max(this.#seen.length, 1))] ?? new Uint8Array(0)
  }

  send(peer: number, packet: Uint8Array, toGroup = false): void {
    this.#peers[peer]?.send(packet, toGroup ? group : own)
  }

  request(
    peer: number,
    {
      type,
      code,
      id,
      token,
      path,
      observe,
      payload,
    }: { type: Type; code: Code; id: number; token: Uint8Array; path: number; observe: number; payload: number },
  ): void {
    const options = new Options().add(UriPath, paths[path % paths.length] as string)
    if (observe < 2) options.add(Observe, observe)
    const message = new Message({ code, options, payload: new Uint8Array(payload) })
    const length = encodeDatagram(type, id, token, message, this.#buffer, 0)
    this.send(peer, this.#buffer.slice(0, length), path >= groupPaths)
  }

  /** A block of a request's body, or a request for a block. */
  block(
    peer: number,
    {
      code,
      path,
      block1,
      block2,
      payload,
    }: { code: Code; path: number; block1: number; block2: number; payload: number },
  ): void {
    const options = new Options().add(UriPath, paths[path % paths.length] as string)
    if (block1 < 128) options.add(Block1, block1)
    if (block2 < 128) options.add(Block2, block2)
    const message = new Message({ code, options, payload: new Uint8Array(payload) })
    const id = ++this.#blocks & 0xffff
    const length = encodeDatagram(Type.Confirmable, id, Uint8Array.of(1), message, this.#buffer, 0)
    this.send(peer, this.#buffer.slice(0, length))
  }

  /** A reply to one of the last messages that the peer got. */
  answer(
    peer: number,
    {
      which,
      type,
      code,
      observe,
      damage,
      block = 128,
    }: { which: number; type: Type; code: Code; observe: number; damage: number; block?: number },
  ): void {
    const asked = decodeDatagram(this.#peers[peer]?.got.at(-1 - which) ?? new Uint8Array(0))
    if (asked === undefined) return
    const empty = type === Type.Reset || (type === Type.Acknowledgement && observe % 4 === 0)
    const options = new Options()
    if (observe % 2 === 1) options.add(Observe, observe)
    if (block < 128) options.add(Block2, block).add(ETag, Uint8Array.of(1 + (damage & 1)))
    const answer = empty
      ? new Message({ code: Code.Empty })
      : new Message({ code, options, payload: new Uint8Array(block < 128 ? 16 << (block & 3) : 0) })
    const token = empty ? new Uint8Array(0) : asked.token
    const length = encodeDatagram(type, asked.id, token, answer, this.#buffer, 0)
    const packet = this.#buffer.slice(0, length)
    if (damage < 64) packet[damage % length] = (packet[damage % length] as number) ^ (1 << (damage & 7))
    this.send(peer, packet)
  }

  ask(
    peer: number,
    { code, confirmable, observe, payload }: { code: Code; confirmable: boolean; observe: boolean; payload: number },
  ): void {
    const options = observe ? new Options().add(Observe, 0) : new Options()
    const abort = new AbortController()
    this.#aborts.push(abort)
    const request = new Request({
      ...{ code, uri: uriOf(peer), options, confirmable, signal: abort.signal },
      payload: new Uint8Array(payload),
    })
    this.#settles(this.#read(request))
  }

  askGroup(code: Code): void {
    const abort = new AbortController()
    this.#aborts.push(abort)
    const uri = CoapUri.parse(`coap://${group.host}/x`)
    this.#settles(this.#readAll(new Request({ code, uri, signal: abort.signal })))
  }

  ping(peer: number): void {
    this.#settles(this.#endpoint.ping(uriOf(peer)))
  }

  abort(index: number): void {
    this.#aborts.at(-1 - index)?.abort(new Error('enough'))
  }

  change(how: number): void {
    if (how === 0) this.#subject.gone()
    else this.#subject.changed(how === 1 ? Response.text('told') : undefined)
  }

  finishHandlers(): void {
    for (const resolve of this.#waiting) resolve(Response.text('at last'))
    this.#waiting.clear()
  }

  /** Nobody is at this address any more. */
  leave(peer: number): void {
    this.#peers[peer]?.leave()
  }

  async pass(milliseconds: number): Promise<void> {
    await this.#context.clock.advance(milliseconds)
  }

  checkSizes(): void {
    const { sizes } = this.#endpoint
    for (const name of ['peers', 'exchanges', 'requests', 'observations'] as const) {
      assert.ok(sizes[name] <= limits[name], `${name}: ${sizes[name]}`)
    }
  }

  /** It is over: nothing is left of it, and whoever comes next is served. */
  async relief(): Promise<void> {
    for (const abort of this.#aborts) abort.abort(new Error('over'))
    await this.pass(10) // then no packet is on its way
    this.finishHandlers()
    await this.pass(400_000)
    this.change(0) // whoever observes does not answer: that ends it
    await this.#context.clock.runUntilIdle()
    this.checkSizes()
    const { exchanges, requests, observations } = this.#endpoint.sizes
    assert.deepEqual({ exchanges, requests, observations }, { exchanges: 0, requests: 0, observations: 0 })
    assert.equal(this.#subject.watched, false)
    for (const peer of this.#endpoint.peers) {
      const { open, requests: waiting } = peer as EndpointPeer // what the endpoint itself keeps of it
      assert.deepEqual({ open, waiting }, { open: 0, waiting: 0 })
    }
    const request = {
      type: Type.Confirmable,
      code: Code.GET,
      id: 7,
      token: Uint8Array.of(7),
      path: 0,
      observe: 3,
      payload: 0,
    }
    this.request(newcomer, request)
    await this.pass(20)
    const answer = decodeDatagram(this.#peers[newcomer]?.got.at(-1) ?? new Uint8Array(0))
    assert.equal(answer?.code, Code.Content, 'the next one is served')
    await this.#endpoint.close()
  }

  async #open(): Promise<void> {
    await this.#endpoint.open()
    for (let peer = 0; peer <= newcomer; peer++) {
      const network = this.#hub.network({ host: hostOf(peer), port: 5683 })
      network.join(group)
      const besieger = new Besieger(network, own, (packet) => this.#seen.push(packet))
      await besieger.open()
      this.#peers.push(besieger)
    }
  }

  #handle({ path: [first], payload, body }: Request): Response | Promise<Response> {
    switch (first) {
      case 'slow':
        return this.#later(() => Response.text('slow'))
      case 'never':
        return new Promise((resolve) => this.#waiting.add(resolve))
      case 'throw':
        throw new Error('a handler that fails')
      case 'observed':
        return Response.text('observed').observing(this.#subject)
      case 'slowly-observed':
        return this.#later(() => Response.text('observed').observing(this.#subject))
      case 'echo':
        return Response.bytes(payload)
      case 'nothing':
        return Response.none
      case 'rejects':
        return Promise.reject(new Error('a handler that fails'))
      case 'long':
        return Response.bytes(new Uint8Array(1025))
      case 'body':
        return body.bytes().then((bytes) => Response.bytes(bytes))
      case 'streamed':
        return this.#count(body)
      default:
        return Response.text('now')
    }
  }

  async #count(body: AsyncIterable<Uint8Array>): Promise<Response> {
    let length = 0
    for await (const chunk of body) length += chunk.length
    return Response.stream(() => new WholeBody(new Uint8Array(length)))
  }

  #later(answer: () => Response): Promise<Response> {
    return new Promise((resolve) => this.#context.timers.arm(new Timer(() => resolve(answer())), 1000))
  }

  async #read(request: Request): Promise<void> {
    const { notifications } = await this.#send(request)
    for await (const _ of notifications ?? []) this.#outcomes |= 1
  }

  async #readAll(request: Request): Promise<void> {
    for await (const _ of this.#endpoint.ask(request)) this.#outcomes |= 32
  }

  /** Whoever asks hears what became of it; errors are of ours, never a fault of the program. */
  #settles(asked: Promise<unknown>): void {
    asked.then(
      () => {
        this.#outcomes |= 2
      },
      (error: Error & { code?: string }) => {
        if (error.code === undefined && error.message !== 'enough' && error.message !== 'over') throw error
        this.#outcomes |= error.code === 'COAP_TIMEOUT' ? 4 : error.code === 'COAP_RESET' ? 8 : 16
      },
    )
  }
}

function hostOf(peer: number): string {
  return `192.0.2.${peer + 2}`
}

function uriOf(peer: number): CoapUri {
  return CoapUri.parse(`coap://${hostOf(peer)}/x`)
}

async function settle(): Promise<void> {
  for (let round = 0; round < 16; round++) await undefined
}
