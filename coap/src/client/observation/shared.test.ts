// Several observers of one client, and of one resource (RFC 7641 3.1); and what is kept until it is read.

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { Endpoint } from '../../endpoint/endpoint.ts'
import type { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Subject } from '../../handler/subject.ts'
import { Code } from '../../message/code.ts'
import { MemoryHub } from '../../network/memory.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { Client } from '../client.ts'
import type { Observation } from './observation.ts'

const url = 'coap://192.0.2.1/value'

async function world(t: TestContext) {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10 })
  const open = (host: string, handler?: (request: Request) => Response) => {
    const transports = [plain(hub.network({ host, port: 5683 }))]
    return new Endpoint({ context, transports, ...(handler && { handler }) }).open()
  }
  const subject = new Subject()
  const state = { value: '0', asked: 0, error: undefined as Response | undefined }
  const server = await open('192.0.2.1', () => {
    state.asked++
    return state.error ?? Response.text(state.value).observing(subject)
  })
  const endpoint = await open('192.0.2.9')
  const client = new Client({ endpoint })
  t.after(() => client.close({ timeout: 0 }))
  const pass = (time = 1000): Promise<void> => context.clock.advance(time)
  return {
    ...{ client, server, endpoint, state, subject, pass },
    async change(value: string): Promise<void> {
      state.value = value
      subject.changed()
      await pass()
    },
    /** The next response, once what time it takes has passed. */
    async read(observation: Observation): Promise<string | undefined> {
      const step = observation.next()
      step.catch(() => {}) // looked at by who awaits it
      await pass()
      return (await step).value?.body.text()
    },
  }
}

test('who observes what is observed already shares it: the server knows of one', async (t) => {
  const { client, server, state, change, read } = await world(t)
  const [one, other] = [client.observe(url), client.observe(url)]
  assert.equal(await read(one), '0')
  assert.equal(await read(other), '0')
  assert.equal(state.asked, 1)
  assert.equal(server.sizes.observations, 1)
  await change('1')
  assert.equal(await read(one), '1')
  assert.equal(await read(other), '1')
})

test('the last one to leave tells the server', async (t) => {
  const { client, server, change, read, pass } = await world(t)
  const [one, other] = [client.observe(url), client.observe(url)]
  await read(one)
  await read(other)
  await one.close()
  await change('1')
  assert.equal(await read(other), '1')
  assert.equal(server.sizes.observations, 1)
  await other.close()
  await pass()
  assert.equal(server.sizes.observations, 0)
})

test('who observes again what nobody observes any more registers anew', async (t) => {
  const { client, server, state, read, pass } = await world(t)
  const first = client.observe(url)
  await read(first)
  await first.close()
  await pass()
  state.value = '1'
  assert.equal(await read(client.observe(url)), '1')
  assert.equal(server.sizes.observations, 1)
})

test('another path, query, Accept, method or body is another target', async (t) => {
  const { client, server, read } = await world(t)
  await read(client.observe(url))
  await read(client.observe(url, { query: ['a'] }))
  await read(client.observe(url, { accept: 'text/plain' }))
  await read(client.observe(url, { method: 'FETCH', body: 'a' }))
  await read(client.observe(url, { method: 'FETCH', body: 'b' }))
  await read(client.observe('coap://192.0.2.1:5683/value'))
  assert.equal(server.sizes.observations, 5)
})

test('who comes when the state is stale has it asked for at once', async (t) => {
  const { client, state, read, pass } = await world(t)
  await read(client.observe(url, { durable: { minGrace: 50_000, maxGrace: 50_000 } }))
  await pass(70_000)
  state.value = '1'
  assert.equal(await read(client.observe(url)), '1')
  assert.equal(state.asked, 2)
})

test('who comes while nobody answers learns it, and those who last go on', async (t) => {
  const { client, server, endpoint, read, pass } = await world(t)
  await read(client.observe(url))
  await server.close()
  await pass(100_000)
  await assert.rejects(read(client.observe(url)), { code: 'COAP_UNREACHABLE' })
  assert.equal(endpoint.sizes.exchanges, 1, 'the observation of the one who lasts')
})

test('when the server is busy, who does not last is told so and ends; the others stay', async (t) => {
  const { client, state, subject, read, pass } = await world(t)
  const [lasting, other] = [client.observe(url), client.observe(url, { durable: false })]
  await read(lasting)
  await read(other)
  subject.gone(Response.of(Code.ServiceUnavailable))
  const last = other.next()
  await pass()
  assert.equal((await last).value?.code, Code.ServiceUnavailable)
  assert.equal(await read(other), undefined)
  state.value = '1'
  await pass(80_000)
  assert.equal(await read(lasting), '1')
})

test('who reads slowly gets the newest, and sees how many were dropped', async (t) => {
  const { client, change, read } = await world(t)
  const observation = client.observe(url)
  await read(observation)
  for (const value of ['1', '2', '3']) await change(value)
  const { value } = await observation.events().next()
  assert(value?.type === 'notification')
  assert.equal(await value.response.body.text(), '3')
  assert.equal(value.dropped, 2)
  assert.equal(observation.dropped, 2)
})

test('who wants all gets all, within bounds', async (t) => {
  const { client, change, read } = await world(t)
  const [all, two] = [client.observe(url, { keep: 'all' }), client.observe(url, { keep: 2 })]
  await read(all)
  await read(two)
  for (const value of ['1', '2', '3']) await change(value)
  assert.deepEqual([await read(all), await read(all), await read(all)], ['1', '2', '3'])
  assert.deepEqual([await read(two), await read(two)], ['2', '3'])
  assert.equal(all.dropped, 0)
  assert.equal(two.dropped, 1)
})

test('what is no number of notifications, and what is no time, is refused', async (t) => {
  const { client } = await world(t)
  for (const keep of [0, -1, 1.5, Number.NaN])
    assert.throws(() => client.observe(url, { keep }), { code: 'COAP_USAGE' })
  for (const durable of [{ minGrace: -1 }, { minGrace: 20_000 }, { maxBackoff: 1 }, { giveUpAfter: Number.NaN }])
    await assert.rejects(client.observe(url, { durable }).next(), { code: 'COAP_USAGE' })
  const patience = 5 as never
  await assert.rejects(client.observe(url, { durable: patience }).next(), {
    message: 'durable is true, false, or an object that says how patiently, not 5',
  })
})
