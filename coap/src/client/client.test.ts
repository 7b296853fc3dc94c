// What a client does with a URL and an init, on a network in memory.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Endpoint } from '../endpoint/endpoint.ts'
import type { Handler, Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { blockwiseServer } from '../layers/blockwise/server.ts'
import { Code, describeCode, methods } from '../message/code.ts'
import { Block1, Block2, IfNoneMatch, MaxAge, option, UriHost } from '../message/option.ts'
import { opaque } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import { MemoryHub } from '../network/memory.ts'
import { createContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Client } from './client.ts'

async function world(handler: Handler) {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10 })
  const resolver = { resolve: async () => ({ addresses: ['192.0.2.1'], ttl: 60_000 }), forget() {} }
  const open = (host: string, port: number, handler: Handler) =>
    new Endpoint({
      context,
      handler,
      transports: [plain(hub.network({ host, port }), { resolver })],
      understands: [strange, Block1, Block2],
    }).open()
  const server = await open('192.0.2.1', 5683, handler)
  const endpoint = await open('192.0.2.9', 5683, (request) => Response.text(`the client's ${request.path.join('/')}`))
  /** Lets pass what time it takes. */
  const settled = async <T>(promise: Promise<T>, time = 300_000): Promise<T> => {
    promise.catch(() => {}) // whoever awaits it looks
    await context.clock.advance(time)
    return promise
  }
  return { context, hub, server, endpoint, client: new Client({ endpoint }), settled }
}

const url = 'coap://device.example/a%20b?c=d'
/** Critical. */
const strange = option(65_001, 'Strange', opaque, [0, 8])

/** Answers with what it was asked. */
const echo: Handler = (request: Request) =>
  Response.json({
    method: describeCode(request.code),
    path: request.path,
    query: request.query,
    format: request.contentFormat,
    accept: request.accept,
    host: request.options.get(UriHost),
    confirmable: request.confirmable,
    body: new TextDecoder().decode(request.payload),
  })

test('each method is a function, and request takes its name or its code', async () => {
  const { client, settled } = await world(echo)
  const asked = [
    client.get(url),
    client.post(url),
    client.put(url),
    client.delete(url),
    client.fetch(url),
    client.patch(url),
    client.ipatch(url),
    ...methods.map((method) => client.request(url, { method })),
    client.request(url, { method: Code.PUT }),
    client.request(url),
  ]
  const answers = await settled(Promise.all(asked))
  const seen = await Promise.all(answers.map(async ({ body }) => ((await body.json()) as { method: string }).method))
  assert.deepEqual(seen, [...methods, ...methods, 'PUT', 'GET'])
})

test('a URL becomes the options of a request, and a query is added to the one it has', async () => {
  const { client, settled } = await world(echo)
  const answer = await settled(client.get(url, { query: { u: 'Cel', n: 3, all: true, none: false } }))
  const seen = (await answer.body.json()) as Record<string, unknown>
  assert.deepEqual(seen['path'], ['a b'])
  assert.deepEqual(seen['query'], ['c=d', 'u=Cel', 'n=3', 'all'])
  assert.equal(seen['host'], 'device.example')
  assert.equal(String(answer.uri), `${url}&u=Cel&n=3&all`)
})

test('a body says what it is: text, JSON, CBOR; bytes say nothing unless told', async () => {
  const { client, settled } = await world((request) => Response.json([request.contentFormat, request.payload.length]))
  const seen = async (init: Parameters<Client['put']>[1]) => (await settled(client.put(url, init))).body.json()
  assert.deepEqual(await seen({ body: 'äh' }), [0, 3])
  assert.deepEqual(await seen({ json: { on: true } }), [50, 11])
  assert.deepEqual(await seen({ cbor: { on: true } }), [60, 5])
  assert.deepEqual(await seen({ body: new Uint8Array(4) }), [null, 4])
  assert.deepEqual(await seen({ body: new Uint8Array(4), contentFormat: 42 }), [42, 4])
  assert.deepEqual(await seen({ json: [], contentFormat: 'application/senml+json' }), [110, 2])
  assert.deepEqual(await seen({}), [null, 0])
})

test('accept is a number or a media type', async () => {
  const { client, settled } = await world((request) => Response.json(request.accept))
  assert.equal(await (await settled(client.get(url, { accept: 'application/cbor' }))).body.json(), 60)
  assert.equal(await (await settled(client.get(url, { accept: 40 }))).body.json(), 40)
})

test('further options are sent along, and the caller keeps theirs unchanged', async () => {
  const { client, settled } = await world((request) => Response.json(request.options.has(IfNoneMatch)))
  const options = new Options().add(IfNoneMatch, true)
  const answer = await settled(client.put(url, { body: 'x', options }))
  assert.equal(await answer.body.json(), true)
  assert.equal([...options].length, 1)
})

test('a request that need not be acknowledged is Non-confirmable', async () => {
  const { client, settled } = await world((request) => Response.json(request.confirmable))
  assert.equal(await (await settled(client.get(url, { confirmable: false }))).body.json(), false)
})

test('a response is given whatever its code, and orThrow throws it', async () => {
  const { client, settled } = await world(() => Response.diagnostic(Code.NotFound, 'no such thing'))
  const answer = await settled(client.get(url))
  assert.equal(answer.ok, false)
  assert.throws(() => answer.orThrow(), { code: 'COAP_RESPONSE', message: '4.04 Not Found: no such thing' })
})

test('what a caller got wrong rejects with what was expected', async () => {
  const { client } = await world(echo)
  await assert.rejects(client.put(url, { body: 'x', json: 1 }), { code: 'COAP_USAGE', message: /one body/ })
  await assert.rejects(client.put(url, { json: () => {} }), { code: 'COAP_USAGE', message: /no place for a function/ })
  await assert.rejects(client.put(url, { body: {} as never }), { code: 'COAP_USAGE', message: /Uint8Array/ })
  await assert.rejects(client.request(url, { method: 'get' as never }), { code: 'COAP_USAGE', message: /expected GET/ })
  await assert.rejects(client.get(url, { accept: 'jpeg' }), { code: 'COAP_USAGE', message: /'jpeg'/ })
  await assert.rejects(client.get(url, { timeout: 0 }), { code: 'COAP_USAGE', message: /above 0/ })
  const signal = new AbortController() as never
  await assert.rejects(client.get(url, { signal }), { code: 'COAP_USAGE', message: /give its `signal`/ })
})

test('a URL that is none rejects with the place of its fault', async () => {
  const { client } = await world(echo)
  await assert.rejects(client.get('coap://device.example:port/'), { code: 'COAP_FORMAT', offset: 22 })
})

test('a scheme that is not spoken yet rejects, and says which are', async () => {
  const { client } = await world(echo)
  for (const scheme of ['coaps', 'coap+tcp', 'coaps+ws']) {
    await assert.rejects(client.get(`${scheme}://device.example/`), {
      code: 'COAP_SCHEME',
      message: `${scheme}: is not spoken yet: this endpoint speaks coap: only`,
    })
  }
})

test('a request is given up when its time is over', async () => {
  const { client, settled, context } = await world(() => new Promise<never>(() => {}))
  const answer = settled(client.get(url, { timeout: 1500 }), 1499)
  assert.equal(await Promise.race([answer.catch(() => 'failed'), context.clock.advance(1499)]), undefined)
  await context.clock.advance(1)
  await assert.rejects(answer, { code: 'COAP_TIMEOUT', message: 'no answer within 1.5 s' })
})

test('an aborted request rejects with the reason, is not sent again and leaves nothing behind', async () => {
  const { client, hub, endpoint, server, context } = await world(echo)
  await server.close()
  hub.unreachable = false
  const abort = new AbortController()
  const answer = client.get(url, { signal: abort.signal })
  answer.catch(() => {}) // looked at below
  await context.clock.advance(1000)
  abort.abort(new Error('enough'))
  await assert.rejects(answer, { message: 'enough' })
  await context.clock.advance(300_000)
  assert.equal(hub.undeliverable, 1)
  assert.equal(endpoint.sizes.exchanges, 0)
})

test('a signal that is aborted already lets nothing be sent', async () => {
  const { client, hub } = await world(echo)
  const signal = AbortSignal.abort(new Error('never'))
  await assert.rejects(client.get(url, { signal }), { message: 'never' })
  assert.equal(hub.delivered, 0)
})

test('a body that is read as it comes ends with its client, also if nobody reads it at the time', async () => {
  const { endpoint, settled } = await world(
    blockwiseServer()(() => Response.bytes(new Uint8Array(3000)), createContext(2)),
  )
  const client = new Client({ endpoint })
  const { body } = await settled(client.get(url, { stream: true }))
  await settled(client.close())
  await assert.rejects(settled(body.bytes()), { code: 'COAP_CLOSED' })
})

test('layers are around each request, the first outermost', async () => {
  const { endpoint, settled } = await world(echo)
  const calls: string[] = []
  const named =
    (name: string): Layer =>
    (next) =>
    (request) => {
      calls.push(name)
      return next(request)
    }
  await settled(new Client({ endpoint, layers: [named('outer'), named('inner')] }).get(url))
  assert.deepEqual(calls, ['outer', 'inner'])
})

test('a closed client rejects what is outstanding and what comes later; an endpoint that was handed in stays open', async () => {
  const { client, endpoint, settled, context } = await world(() => new Promise<never>(() => {}))
  const answer = client.get(url)
  answer.catch(() => {}) // looked at below
  await context.clock.advance(50)
  await client.close()
  await assert.rejects(answer, { code: 'COAP_CLOSED' })
  await assert.rejects(client.get(url), { code: 'COAP_USAGE', message: /closed/ })
  assert.equal(await settled(endpoint.ping(CoapUri.parse(url))), 20)
})

test('options of an endpoint are refused where the endpoint is handed in', async () => {
  const { endpoint } = await world(echo)
  assert.throws(() => new Client({ endpoint, limits: { peers: 3 } }), { code: 'COAP_USAGE', message: /^limits:/ })
})

test('a peer that has called is asked back by path or URL, at the port that it called from', async () => {
  const answers: string[] = []
  const { client, server, settled } = await world(async ({ peer }) => {
    const back = new Client({ endpoint: server }).to(peer)
    for (const target of ['/status', 'coap://192.0.2.9/x/y']) answers.push(await (await back.get(target)).body.text())
    return Response.text('done')
  })
  await settled(client.get(url))
  assert.deepEqual(answers, ["the client's status", "the client's x/y"])
})

test('what a client made to a peer does ends when the client is closed', async () => {
  const { client, endpoint, context } = await world(() => new Promise<never>(() => {}))
  const peer = await endpoint.connect(CoapUri.parse(url))
  const answer = client.to(peer).get('/x')
  answer.catch(() => {}) // looked at below
  await context.clock.advance(50)
  await client.close()
  await assert.rejects(answer, { code: 'COAP_CLOSED' })
})

test('a peer that is gone cannot be asked', async () => {
  const { client } = await world(echo)
  const peer = { associations: [], identity: { method: 'none' } } as const
  await assert.rejects(client.to(peer).get('/x'), { code: 'COAP_PEER_GONE' })
})

test('ping gives the milliseconds that it took', async () => {
  const { client, settled } = await world(echo)
  assert.equal(await settled(client.ping(url)), 20)
})

test('a ping is given up when its time is over', async () => {
  const { client, hub, server, settled } = await world(echo)
  await server.close()
  hub.unreachable = false
  await assert.rejects(settled(client.ping(url, { timeout: 5000 })), { code: 'COAP_TIMEOUT', message: /within 5 s/ })
})

test('transmission parameters of one request count for it alone', async () => {
  const { client, hub, server, settled } = await world(echo)
  await server.close()
  hub.unreachable = false
  await assert.rejects(settled(client.get(url, { transmission: { maxRetransmit: 0 } })), { code: 'COAP_TIMEOUT' })
  assert.equal(hub.undeliverable, 1)
})

test('a response with a critical option that a layer deals with is passed on', async () => {
  const { client, settled } = await world(
    () => new Response({ code: Code.Content, options: new Options().add(strange, new Uint8Array(1)).add(MaxAge, 3) }),
  )
  assert.equal((await settled(client.get(url))).options.get(MaxAge), 3)
})
