// Observations that last, through the whole stack and over a transport that knows who its peer is: what a lost association, a new one and a
// server that has forgotten everything lead to.

import assert from 'node:assert/strict'
import { afterEach, describe, test } from 'node:test'
import { Client } from '../coap/src/client/client.ts'
import { Endpoint, type EndpointOptions } from '../coap/src/endpoint/endpoint.ts'
import type { Handler } from '../coap/src/handler/handler.ts'
import { Response } from '../coap/src/handler/response.ts'
import { Subject } from '../coap/src/handler/subject.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import { NatBox } from '../coap/src/network/nat.ts'
import { createContext } from '../coap/src/testing/context.ts'
import { type ToySecurity, toySecurity } from '../coap/src/testing/toy-security/toy-security.ts'

const at = { host: '192.0.2.1', port: 5684 }

/** Those of one test, which end with it: an observation keeps the process alive. */
const worlds: World[] = []

async function endWorlds(): Promise<void> {
  for (const { client } of worlds.splice(0)) await client?.close({ timeout: 0 })
}

class World {
  readonly context = createContext(1)
  readonly hub = new MemoryHub(this.context, { unreachable: false })
  subject = new Subject()
  state = 'first'
  transport: ToySecurity | undefined
  server: Endpoint | undefined
  clientTransport: ToySecurity | undefined
  box: NatBox | undefined
  client: Client | undefined
  readonly words: string[] = []

  readonly #handler: Handler = () => Response.text(this.state).observing(this.subject)

  async begin(options: Partial<EndpointOptions> = {}): Promise<this> {
    worlds.push(this)
    const { context } = this
    await this.serve(options)
    const outside = this.hub.network(['198.51.100.1', '198.51.100.2'].map((host) => ({ host, port: 40_000 })))
    this.box = new NatBox(outside, { mappingTimeout: 10_000_000 })
    const identity = { id: 'valve', secret: 'x' }
    this.clientTransport = toySecurity(this.box.network({ host: '10.0.0.2', port: 5684 }), { identity })
    const endpoint = await new Endpoint({ context, transports: [this.clientTransport], ...options }).open()
    this.client = new Client({ endpoint })
    void this.#watch(this.client)
    await this.pass(1000)
    assert.deepEqual(this.take(), ['notification first'])
    return this
  }

  /** A server that knows nothing of the one before. */
  async serve(options: Partial<EndpointOptions> = {}): Promise<void> {
    const { context } = this
    this.subject = new Subject()
    this.transport = toySecurity(this.hub.network(at), { credentials: async () => ({ secret: 'x' }) })
    const transports = [this.transport]
    this.server = await new Endpoint({ context, handler: this.#handler, transports, ...options }).open()
  }

  async change(state: string): Promise<void> {
    this.state = state
    this.subject.changed()
    await this.pass(1000)
  }

  /** A request of the same client. */
  async read(): Promise<Response> {
    const answer = (this.client as Client).get('coaps://192.0.2.1/state')
    await this.pass(1000)
    return answer
  }

  pass(time: number): Promise<void> {
    return this.context.clock.advance(time)
  }

  /** What has happened since this was asked last. */
  take(): string[] {
    return this.words.splice(0)
  }

  async #watch(client: Client): Promise<void> {
    for await (const event of client.observe('coaps://192.0.2.1/state').events()) {
      if (event.type === 'notification') this.words.push(`notification ${await event.response.body.text()}`)
      else this.words.push(event.type === 'moved' ? 'moved' : `${event.type} ${event.reason}`)
    }
  }
}

function associationOf(endpoint: Endpoint | undefined) {
  const [association] = [...(endpoint?.peers ?? [])].flatMap(({ associations }) => associations)
  assert(association !== undefined)
  return association
}

describe('over a secured transport', () => {
  afterEach(endWorlds)

  test('a server that says goodbye and comes back knowing nothing is registered at again, after a new handshake', async () => {
    const world = await new World().begin()
    await world.server?.close()
    world.state = 'second'
    await world.serve()
    await world.pass(10_000)
    assert.deepEqual(world.take(), ['stale lost', 're-registered lost', 'notification second'])
    await world.change('third')
    assert.deepEqual(world.take(), ['notification third'])
  })

  test('a server that has lost the association without a word is found out when Max-Age is over', async () => {
    const world = await new World().begin()
    world.transport?.crash(associationOf(world.server))
    await world.change('second')
    assert.deepEqual(world.take(), [], 'it waits for the association')
    await world.pass(300_000)
    assert.deepEqual(world.take().slice(0, 2), ['stale max-age', 'stale lost'])
    assert.equal(world.server?.sizes.observations, 1)
    await world.change('third')
    assert.deepEqual(world.take(), ['notification third'])
  })

  test('a new association that goes on where one was lost is registered at soon', async () => {
    const world = await new World().begin()
    const { client, clientTransport } = world
    const [peer] = [...(world.server?.peers ?? [])]
    const [association] = (await world.read()).peer.associations
    assert(association !== undefined)
    clientTransport?.crash(association)
    await world.pass(20_000)
    assert.deepEqual(world.take(), ['stale lost', 're-registered lost'])
    assert.equal(world.server?.sizes.observations, 1)
    assert.deepEqual([...(world.server?.peers ?? [])], [peer])
    await client?.close({ timeout: 0 })
  })

  test('where no association continues another, it is registered at the new one', async () => {
    const world = await new World().begin({ continuity: 'association' })
    await world.server?.close()
    await world.serve({ continuity: 'association' })
    world.state = 'second'
    await world.pass(20_000)
    assert.deepEqual(world.take(), ['stale lost', 're-registered lost', 'notification second'])
    assert.equal(world.server?.sizes.observations, 1)
  })

  test('where the address changes and the association does not, nothing is registered anew', async () => {
    const world = await new World().begin()
    world.box?.rebind()
    await world.pass(30_000)
    await world.read()
    await world.change('second')
    assert.deepEqual(world.take(), ['notification second'])
  })
})
