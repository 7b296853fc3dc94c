// Conditional requests over a network: with bodies of many blocks, from several clients at once.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Client } from '../coap/src/client/client.ts'
import { Timer } from '../coap/src/context/timer.ts'
import { Endpoint } from '../coap/src/endpoint/endpoint.ts'
import { compose } from '../coap/src/handler/handler.ts'
import { Response } from '../coap/src/handler/response.ts'
import { blockwiseServer } from '../coap/src/layers/blockwise/server.ts'
import { conditional } from '../coap/src/layers/conditional.ts'
import { contentTag } from '../coap/src/layers/content-tag.ts'
import { Code } from '../coap/src/message/code.ts'
import { ETag, IfMatch, IfNoneMatch } from '../coap/src/message/option.ts'
import { Options } from '../coap/src/message/options.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import { Router } from '../coap/src/server/router.ts'
import { createContext, type TestContext } from '../coap/src/testing/context.ts'
import { plain } from '../coap/src/transport/plain.ts'

const url = 'coap://192.0.2.1/counter'
const long = 'x'.repeat(5000)

test('a long body is taken on a condition, and refused on one that does not hold', async () => {
  const { clients, settled, written } = await system(() => 0)
  const [client] = clients as [Client]
  const absent = new Options().set(IfNoneMatch, true)
  assert.equal((await settled(client.put(url, { body: long, options: absent }))).code, Code.Changed)
  assert.equal((await settled(client.put(url, { body: `${long}y`, options: absent }))).code, Code.PreconditionFailed)
  const tag = (await settled(client.get(url))).options.get(ETag) as Uint8Array
  assert.deepEqual(tag, contentTag(new TextEncoder().encode(long)))
  const same = new Options().set(IfMatch, [tag])
  assert.equal((await settled(client.put(url, { body: `${long}z`, options: same }))).code, Code.Changed)
  assert.equal((await settled(client.put(url, { body: long, options: same }))).code, Code.PreconditionFailed)
  assert.deepEqual(written, [long, `${long}z`])
})

test('whatever handlers take how long, no update of a counter is lost', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(40), { minLength: 1, maxLength: 20 }), async (delays) => {
      let turn = 0
      const { clients, settled, written } = await system(() => delays[turn++ % delays.length] ?? 0)
      const [first] = clients as [Client]
      await settled(first.put(url, { body: '0' }))
      // Each counts to three: reads, and writes one more if nobody else has meanwhile.
      const count = async (client: Client): Promise<void> => {
        for (let done = 0; done < 3; ) {
          const read = await client.get(url)
          const options = new Options().set(IfMatch, [contentTag(read.payload)])
          const wrote = await client.put(url, { body: String(Number(await read.body.text()) + 1), options })
          if (wrote.code === Code.Changed) done++
          else assert.equal(wrote.code, Code.PreconditionFailed)
        }
      }
      await settled(Promise.all(clients.map(count)), 10_000)
      assert.deepEqual(
        written,
        Array.from({ length: 3 * clients.length + 1 }, (_, each) => String(each)),
      )
    }),
    { numRuns: 8 },
  )
})

/** A server whose handlers take as long as `delay` says, and four clients. */
async function system(delay: () => number) {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 5 })
  const resolver = { resolve: async () => ({ addresses: [], ttl: 60_000 }), forget() {} }
  const written: string[] = []
  const router = new Router()
    .get('/counter', async () => {
      await passed(context, delay())
      const content = written.at(-1)
      return content === undefined ? Response.of(Code.NotFound) : Response.text(content)
    })
    .put('/counter', async ({ payload }) => {
      await passed(context, delay())
      written.push(new TextDecoder().decode(payload))
      return Response.of(Code.Changed)
    })
  const layers = compose(blockwiseServer(), conditional())
  const handler = layers(router.handlerOn(context, layers.understands), context)
  const open = (host: string) =>
    new Endpoint({ context, handler, transports: [plain(hub.network({ host, port: 5683 }), { resolver })] }).open()
  await open('192.0.2.1')
  const clients: Client[] = []
  for (const host of [2, 3, 4, 5]) clients.push(new Client({ endpoint: await open(`192.0.2.${host}`) }))
  /** Lets pass what time it takes. */
  const settled = async <T>(promise: Promise<T>, time = 1000): Promise<T> => {
    promise.catch(() => {}) // whoever awaits it looks
    await context.clock.advance(time)
    return promise
  }
  return { clients, settled, written }
}

async function passed({ clock }: TestContext, delay: number): Promise<void> {
  if (delay > 0) await new Promise<void>((resolve) => clock.timers.arm(new Timer(resolve), delay))
}
