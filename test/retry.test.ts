// A client that is told to come again later, with all that it has by itself.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, type ClientOptions } from '../coap/src/client/client.ts'
import { Endpoint } from '../coap/src/endpoint/endpoint.ts'
import { Response } from '../coap/src/handler/response.ts'
import { Code } from '../coap/src/message/code.ts'
import { MaxAge } from '../coap/src/message/option.ts'
import { Options } from '../coap/src/message/options.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import { createContext } from '../coap/src/testing/context.ts'
import { plain } from '../coap/src/transport/plain.ts'

const url = 'coap://192.0.2.1/busy'

test('it waits and asks again, and its caller sees no refusal; also with a long body', async () => {
  const { client, pass, asked } = await busy()
  const posted = client.post(url, { body: new Uint8Array(3000) })
  await pass(12_000)
  assert.equal((await posted).code, Code.Changed)
  assert.ok(asked() > 1)
})

test('it gives the refusal to who wants no retries', async () => {
  for (const { client, pass, init } of [
    { ...(await busy()), init: { retry: false } as const },
    { ...(await busy({ retry: false })), init: {} },
  ]) {
    const got = client.get(url, init)
    await pass(100)
    assert.equal((await got).code, Code.TooManyRequests)
  }
})

test('its time-out is for all of it', async () => {
  const { client, pass } = await busy()
  const rejected = assert.rejects(client.get(url, { timeout: 5000 }), { code: 'COAP_TIMEOUT' })
  await pass(5000)
  await rejected
})

test('who closes it ends the waiting', async () => {
  const { client, pass, context } = await busy()
  const rejected = assert.rejects(client.get(url), { code: 'COAP_CLOSED' })
  await pass(100)
  const closed = client.close()
  await pass(0)
  await Promise.all([closed, rejected])
  assert.equal(context.clock.timers.next, undefined)
})

/** A server that refuses whatever comes in its first ten seconds. */
async function busy(options: Omit<ClientOptions, 'endpoint'> = {}) {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  let asked = 0
  const handler = (): Response => {
    asked++
    if (context.now() >= 10_000) return Response.of(Code.Changed)
    return new Response({ code: Code.TooManyRequests, options: new Options().add(MaxAge, 10) })
  }
  await new Endpoint({ context, handler, transports: [plain(hub.network({ host: '192.0.2.1', port: 5683 }))] }).open()
  const transports = [plain(hub.network({ host: '192.0.2.2', port: 0 }))]
  const client = new Client({ ...options, endpoint: await new Endpoint({ context, transports }).open() })
  return { client, context, asked: () => asked, pass: (time: number) => context.clock.advance(time) }
}
