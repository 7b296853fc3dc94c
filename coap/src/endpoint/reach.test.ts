// Whom a request reaches: the addresses of a name, one after the other; a peer, and nobody in its place.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { MemoryHub } from '../network/memory.ts'
import type { Network } from '../network/network.ts'
import { createContext, type TestContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import type { Peer } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Endpoint } from './endpoint.ts'

/** `device.example` has these addresses; where there is a server, it answers with its own. */
async function world(addresses: readonly string[], servers: readonly string[]) {
  const context: TestContext = createContext(1)
  const hub = new MemoryHub(context, { latency: 10 })
  const resolver = { resolve: async () => ({ addresses, ttl: 60_000 }), forget() {} }
  const asked: string[] = []
  const open = (network: Network, handler = (): Response => Response.text('')) =>
    new Endpoint({ context, handler, transports: [plain(network, { resolver })] }).open()
  for (const host of servers) {
    await open(hub.network({ host, port: 5683 }), () => {
      asked.push(host)
      return Response.text(host)
    })
  }
  const client = await open(hub.network({ host: '192.0.2.99', port: 0 }))
  return { context, hub, client, asked, open }
}

async function settled<T>(context: TestContext, promise: T | Promise<T>): Promise<T> {
  const result = Promise.resolve(promise)
  result.catch(() => {}) // whoever awaits it looks
  await context.clock.advance(300_000)
  return result
}

const uri = CoapUri.parse('coap://device.example/x')

test('where nobody listens at the first address of a name, the next one is asked, with any method', async () => {
  const { context, client, asked } = await world(['192.0.2.1', '192.0.2.2'], ['192.0.2.2'])
  const response = await settled(context, client.send(new Request({ code: Code.POST, uri })))
  assert.equal(await response.body.text(), '192.0.2.2')
  assert.deepEqual(asked, ['192.0.2.2'])
})

test('where nobody listens at any address, each is asked once and the error names the last', async () => {
  const { context, hub, client } = await world(['192.0.2.1', '192.0.2.2', '192.0.2.3'], [])
  const response = settled(context, client.send(new Request({ code: Code.GET, uri })))
  await assert.rejects(response, {
    code: 'COAP_UNREACHABLE',
    message: 'nobody listens at 192.0.2.3 port 5683: is the server running, and on this port?',
  })
  assert.equal(hub.undeliverable, 3)
})

test('a POST that may have arrived before its server went away is not asked elsewhere', async () => {
  const { context, hub, client, asked, open } = await world(['192.0.2.1', '192.0.2.2'], ['192.0.2.2'])
  const gone = await open(hub.network({ host: '192.0.2.1', port: 5683 }), () => new Promise<never>(() => {}) as never)
  const response = Promise.resolve(client.send(new Request({ code: Code.POST, uri })))
  response.catch(() => {}) // looked at below
  hub.unreachable = false
  await gone.close() // the first transmission is lost without a word
  await context.clock.advance(1000)
  hub.unreachable = true
  await assert.rejects(settled(context, response), { code: 'COAP_CONNECTION', message: /may or may not/ })
  assert.deepEqual(asked, [])
})

test('a ping finds the address where somebody is, too', async () => {
  const { context, client } = await world(['192.0.2.1', '192.0.2.2'], ['192.0.2.2'])
  assert.equal(await settled(context, client.ping(uri)), 20)
})

test('a ping of a port where nobody listens ends at once', async () => {
  const { context, client } = await world(['192.0.2.1'], [])
  const ping = client.ping(uri)
  ping.catch(() => {}) // looked at below
  await context.clock.advance(100)
  await assert.rejects(ping, { code: 'COAP_UNREACHABLE' })
})

test('a ping ends when its signal is aborted, and is not sent again', async () => {
  const { context, hub, client } = await world(['192.0.2.1'], [])
  hub.unreachable = false
  const abort = new AbortController()
  const ping = client.ping(uri, { signal: abort.signal })
  ping.catch(() => {}) // looked at below
  await context.clock.advance(1000)
  abort.abort(new Error('enough'))
  await assert.rejects(ping, { message: 'enough' })
  await context.clock.advance(300_000)
  assert.equal(hub.undeliverable, 1)
})

test('a peer that is gone is not replaced by whoever is at its address', async () => {
  const { client } = await world(['192.0.2.1'], ['192.0.2.1'])
  const peer: Peer = { associations: [], identity: { method: 'none' } }
  const request = new Request({ code: Code.GET, uri, peer })
  await assert.rejects(async () => client.send(request), { code: 'COAP_PEER_GONE' })
})

test('a peer of another endpoint is refused: its answers would not come here', async () => {
  const { client, open, hub } = await world(['192.0.2.1'], ['192.0.2.1'])
  const other = await open(hub.network({ host: '192.0.2.50', port: 0 }))
  const peer = await other.connect(uri)
  await assert.rejects(async () => client.send(new Request({ code: Code.GET, uri, peer })), { code: 'COAP_USAGE' })
})
