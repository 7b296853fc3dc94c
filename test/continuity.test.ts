// Identity, change of address, resumption and late credentials through the whole stack, before there is DTLS: toySecurity behaves as a
// secured transport does. docs/decisions/continuity.md names these tests.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Endpoint, type EndpointOptions } from '../coap/src/endpoint/endpoint.ts'
import type { Handler } from '../coap/src/handler/handler.ts'
import { Request } from '../coap/src/handler/request.ts'
import { Response } from '../coap/src/handler/response.ts'
import { Subject } from '../coap/src/handler/subject.ts'
import { Code } from '../coap/src/message/code.ts'
import { Observe } from '../coap/src/message/option.ts'
import { Options } from '../coap/src/message/options.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import { NatBox } from '../coap/src/network/nat.ts'
import type { Network } from '../coap/src/network/network.ts'
import { createContext } from '../coap/src/testing/context.ts'
import { ToyAssociation } from '../coap/src/testing/toy-security/toy-association.ts'
import { encodeToyPacket } from '../coap/src/testing/toy-security/toy-packets.ts'
import { type ToyCredential, type ToySecurity, toySecurity } from '../coap/src/testing/toy-security/toy-security.ts'
import { describeIdentity } from '../coap/src/transport/identity.ts'
import { CoapUri } from '../coap/src/uri/coap-uri.ts'

const server = { host: '192.0.2.1', port: 5684 }
const uri = CoapUri.parse('coaps://192.0.2.1/state')

/** A server whose /state is observed, and clients that reach it, each behind a box of its own that can move it to another address. */
class World {
  readonly context = createContext(1)
  readonly hub = new MemoryHub(this.context, { unreachable: false })
  readonly subject = new Subject()
  state = 'first'
  /** Who asked, as the handler saw it. */
  readonly seen: string[] = []
  credentials: (id: string) => Promise<ToyCredential | undefined> = async (id) => ({ secret: `secret of ${id}` })
  #boxes = 0

  readonly serverTransport: ToySecurity = toySecurity(this.hub.network(server), {
    credentials: (id) => this.credentials(id),
  })
  endpoint: Endpoint | undefined

  readonly #handler: Handler = (request) => {
    this.seen.push(describeIdentity(request.identity))
    return Response.text(`${this.state} for ${describeIdentity(request.identity)}`).observing(this.subject)
  }

  async serve(options: Partial<EndpointOptions> = {}): Promise<Endpoint> {
    const { context } = this
    this.endpoint = await new Endpoint({
      context,
      transports: [this.serverTransport],
      handler: this.#handler,
      ...options,
    }).open()
    return this.endpoint
  }

  /** The box's addresses are 198.51.100.1 to 3 for the first client, .11 to .13 for the second, …; or those that are given. */
  async client(
    id: string,
    options: Partial<EndpointOptions> & { secret?: string; outside?: Network } = {},
  ): Promise<ToyClient> {
    const first = 10 * this.#boxes++ + 1
    const outside =
      options.outside ??
      this.hub.network([0, 1, 2].map((more) => ({ host: `198.51.100.${first + more}`, port: 40_000 })))
    const box = new NatBox(outside, { mappingTimeout: 10_000_000 })
    const identity = { id, secret: options.secret ?? `secret of ${id}` }
    const transport = toySecurity(box.network({ host: '10.0.0.2', port: 5684 }), { identity })
    const { context } = this
    const endpoint = await new Endpoint({ context, transports: [transport], ...options }).open()
    return new ToyClient(this, endpoint, transport, box)
  }

  /** Lets happen what is due within some seconds. */
  async pass(milliseconds = 5000): Promise<void> {
    await this.context.clock.advance(milliseconds)
  }
}

class ToyClient {
  readonly world: World
  readonly endpoint: Endpoint
  readonly transport: ToySecurity
  readonly box: NatBox
  readonly heard: string[] = []
  /** How the observation ended. */
  ended: unknown = undefined

  constructor(world: World, endpoint: Endpoint, transport: ToySecurity, box: NatBox) {
    this.world = world
    this.endpoint = endpoint
    this.transport = transport
    this.box = box
  }

  async get(): Promise<string> {
    const answer = this.endpoint.send(new Request({ code: Code.GET, uri })) as Promise<Response>
    const text = answer.then((response) => response.body.text())
    text.catch(() => {}) // looked at below, after time has passed
    await this.world.pass()
    return text
  }

  async observe(): Promise<void> {
    const options = new Options().add(Observe, 0)
    const answer = this.endpoint.send(new Request({ code: Code.GET, uri, options })) as Promise<Response>
    answer.catch(() => {}) // looked at below
    await this.world.pass()
    const first = await answer
    this.heard.push(await first.body.text())
    void this.#read(first)
  }

  async #read(first: Response): Promise<void> {
    try {
      for await (const notification of first.notifications ?? []) this.heard.push(await notification.body.text())
      this.ended = 'ended'
    } catch (error) {
      this.ended = error
    }
  }

  /** Where the server sends to now. */
  get association() {
    const [association] = [...(this.world.endpoint as Endpoint).peers].flatMap(({ associations }) => associations)
    assert(association !== undefined)
    return association
  }
}

async function change(world: World, state: string): Promise<void> {
  world.state = state
  world.subject.changed()
  await world.pass()
}

describe('identity', () => {
  test('a handler sees who asks, and not only from where', async () => {
    const world = new World()
    await world.serve()
    const client = await world.client('valve')
    assert.equal(await client.get(), 'first for psk valve')
    assert.deepEqual(world.seen, ['psk valve'])
  })

  test('a principal stands for the thing whose credential was used', async () => {
    const world = new World()
    world.credentials = async () => ({ secret: 'x', claims: { principal: 'cellar valve' } })
    await world.serve()
    const client = await world.client('board 7', { secret: 'x' })
    assert.equal(await client.get(), 'first for cellar valve')
  })

  test('a wrong secret is refused', async () => {
    const world = new World()
    await world.serve()
    const client = await world.client('valve', { secret: 'guessed' })
    await assert.rejects(client.get(), { code: 'COAP_SECURITY' })
    assert.deepEqual(world.seen, [])
  })

  test('two identities that observe the same resource are never told what is for the other', async () => {
    const world = new World()
    await world.serve()
    const one = await world.client('one')
    const other = await world.client('other')
    await one.observe()
    await other.observe()
    await change(world, 'second')
    assert.deepEqual(one.heard, ['first for psk one', 'second for psk one'])
    assert.deepEqual(other.heard, ['first for psk other', 'second for psk other'])
  })
})

describe('change of address', () => {
  test('a notification reaches its observer after rebinding', async () => {
    const world = new World()
    await world.serve()
    const client = await world.client('valve')
    await client.observe()
    const before = client.association.path.remote
    client.box.rebind()
    await client.get() // something from the new address, by which the server learns of it
    assert.notDeepEqual(client.association.path.remote, before)
    await change(world, 'second')
    assert.deepEqual(client.heard, ['first for psk valve', 'second for psk valve'])
    assert.equal(world.endpoint?.sizes.peers, 1)
  })

  test('never another identity at the same address: what is for one is not sent to who came after', async () => {
    const world = new World()
    await world.serve()
    const place = { host: '198.51.100.77', port: 40_000 }
    const outside = world.hub.network(place)
    const one = await world.client('one', { outside })
    await one.observe()
    await outside.close() // gone without a word, and its address is given to somebody else
    const other = await world.client('other', { outside: world.hub.network(place) })
    await other.observe()
    await change(world, 'second')
    await world.pass(300_000)
    assert.deepEqual(one.heard, ['first for psk one'])
    assert.deepEqual(other.heard, ['first for psk other', 'second for psk other'])
    assert.equal(
      world.endpoint?.sizes.observations,
      1,
      'nobody acknowledged for the one who is gone: its observation has ended',
    )
  })

  test('an old packet from the old address does not take the association back', async () => {
    const world = new World()
    await world.serve()
    const client = await world.client('valve')
    await client.get()
    const attacker = world.hub.network({ host: '203.0.113.9', port: 666 })
    await attacker.open({ packet() {}, drained() {}, unreachable() {}, tooBig() {} })
    const { association } = client
    assert(association instanceof ToyAssociation)
    const message = Uint8Array.of(0x40, Code.GET, 0x12, 0x34)
    const replay = encodeToyPacket({ kind: 'data', session: association.session, sequence: 1, message })
    attacker.send(replay, replay.length, attacker.path(server))
    await world.pass()
    assert.match(client.association.path.remote.host, /^198\.51\.100/)
  })
})

describe('late credentials', () => {
  test('a request waits for a credential that is looked up slowly', async () => {
    const world = new World()
    let answer: (credential: ToyCredential) => void = () => {}
    let lookUps = 0
    world.credentials = () => {
      lookUps++
      return new Promise((resolve) => (answer = resolve))
    }
    await world.serve()
    const client = await world.client('valve', { secret: 'late' })
    const text = client.endpoint.send(new Request({ code: Code.GET, uri })) as Promise<Response>
    await world.pass(3000)
    assert.equal(lookUps, 1, 'a hello that is sent again asks for nothing twice')
    answer({ secret: 'late' })
    await world.pass()
    assert.equal(await (await text).body.text(), 'first for psk valve')
  })

  test('handshakes that wait are bounded, and there is room again when they are answered', async () => {
    const world = new World()
    const transport = toySecurity(world.hub.network({ host: '192.0.2.9', port: 5684 }), {
      credentials: () => new Promise(() => {}),
      waiters: 2,
    })
    await new Endpoint({ context: world.context, transports: [transport] }).open()
    for (const id of ['one', 'two', 'three', 'four']) {
      const client = await world.client(id)
      const answer = client.endpoint.send(
        new Request({ code: Code.GET, uri: CoapUri.parse('coaps://192.0.2.9/') }),
      ) as Promise<Response>
      answer.catch(() => {}) // times out long after this test
    }
    await world.pass()
    assert.equal(transport.waiting, 2)
  })

  test('an unknown identity and a wrong secret are refused alike', async () => {
    const world = new World()
    world.credentials = async (id) => (id === 'known' ? { secret: 'right' } : undefined)
    await world.serve()
    const messages: string[] = []
    for (const [id, secret] of [
      ['known', 'wrong'],
      ['unknown', 'right'],
    ] as const) {
      const client = await world.client(id, { secret })
      await client.get().catch((error: Error) => messages.push(error.message))
    }
    assert.equal(messages.length, 2)
    assert.equal(messages[0], messages[1])
  })

  test('when the credential ends, requests get 4.01 and observations end', async () => {
    const world = new World()
    const expires = world.context.wallClock() + 60_000
    world.credentials = async (id) => ({ secret: `secret of ${id}`, claims: { expires } })
    await world.serve()
    const client = await world.client('valve')
    await client.observe()
    await world.pass(60_000)
    await change(world, 'second')
    const answer = client.endpoint.send(new Request({ code: Code.GET, uri })) as Promise<Response>
    await world.pass()
    assert.equal((await answer).code, Code.Unauthorized)
    assert.deepEqual(client.heard, ['first for psk valve'])
    assert.equal(world.endpoint?.sizes.observations, 0)
  })

  test('a resumption does not outlive the credential', async () => {
    const world = new World()
    let lookUps = 0
    world.credentials = async (id) => {
      lookUps++
      return { secret: `secret of ${id}`, claims: { expires: world.context.wallClock() + 60_000 } }
    }
    await world.serve()
    const client = await world.client('valve')
    await client.get()
    await reconnect(client)
    assert.equal(lookUps, 1, 'the session is resumed')
    await world.pass(60_000)
    await reconnect(client)
    assert.equal(lookUps, 2, 'the credential is asked for anew')
  })
})

describe('continuity', () => {
  const policies = ['association', 'resumption', 'identity'] as const
  const continued = ['first for psk valve', 'second for psk valve']
  const broken = ['first for psk valve']

  for (const continuity of policies) {
    const goesOn = continuity !== 'association'
    test(`'${continuity}': an observation ${goesOn ? 'goes on' : 'ends'} when its session is resumed`, async () => {
      const world = new World()
      await world.serve({ continuity })
      const client = await world.client('valve', { continuity })
      await client.observe()
      await reconnect(client)
      await change(world, 'second')
      assert.deepEqual(client.heard, goesOn ? continued : broken)
      if (!goesOn) assert.equal((client.ended as { code: string }).code, 'COAP_CONNECTION')
    })
  }

  for (const continuity of policies) {
    const goesOn = continuity === 'identity'
    test(`'${continuity}': an observation ${goesOn ? 'goes on' : 'does not go on'} after a fresh handshake of the same identity`, async () => {
      const world = new World()
      await world.serve({ continuity })
      const client = await world.client('valve', { continuity })
      await client.observe()
      client.transport.forgetSessions()
      await reconnect(client)
      await change(world, 'second')
      assert.deepEqual(client.heard, goesOn ? continued : broken)
    })
  }

  test('another identity never continues a peer, whatever the policy', async () => {
    const world = new World()
    await world.serve({ continuity: 'identity' })
    const one = await world.client('one', { continuity: 'identity' })
    await one.observe()
    const other = await world.client('other', { continuity: 'identity' })
    await other.get()
    assert.equal(world.endpoint?.sizes.peers, 2)
  })

  test('an idempotent request that was under way is sent again as a new message; one that is not fails', async () => {
    const world = new World()
    await world.serve()
    const client = await world.client('valve')
    await client.get()
    const [association] = [...client.endpoint.peers].flatMap(({ associations }) => associations)
    assert(association !== undefined)
    world.hub.latency = 1000
    const put = client.endpoint.send(new Request({ code: Code.PUT, uri })) as Promise<Response>
    const post = client.endpoint.send(
      new Request({ code: Code.POST, uri, transmission: { nstart: 2 } }),
    ) as Promise<Response>
    post.catch(() => {}) // looked at below
    await world.pass(0)
    client.transport.crash(association)
    world.hub.latency = 0
    await reconnect(client)
    await world.pass(100_000)
    assert.equal((await put).code, Code.Content)
    await assert.rejects(post, { code: 'COAP_EXCHANGE' })
  })

  test('a peer that does not come back is given up after the time that the limits say', async () => {
    const world = new World()
    const endpoint = await world.serve({ limits: { dormancy: 1000, dormantPeers: 5 } })
    const one = await world.client('one')
    await one.observe()
    world.serverTransport.crash(one.association)
    assert.deepEqual([endpoint.sizes.peers, endpoint.sizes.dormantPeers, endpoint.sizes.observations], [0, 1, 1])
    await world.pass(2000)
    const other = await world.client('other')
    await other.observe()
    world.serverTransport.crash(other.association)
    assert.deepEqual([endpoint.sizes.dormantPeers, endpoint.sizes.observations], [1, 1])
  })
})

describe('either side asks', () => {
  test('a server asks its client over the same association, and it is the same peer', async () => {
    const world = new World()
    const endpoint = await world.serve()
    const client = await world.client('valve', {
      handler: (request) => Response.text(`asked by ${describeIdentity(request.identity)}`),
    })
    await client.get()
    const [peer] = endpoint.peers
    assert(peer !== undefined)
    const answer = endpoint.send(new Request({ code: Code.GET, peer })) as Promise<Response>
    await world.pass()
    assert.equal(await (await answer).body.text(), 'asked by psk valve')
    assert.equal((await answer).peer, peer)
  })
})

/** The client loses its association without a word, and asks again. */
async function reconnect(client: ToyClient): Promise<void> {
  for (const { associations } of client.endpoint.peers)
    for (const association of associations) client.transport.crash(association)
  await client.get()
}
