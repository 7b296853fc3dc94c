// Client and server with all that they have by themselves: challenges are not noticed by who asks, and old requests are refused.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Client } from '../coap/src/client/client.ts'
import { Endpoint } from '../coap/src/endpoint/endpoint.ts'
import { compose } from '../coap/src/handler/handler.ts'
import { Response } from '../coap/src/handler/response.ts'
import { Subject } from '../coap/src/handler/subject.ts'
import { demandEcho } from '../coap/src/layers/echo/demand-echo.ts'
import { Code } from '../coap/src/message/code.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import type { Path } from '../coap/src/network/network.ts'
import { NetworkAround } from '../coap/src/network/network-around.ts'
import { Router } from '../coap/src/server/router.ts'
import { standardServerLayers } from '../coap/src/server/standard-layers.ts'
import { createContext } from '../coap/src/testing/context.ts'
import { toySecurity } from '../coap/src/testing/toy-security/toy-security.ts'
import { plain } from '../coap/src/transport/plain.ts'

describe('a client of ours at a server in the Internet', () => {
  test('gets long content, sends some, and observes, and notices no challenge', async () => {
    const { client, run, subject } = await internet()
    const got = await run(client.get('coap://192.0.2.1/long'))
    assert.equal((await got.body.bytes()).length, 5000)
    const put = await run(client.put('coap://192.0.2.1/long', { body: new Uint8Array(3000) }))
    assert.equal(await put.body.text(), '3000')
    const observation = client.observe('coap://192.0.2.1/observed')[Symbol.asyncIterator]()
    const first = await run(observation.next())
    assert.equal(await first.value?.body.text(), 'state 0')
    subject.changed()
    const second = await run(observation.next())
    assert.equal(await second.value?.body.text(), 'state 1')
    await run(client.close()) // else it would wait for what comes next
  })

  test('has a POST with a long answer carried out once', async () => {
    const { client, run, posts } = await internet()
    const posted = await run(client.post('coap://192.0.2.1/posts'))
    assert.equal(posted.code, Code.Changed)
    assert.equal(posted.payload.length, 600)
    assert.equal(posts(), 1)
  })
})

describe('a request that turns a lock', () => {
  test('is refused when an attacker has held it back and lets it go later (draft-ietf-core-attacks-on-coap 2.2)', async () => {
    const { turns, run, client, network } = await lock()
    assert.equal((await run(client.put('coaps://192.0.2.1/lock', { body: 'unlock' }))).code, Code.Changed)
    assert.equal(turns.length, 1)
    network.holds = true
    const abort = new AbortController()
    const held = client.put('coaps://192.0.2.1/lock', { body: 'unlock', signal: abort.signal })
    held.catch(() => {})
    await run(Promise.resolve(), 100)
    abort.abort() // somebody has turned it by hand
    await run(Promise.resolve(), 60_000)
    network.release()
    await run(Promise.resolve(), 1000)
    assert.equal(turns.length, 1)
  })

  test('is refused when it is recorded and sent again after everybody has forgotten it (RFC 7252 4.5, RFC 9175 2.1)', async () => {
    const { turns, run, client, network } = await lock(true)
    await run(client.put('coap://192.0.2.1/lock', { body: 'unlock' }))
    assert.equal(turns.length, 1)
    await run(Promise.resolve(), 300_000) // more than EXCHANGE_LIFETIME
    network.replay()
    await run(Promise.resolve(), 1000)
    assert.equal(turns.length, 1)
  })

  test('without a demand for freshness is carried out again then', async () => {
    const { turns, run, client, network } = await lock(true, false)
    await run(client.put('coap://192.0.2.1/lock', { body: 'unlock' }))
    await run(Promise.resolve(), 300_000)
    network.replay()
    await run(Promise.resolve(), 1000)
    assert.equal(turns.length, 2)
  })
})

async function internet() {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const subject = new Subject()
  let [state, posts] = [0, 0]
  const router = new Router()
    .get('/long', () => Response.bytes(new Uint8Array(5000)))
    .put('/long', ({ payload }) => Response.of(Code.Changed, String(payload.length)))
    .post('/posts', () => {
      posts++
      return Response.of(Code.Changed, new Uint8Array(600))
    })
    .get('/observed', () => Response.text(`state ${state++}`).observing(subject))
  const { outer } = standardServerLayers({ amplification: 3, blockwise: {}, conditional: false })
  const handler = compose(...outer)(router.handlerOn(context), context)
  await new Endpoint({ context, handler, transports: [plain(hub.network({ host: '192.0.2.1', port: 5683 }))] }).open()
  const transports = [plain(hub.network({ host: '192.0.2.2', port: 0 }))]
  const client = new Client({ endpoint: await new Endpoint({ context, transports }).open() })
  const run = async <T>(asked: Promise<T>): Promise<T> => {
    await context.clock.advance(10)
    return asked
  }
  return { client, run, subject, posts: () => posts }
}

/** An attacker's: it keeps what it may not read, and sends it when it likes. */
class Attacked extends NetworkAround {
  holds = false
  readonly #held: (() => void)[] = []
  readonly #recorded: { readonly packet: Uint8Array; readonly to: Path }[] = []

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    const packet = buffer.slice(0, length)
    this.#recorded.push({ packet, to })
    if (!this.holds) return super.send(buffer, length, to)
    this.#held.push(() => super.send(packet, length, to))
    return true
  }

  release(): void {
    this.holds = false
    for (const send of this.#held.splice(0)) send()
  }

  replay(): void {
    for (const { packet, to } of [...this.#recorded]) super.send(packet, packet.length, to)
  }
}

/** A lock that wants requests of the last ten seconds. */
async function lock(insecure = false, demanding = true) {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const turns: number[] = []
  const turn = (): Response => {
    turns.push(context.now())
    return Response.of(Code.Changed)
  }
  const handler = demanding ? demandEcho({ fresh: 10_000 })(turn, context) : turn
  const own = hub.network({ host: '192.0.2.1', port: insecure ? 5683 : 5684 })
  const network = new Attacked(hub.network({ host: '192.0.2.2', port: 0 }))
  const credentials = async () => ({ secret: 'secret' })
  const [server, asking] = insecure
    ? [plain(own), plain(network)]
    : [toySecurity(own, { credentials }), toySecurity(network, { identity: { id: 'device', secret: 'secret' } })]
  await new Endpoint({ context, handler, transports: [server] }).open()
  const client = new Client({ endpoint: await new Endpoint({ context, transports: [asking] }).open() })
  const run = async <T>(asked: Promise<T>, time = 1000): Promise<T> => {
    await context.clock.advance(time)
    return asked
  }
  return { turns, run, client, network }
}
