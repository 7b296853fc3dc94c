// What a reader of an observation sees, and how it ends, on a network in memory.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Endpoint } from '../../endpoint/endpoint.ts'
import type { Layer } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Subject } from '../../handler/subject.ts'
import { Code } from '../../message/code.ts'
import { MemoryHub } from '../../network/memory.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { Client } from '../client.ts'

async function world(
  t: TestContext,
  respond = (value: number, subject: Subject) => Response.text(`${value}`).observing(subject),
) {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10 })
  const resolver = { resolve: async () => ({ addresses: ['192.0.2.1'], ttl: 60_000 }), forget() {} }
  const open = (host: string, handler: (request: Request) => Response | Promise<Response>) =>
    new Endpoint({ context, handler, transports: [plain(hub.network({ host, port: 5683 }), { resolver })] }).open()
  const subject = new Subject()
  let value = 0
  const server = await open('192.0.2.1', () => respond(value, subject))
  const endpoint = await open('192.0.2.9', () => Response.of(Code.NotFound))
  const client = new Client({ endpoint })
  t.after(() => client.close({ timeout: 0 }))
  const pass = (time = 5000): Promise<void> => context.clock.advance(time)
  /** Lets pass what time it takes. */
  const settled = async <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => {}) // whoever awaits it looks
    await pass()
    return promise
  }
  return {
    ...{ context, hub, server, endpoint, subject, client, pass, settled },
    change(to: number): void {
      value = to
      subject.changed()
    },
  }
}

const url = 'coap://device.example/value'
const text = async (step: IteratorResult<Response, undefined>) => (step.done ? 'done' : await step.value.body.text())

test('the first response comes first, and then each change', async (t) => {
  const { client, change, settled } = await world(t)
  const observation = client.observe(url)
  assert.equal(await text(await settled(observation.next())), '0')
  for (const value of [1, 2]) {
    change(value)
    assert.equal(await text(await settled(observation.next())), `${value}`)
  }
})

test('nothing is sent before it is read', async (t) => {
  const { client, hub, pass } = await world(t)
  client.observe(url)
  await pass()
  assert.equal(hub.delivered, 0)
})

test('who reads slowly gets the newest, and none of what came before it', async (t) => {
  const { client, change, settled, pass } = await world(t)
  const observation = client.observe(url)
  await settled(observation.next())
  for (const value of [1, 2, 3]) {
    change(value)
    await pass()
  }
  assert.equal(await text(await settled(observation.next())), '3')
})

test('a reader that breaks off tells the server', async (t) => {
  const { client, server, settled, pass } = await world(t)
  const read = async () => {
    for await (const response of client.observe(url)) return response.body.text()
    return 'nothing'
  }
  assert.equal(await settled(read()), '0')
  await pass()
  assert.equal(server.sizes.observations, 0)
})

test('closing ends a read that waits, and tells the server', async (t) => {
  const { client, server, settled, pass } = await world(t)
  const observation = client.observe(url)
  await settled(observation.next())
  const next = observation.next()
  await pass()
  assert.equal(server.sizes.observations, 1)
  await observation.close()
  assert.equal(await text(await settled(next)), 'done')
  assert.equal(server.sizes.observations, 0)
})

test('closing before the first response has come ends reading too, and nothing is observed', async (t) => {
  const { client, server, settled, context } = await world(t)
  const observation = client.observe(url)
  const next = observation.next()
  await context.clock.advance(5) // the request is on its way
  await observation.close()
  assert.equal(await text(await settled(next)), 'done')
  assert.equal(await text(await observation.next()), 'done')
  assert.equal(server.sizes.observations, 1) // it was registered, and learns at its next notification
})

test('who has closed an observation that was registered meanwhile rejects its next notification', async (t) => {
  const { client, server, change, pass, context } = await world(t)
  const observation = client.observe(url)
  observation.next().catch(() => {}) // closed below
  await context.clock.advance(5)
  await observation.close()
  await pass()
  change(1)
  await pass()
  assert.equal(server.sizes.observations, 0)
})

test('where the server does not observe there is one response, and reading ends', async (t) => {
  const { client, settled, endpoint } = await world(t, (value) => Response.text(`${value}`))
  const observation = client.observe(url)
  assert.equal(await text(await settled(observation.next())), '0')
  assert.equal(await text(await settled(observation.next())), 'done')
  assert.equal(endpoint.sizes.exchanges, 0)
})

test('a server that ends it has the last word, and then reading ends', async (t) => {
  const { client, subject, settled } = await world(t)
  const observation = client.observe(url)
  await settled(observation.next())
  subject.gone(Response.diagnostic(Code.NotFound, 'the sensor was taken away'))
  const last = await settled(observation.next())
  assert.equal(last.done ? undefined : last.value.code, Code.NotFound)
  assert.equal(await text(await settled(observation.next())), 'done')
})

test('reading rejects if nobody answers, and ends after that', async (t) => {
  const { client, server, settled } = await world(t)
  await server.close()
  const observation = client.observe(url)
  await assert.rejects(settled(observation.next()), { code: 'COAP_UNREACHABLE' })
  assert.equal(await text(await observation.next()), 'done')
})

test('an aborted signal rejects the read that waits with its reason, and the server is told', async (t) => {
  const { client, server, settled, pass } = await world(t)
  const abort = new AbortController()
  const observation = client.observe(url, { signal: abort.signal })
  await settled(observation.next())
  const next = observation.next()
  next.catch(() => {}) // looked at below
  abort.abort(new Error('enough'))
  await assert.rejects(settled(next), { message: 'enough' })
  await pass()
  assert.equal(server.sizes.observations, 0)
})

test('the timeout is for the first response only', async (t) => {
  const { client, change, settled, pass } = await world(t)
  const observation = client.observe(url, { timeout: 1000 })
  await settled(observation.next())
  await pass(600_000)
  change(1)
  assert.equal(await text(await settled(observation.next())), '1')
})

test('a closed client ends its observations with an error, and the server is told', async (t) => {
  const { client, server, settled } = await world(t)
  const observation = client.observe(url)
  await settled(observation.next())
  const next = observation.next()
  next.catch(() => {}) // looked at below
  await settled(client.close())
  await assert.rejects(next, { code: 'COAP_CLOSED' })
  assert.equal(server.sizes.observations, 0)
})

test('closing works through a layer that hands notifications on one by one', async (t) => {
  const { endpoint, server, settled } = await world(t)
  async function* louder(notifications: AsyncIterable<Response>): AsyncIterable<Response> {
    for await (const response of notifications) yield response
  }
  const layer: Layer = (next) => async (request) => {
    const response = await next(request)
    const { notifications } = response
    return notifications === undefined ? response : response.with({ notifications: louder(notifications) })
  }
  const observation = new Client({ endpoint, layers: [layer] }).observe(url)
  await settled(observation.next())
  const next = observation.next()
  await observation.close()
  assert.equal(await text(await settled(next)), 'done')
  assert.equal(server.sizes.observations, 0)
})

test('await using closes it at the end of the block', async (t) => {
  const { client, server, settled, pass } = await world(t)
  {
    await using observation = client.observe(url)
    await settled(observation.next())
    assert.equal(server.sizes.observations, 1)
  }
  await pass()
  assert.equal(server.sizes.observations, 0)
})
