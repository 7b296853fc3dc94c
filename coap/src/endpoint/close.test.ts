// After its end an endpoint is silent, and whoever still waits for it is told.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Subject } from '../handler/subject.ts'
import { Code } from '../message/code.ts'
import { Observe } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { MemoryHub } from '../network/memory.ts'
import { createContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Endpoint } from './endpoint.ts'

const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
const uri = CoapUri.parse('coap://192.0.2.1/x')

/** A server whose handler answers when it is told to, and a client. */
async function world() {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10, unreachable: false })
  const answers: ((response: Response) => void)[] = []
  const open = (host: string) =>
    new Endpoint({
      context,
      handler: () => new Promise((resolve) => answers.push(resolve)),
      transports: [plain(hub.network({ host, port: 5683 }), { resolver })],
    }).open()
  return { context, answers, server: await open('192.0.2.1'), client: await open('192.0.2.2') }
}

for (const confirmable of [true, false]) {
  const kind = confirmable ? 'Confirmable' : 'Non-confirmable'
  test(`a handler that answers a ${kind} request after the endpoint was closed makes it send nothing`, async () => {
    const { context, answers, server, client } = await world()
    const subject = new Subject()
    const options = new Options().add(Observe, 0)
    const request = new Request({ code: Code.GET, uri, options, confirmable })
    Promise.resolve(client.send(request)).catch(() => {}) // nobody answers it
    await context.clock.advance(50)
    await server.close()
    const { sent } = server.statistics
    await context.clock.advance(1000)
    for (const answer of answers) answer(Response.text('late').observing(subject))
    await context.clock.advance(300_000)
    assert.equal(server.statistics.sent, sent)
    assert.equal(server.sizes.requests, 0)
    assert.equal(server.sizes.observations, 0)
    assert.equal(subject.watched, false)
  })
}

test('a closed endpoint leaves no timer armed', async () => {
  const { context, server, client } = await world()
  const request = Promise.resolve(client.send(new Request({ code: Code.GET, uri })))
  request.catch(() => {})
  await context.clock.advance(50)
  await server.close()
  await client.close()
  assert.equal(context.clock.timers.next, undefined)
  await assert.rejects(request, { code: 'COAP_CLOSED' })
})

test('whoever asks while the endpoint is being closed is told so, not that the network is not open', async () => {
  const { client } = await world()
  const asked = [client.send(new Request({ code: Code.GET, uri })), client.ping(uri), client.connect(uri)]
  const closed = client.close()
  for (const each of asked) await assert.rejects(Promise.resolve(each), { code: 'COAP_CLOSED' })
  await closed
})

test('a ping on its way ends when the endpoint is closed', async () => {
  const { context, client } = await world()
  const ping = client.ping(uri)
  ping.catch(() => {})
  await context.clock.advance(5)
  await client.close()
  await assert.rejects(ping, { code: 'COAP_CLOSED' })
})

test('requests that wait for their turn are not sent while the endpoint closes', async () => {
  const { context, client } = await world()
  const asked = [1, 2, 3].map(() => Promise.resolve(client.send(new Request({ code: Code.POST, uri }))))
  for (const each of asked) each.catch(() => {})
  await context.clock.advance(5)
  assert.equal(client.statistics.sent, 1)
  await client.close()
  assert.equal(client.statistics.sent, 1)
  for (const each of asked) await assert.rejects(each, { code: 'COAP_CLOSED' })
})
