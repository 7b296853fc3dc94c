// Requests to groups (RFC 7252 8, groupcomm-bis): who asks, and who is asked.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Handler } from '../handler/handler.ts'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Subject } from '../handler/subject.ts'
import { Code } from '../message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, encodeEmpty, Type } from '../message/datagram.ts'
import { Message } from '../message/message.ts'
import { Echo, NoResponse, Observe, type Option } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { MemoryHub, type MemoryNetwork } from '../network/memory.ts'
import { createContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Endpoint, type EndpointOptions } from './endpoint.ts'

const group = { host: '224.0.1.187', port: 5683 }
const uri = CoapUri.parse('coap://224.0.1.187/light')
const request = new Request({ code: Code.GET, uri })
/** Milliseconds within which everybody has answered. */
const deadline = 8000

describe('who asks a group', () => {
  test('gets each response as it comes, with its peer and the URI of who answered (RFC 7252 8.2)', async () => {
    const world = await World.of(['a', 'b', 'c'])
    const responses = await world.ask()
    assert.deepEqual(responses.map(({ payload, uri: from }) => `${text(payload)} ${from}`).sort(), [
      'a coap://192.0.2.1/light',
      'b coap://192.0.2.2/light',
      'c coap://192.0.2.3/light',
    ])
    for (const { peer, uri: from } of responses) {
      assert.equal(peer.associations[0]?.path.remote.host, from?.host)
      const answer = Promise.resolve(
        world.client.send(new Request({ code: Code.GET, peer, ...(from && { uri: from }) })),
      )
      await world.pass(10)
      assert.ok((await answer).ok, 'and can be asked alone')
    }
  })

  test('sends one Non-confirmable request (8.1), whatever is said of it', async () => {
    const world = await World.of([])
    const member = await world.member()
    void world.asking(request.with({ confirmable: true }))
    await world.pass(1)
    const [first, ...more] = member.received
    assert.deepEqual([first?.type, first?.code, more.length], [Type.NonConfirmable, Code.GET, 0])
  })

  test('waits from when the request leaves for the leisure and a round trip, or as long as it says, and then no longer', async () => {
    const world = await World.of([])
    for (const [timeout, expected] of [
      [undefined, deadline],
      [20_000, 20_000],
    ] as const) {
      const begin = world.now
      const asked = (async () => {
        for await (const _ of world.client.ask(request, timeout === undefined ? {} : { timeout })) assert.fail()
        return world.now - begin
      })()
      await world.pass(30_000)
      assert.equal(await asked, expected)
    }
    assert.equal(world.client.sizes.exchanges, 0)
  })

  test('gives its request no Message ID of another message that is on its way (8.1): who knows of no groups may reset it', async () => {
    const world = await World.of([], { randomBits: 0 })
    const member = await world.member()
    const alone = new Request({
      code: Code.GET,
      uri: CoapUri.parse('coap://192.0.2.100/'),
      token: Uint8Array.of(1),
    })
    Promise.resolve(world.client.send(alone)).catch(() => {})
    await world.pass(1)
    void world.asking(request.with({ token: Uint8Array.of(2) }))
    await world.pass(1)
    assert.deepEqual(
      member.received.map(({ id }) => id),
      [0, 1],
    )
  })

  test('may stop early: what comes later is for nobody, and a Confirmable one is reset', async () => {
    const world = await World.of([])
    const member = await world.member()
    const responses = world.client.ask(request)
    const first = responses.next()
    await world.pass(1)
    member.answers({ type: Type.NonConfirmable })
    await world.pass(1)
    assert.equal((await first).done, false)
    await responses.return(undefined)
    assert.equal(world.client.sizes.exchanges, 0)
    member.answers({ type: Type.Confirmable })
    await world.pass(1)
    assert.equal(member.received.at(-1)?.type, Type.Reset)
    assert.equal(world.client.statistics.rejected['unknown-response'], 1)
  })

  test('takes a Confirmable response, and acknowledges it (groupcomm-bis 3.1.1)', async () => {
    const world = await World.of([])
    const member = await world.member()
    const responses = world.asking()
    await world.pass(1)
    member.answers({ type: Type.Confirmable })
    await world.pass(deadline)
    assert.equal((await responses).length, 1)
    assert.equal(member.received.at(-1)?.type, Type.Acknowledgement)
  })

  test('hears each server once: a duplicate, and another response of the same one, are not counted (groupcomm-bis 3.1.6)', async () => {
    const world = await World.of([])
    const member = await world.member()
    const responses = world.asking()
    await world.pass(1)
    for (const id of [1, 1, 2]) member.answers({ type: Type.NonConfirmable, id })
    await world.pass(deadline)
    assert.equal((await responses).length, 1)
    assert.equal(world.client.statistics.duplicates, 1)
  })

  test('takes no response without its token, and none with a critical option that nobody understands (5.4.1)', async () => {
    const world = await World.of([])
    const member = await world.member()
    const responses = world.asking()
    await world.pass(1)
    const unknown: Option<number> = { ...NoResponse, number: 9, name: 'Unknown' }
    member.answers({ type: Type.NonConfirmable, id: 1, token: Uint8Array.of(1, 2) })
    member.answers({ type: Type.NonConfirmable, id: 2, options: new Options().add(unknown, 1) })
    await world.pass(deadline)
    assert.equal((await responses).length, 0)
    assert.equal(world.client.statistics.rejected['critical-option'], 1)
  })

  test('uses no token again that a late response may have (groupcomm-bis 3.1.5)', async () => {
    const world = await World.of([], { randomBits: 3 })
    const member = await world.member()
    for (let round = 0; round < 4; round++) await world.ask()
    const tokens = member.received.map(({ token }) => token.join())
    assert.equal(new Set(tokens).size, 4)
    assert.equal(tokens.length, 4)
  })

  test('asks one group at a time, until somebody answers (NSTART is for a group as for a server: groupcomm-bis 3.6)', async () => {
    const world = await World.of([])
    const member = await world.member()
    const first = world.asking()
    const second = world.asking(new Request({ code: Code.GET, uri: CoapUri.parse('coap://224.0.1.187/second') }))
    await world.pass(1000)
    assert.equal(member.received.length, 1)
    member.answers({ type: Type.NonConfirmable })
    await world.pass(10)
    assert.equal(member.received.length, 2)
    await world.pass(2 * deadline)
    assert.deepEqual([(await first).length, (await second).length], [1, 0])
  })

  test('is told when the signal ends it, and when the endpoint is closed', async () => {
    const world = await World.of([])
    const abort = new AbortController()
    const aborted = world.client.ask(request.with({ signal: abort.signal })).next()
    await world.pass(1)
    abort.abort(new Error('enough'))
    await assert.rejects(aborted, /enough/)
    const closed = world.client.ask(request).next()
    await world.pass(1)
    await world.client.close()
    await assert.rejects(closed, { code: 'COAP_CLOSED' })
  })

  test('makes no mistakes: a group is not asked as one server, nor a server as a group, nor observed, nor asked too much', async () => {
    const world = await World.of([])
    const ask = (made: Request) => world.client.ask(made).next()
    await assert.rejects(Promise.resolve(world.client.send(request)), { code: 'COAP_USAGE', message: /use ask/ })
    await assert.rejects(ask(new Request({ code: Code.GET, uri: CoapUri.parse('coap://192.0.2.9/') })), {
      code: 'COAP_USAGE',
    })
    await assert.rejects(ask(request.with({ options: new Options().add(Observe, 0) })), { code: 'COAP_USAGE' })
    await assert.rejects(ask(request.with({ payload: new Uint8Array(2000) })), { code: 'COAP_USAGE' })
    await assert.rejects(ask(new Request({ code: Code.GET })), { code: 'COAP_USAGE' })
  })
})

describe('who is asked as a member of a group', () => {
  test('answers within the leisure, at random (RFC 7252 8.2)', async () => {
    const world = await World.of([...'abcdefghijklmnopqrst'])
    const times: number[] = []
    for await (const time of world.times()) times.push(time)
    assert.equal(times.length, 20)
    assert.ok(times.every((time) => time >= 0 && time <= 5000))
    assert.ok(Math.max(...times) - Math.min(...times) > 2500, 'they are spread')
  })

  test('answers Non-confirmable, from its own address', async () => {
    const world = await World.of(['a'])
    const member = await world.outsider()
    member.sends(Type.NonConfirmable)
    await world.pass(5000)
    assert.deepEqual(
      member.received.map(({ type, code }) => [type, code]),
      [[Type.NonConfirmable, Code.Content]],
    )
    assert.equal(member.from.at(-1), '192.0.2.1')
  })

  for (const [what, response] of [
    ['an error', Response.diagnostic(Code.NotFound, 'none of mine')],
    ['a failure', Response.of(Code.InternalServerError)],
    ['that it has nothing to say', Response.none],
  ] as const) {
    test(`keeps ${what} to itself (8.2, groupcomm-bis 3.1.2), whatever No-Response says (groupcomm-bis 6.5)`, async () => {
      const world = await World.of([() => response])
      const member = await world.outsider()
      member.sends(Type.NonConfirmable)
      member.sends(Type.NonConfirmable, { options: new Options().add(NoResponse, 0) })
      await world.pass(20_000)
      assert.equal(member.received.length, 0)
      assert.equal(world.servers[0]?.statistics.sent, 0)
    })
  }

  test('is silent where No-Response asks for it (RFC 7967 2)', async () => {
    const world = await World.of(['a'])
    const member = await world.outsider()
    member.sends(Type.NonConfirmable, { options: new Options().add(NoResponse, 2) })
    await world.pass(20_000)
    assert.equal(member.received.length, 0)
  })

  test('may ask whether the sender is there, which is small (groupcomm-bis 6.3.1)', async () => {
    const challenge = new Response({ code: Code.Unauthorized, options: new Options().add(Echo, Uint8Array.of(1)) })
    const world = await World.of([() => challenge])
    const member = await world.outsider()
    member.sends(Type.NonConfirmable)
    await world.pass(5000)
    assert.equal(member.received.at(-1)?.code, Code.Unauthorized)
  })

  test('ignores what is sent to a group and is no Non-confirmable request, and resets nothing (8.1)', async () => {
    let asked = 0
    const world = await World.of([() => Response.text(`${++asked}`)])
    const member = await world.outsider()
    member.sends(Type.Confirmable)
    member.sends(Type.Acknowledgement)
    member.sends(Type.NonConfirmable, { code: Code.Content })
    member.sendsEmpty(Type.Confirmable)
    member.sendsEmpty(Type.Reset)
    member.sendsBytes(Uint8Array.of(0x4f, Code.GET, 0, 1)) // a token longer than any
    await world.pass(20_000)
    const [server] = world.servers
    assert.deepEqual([asked, server?.statistics.sent, server?.statistics.rejected.multicast], [0, 0, 5])
  })

  test('handles a request once that comes to it through several groups or interfaces (4.5)', async () => {
    let asked = 0
    const world = await World.of([() => Response.text(`${++asked}`)])
    const member = await world.outsider()
    member.sends(Type.NonConfirmable, { id: 7 })
    member.sends(Type.NonConfirmable, { id: 7 })
    await world.pass(20_000)
    assert.deepEqual([asked, member.received.length], [1, 1])
  })

  test('tells the handler that it was asked as one of a group, and lets nobody observe that way', async () => {
    const subject = new Subject()
    const multicast: boolean[] = []
    const world = await World.of([
      (each) => {
        multicast.push(each.multicast)
        return Response.text('now').observing(subject)
      },
    ])
    const member = await world.outsider()
    member.sends(Type.NonConfirmable, { options: new Options().add(Observe, 0) })
    await world.pass(6000)
    subject.changed()
    await world.pass(20_000)
    assert.deepEqual(multicast, [true])
    assert.equal(member.received.length, 1)
    assert.equal(member.received[0]?.options.has(Observe), false)
  })

  test('has a leisure period for each response, one after the other: a flood of forged requests gets few responses (8.2, 11.3)', async () => {
    const world = await World.of(['a'])
    const victim = await world.outsider()
    for (let id = 0; id < 1000; id++) victim.sends(Type.NonConfirmable, { id })
    await world.pass(60_000)
    assert.equal(victim.received.length, 4)
    assert.equal(world.servers[0]?.statistics.refused['groupAnswers'], 996)
    assert.ok(victim.bytesReceived < victim.bytesSent / 100, 'far less comes out than has gone in')
  })

  test('has nothing left to say when it was closed, or its asker forgotten', async () => {
    const world = await World.of(['a'])
    const member = await world.outsider()
    member.sends(Type.NonConfirmable)
    await world.pass(0)
    await world.servers[0]?.close()
    await world.pass(20_000)
    assert.equal(member.received.length, 0)
  })
})

interface WorldOptions {
  readonly endpoint?: Partial<EndpointOptions>
  /** How many bits of what the client draws are random: what must not come twice soon would. */
  readonly randomBits?: number
}

/** A client, and servers that are members of the group: each answers with its name, or as its handler does. */
class World {
  readonly #context = createContext(1)
  readonly #hub = new MemoryHub(this.#context)
  readonly servers: Endpoint[] = []
  readonly client: Endpoint
  #addresses = 100

  static async of(
    servers: readonly (string | Handler)[],
    { endpoint = {}, randomBits }: WorldOptions = {},
  ): Promise<World> {
    const world = new World(randomBits)
    await world.client.open()
    for (const [index, answers] of servers.entries()) {
      const network = world.#hub.network({ host: `192.0.2.${index + 1}`, port: 5683 })
      network.join(group)
      const handler: Handler = typeof answers === 'string' ? () => Response.text(answers) : answers
      const { clock, timers, now, wallClock, trace } = world.#context
      const { random } = createContext(index + 1)
      const context = { clock, timers, now, wallClock, trace, random }
      world.servers.push(await new Endpoint({ context, transports: [plain(network)], handler, ...endpoint }).open())
    }
    return world
  }

  private constructor(randomBits = 32) {
    const context = this.#context
    const random = (into: Uint8Array): void => {
      context.random(into)
      if (randomBits === 32) return
      const last = (into.at(-1) as number) & (2 ** randomBits - 1)
      into.fill(0)
      into.set([last], into.length - 1)
    }
    const network = this.#hub.network({ host: '192.0.2.99', port: 0 })
    this.client = new Endpoint({ context: { ...context, random }, transports: [plain(network)] })
  }

  get now(): number {
    return this.#context.now()
  }

  pass(milliseconds: number): Promise<void> {
    return this.#context.clock.advance(milliseconds)
  }

  /** Begins to ask: all responses, once the deadline has passed. */
  async asking(made: Request = request): Promise<Response[]> {
    const responses: Response[] = []
    for await (const response of this.client.ask(made)) responses.push(response)
    return responses
  }

  async ask(): Promise<Response[]> {
    const responses = this.asking()
    await this.pass(3 * deadline)
    return responses
  }

  /** When each response comes, from when the request leaves. */
  async *times(): AsyncGenerator<number> {
    const begin = this.now
    const times: number[] = []
    const read = (async () => {
      for await (const _ of this.client.ask(request)) times.push(this.now - begin)
    })()
    await this.pass(2 * deadline)
    await read
    yield* times
  }

  /** Somebody who hears what is sent to the group, and speaks message by message. */
  async member(): Promise<Somebody> {
    return this.#somebody((network) => network.join(group))
  }

  async outsider(): Promise<Somebody> {
    return this.#somebody(() => {})
  }

  async #somebody(prepare: (network: MemoryNetwork) => void): Promise<Somebody> {
    const network = this.#hub.network({ host: `192.0.2.${this.#addresses++}`, port: 5683 })
    prepare(network)
    const somebody = new Somebody(network)
    await somebody.open()
    return somebody
  }
}

interface Sending {
  readonly code?: Code
  readonly id?: number
  readonly token?: Uint8Array
  readonly options?: Options
}

class Somebody {
  readonly received: Datagram[] = []
  readonly from: string[] = []
  bytesReceived = 0
  bytesSent = 0
  readonly #network: MemoryNetwork
  readonly #buffer = new Uint8Array(200)
  #id = 100
  #asker = { host: '', port: 0 }

  constructor(network: MemoryNetwork) {
    this.#network = network
  }

  async open(): Promise<void> {
    await this.#network.open({
      packet: (packet, { remote }) => {
        this.bytesReceived += packet.length
        this.received.push(decodeDatagram(packet) as Datagram)
        this.from.push(remote.host)
        this.#asker = remote
      },
      drained() {},
      unreachable() {},
      tooBig() {},
    })
  }

  /** To the group. */
  sends(
    type: Type,
    { code = Code.GET, id = ++this.#id, token = Uint8Array.of(1), options = new Options() }: Sending = {},
  ): void {
    this.#send(encodeDatagram(type, id, token, new Message({ code, options }), this.#buffer, 0), group)
  }

  sendsEmpty(type: Type): void {
    this.#send(encodeEmpty(type, ++this.#id, this.#buffer, 0), group)
  }

  sendsBytes(bytes: Uint8Array): void {
    this.#buffer.set(bytes)
    this.#send(bytes.length, group)
  }

  /** Responds to what it got first. */
  answers({
    type,
    id = ++this.#id,
    token = this.received[0]?.token,
    options = new Options(),
  }: Sending & { readonly type: Type }): void {
    const message = new Message({ code: Code.Content, options })
    this.#send(encodeDatagram(type, id, token as Uint8Array, message, this.#buffer, 0), this.#asker)
  }

  #send(length: number, to: { readonly host: string; readonly port: number }): void {
    this.bytesSent += length
    this.#network.send(this.#buffer, length, this.#network.path(to))
  }
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
