// A client with a cache and a server as `serve` puts it together, over a network in memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '../../coap/src/client/client.ts'
import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import { compose } from '../../coap/src/handler/handler.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { blockwiseServer } from '../../coap/src/layers/blockwise/server.ts'
import { cache } from '../../coap/src/layers/cache.ts'
import { conditional } from '../../coap/src/layers/conditional.ts'
import { Code } from '../../coap/src/message/code.ts'
import { ETag, IfMatch } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { MemoryHub } from '../../coap/src/network/memory.ts'
import { Router } from '../../coap/src/server/router.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { plain } from '../../coap/src/transport/plain.ts'
import { seconds } from './world.ts'

const url = 'coap://192.0.2.1/long'

test('what takes many blocks is asked for once, and later validated with one message each way', async () => {
  const { client, hub, settled } = await system()
  const first = await settled(client.get(url))
  assert.equal(first.payload.length, 3000)
  const before = hub.delivered
  const again = await settled(client.get(url))
  assert.deepEqual([again.payload.length, again.age], [3000, 1])
  assert.equal(hub.delivered, before)
  await settled(new Promise(() => {}), 61 * seconds)
  const validated = await settled(client.get(url))
  assert.deepEqual([validated.code, validated.payload, validated.age], [Code.Content, first.payload, undefined])
  assert.equal(hub.delivered, before + 2)
})

test('an update on the condition of what the cache has is made once; afterwards nobody is given the old state', async () => {
  const { client, settled } = await system()
  const stored = await settled(client.get(url))
  const options = new Options().set(IfMatch, [stored.options.get(ETag) as Uint8Array])
  assert.equal((await settled(client.put(url, { body: 'y'.repeat(2000), options }))).code, Code.Changed)
  assert.equal((await settled(client.put(url, { body: 'z', options }))).code, Code.PreconditionFailed)
  assert.equal(await (await settled(client.get(url))).body.text(), 'y'.repeat(2000))
})

test('while a resource is observed its newest state is given without asking', async () => {
  const { client, hub, settled, change } = await system()
  const observation = client.observe(url)
  const next = async () => (await settled(observation.next())).value as Response
  assert.equal((await next()).payload.length, 3000)
  for (const state of ['one', 'x'.repeat(3000), 'two']) {
    change(state)
    assert.equal(await (await next()).body.text(), state)
    const before = hub.delivered
    assert.equal(await (await settled(client.get(url), 0)).body.text(), state)
    assert.equal(hub.delivered, before)
  }
  await observation.close()
})

test('a notification of a state that the cache has is one 2.03, however long the state is (RFC 7641 4.3.2)', async () => {
  const { client, hub, settled, change } = await system()
  await settled(client.get(url))
  change('one')
  const observation = client.observe(url)
  const next = async () => (await settled(observation.next())).value as Response
  assert.equal(await (await next()).body.text(), 'one')
  const before = hub.delivered
  change('x'.repeat(3000))
  const known = await next()
  assert.deepEqual([known.code, await known.body.text()], [Code.Content, 'x'.repeat(3000)])
  assert.equal(hub.delivered, before + 2) // it, and its acknowledgement
  await observation.close()
})

async function system() {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10 })
  const resolver = { resolve: async () => ({ addresses: [], ttl: 60_000 }), forget() {} }
  const subject = new Subject()
  let content = 'x'.repeat(3000)
  const change = (next: string): void => {
    content = next
    subject.changed()
  }
  const router = new Router()
    .get('/long', () => Response.text(content).observing(subject))
    .put('/long', async ({ payload }) => {
      change(new TextDecoder().decode(payload))
      return Response.of(Code.Changed)
    })
  const layers = compose(blockwiseServer(), conditional())
  const handler = layers(router.handlerOn(context, layers.understands), context)
  const open = (host: string) =>
    new Endpoint({ context, handler, transports: [plain(hub.network({ host, port: 5683 }), { resolver })] }).open()
  await open('192.0.2.1')
  const client = new Client({ endpoint: await open('192.0.2.9'), layers: [cache()] })
  /** Lets pass what time it takes. */
  const settled = async <T>(promise: Promise<T>, time = 500): Promise<T> => {
    promise.catch(() => {}) // whoever awaits it looks
    await context.clock.advance(time)
    return Promise.race([promise, undefined as T])
  }
  return { client, hub, settled, change }
}
