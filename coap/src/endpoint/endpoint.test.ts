// What an endpoint does with its transports and peers. Requests, responses and observations have tests of their own.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { createContext } from '../testing/context.ts'
import { RecordingTransport } from '../testing/recording-transport.ts'
import type { Association } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Endpoint, type EndpointOptions } from './endpoint.ts'

const identity = { method: 'psk', id: Uint8Array.of(1), claims: {} } as const
const uri = CoapUri.parse('coap://192.0.2.2:7')
const get = new Request({ code: Code.GET, uri })
/** CON GET 0x0001 */
const request = Uint8Array.of(0x41, Code.GET, 0, 1, 0x4a)

describe('opening', () => {
  test('is done once', async () => {
    const { endpoint, transport } = await world()
    await assert.rejects(endpoint.open(), { code: 'COAP_USAGE' })
    assert.notEqual(transport.receiver, undefined, 'the transports are still open')
    await endpoint.close()
    await assert.rejects(endpoint.open(), { code: 'COAP_USAGE' })
  })

  test('closes what was opened if one transport cannot be', async () => {
    const context = createContext(1)
    const transport = new RecordingTransport()
    const broken = new RecordingTransport()
    broken.open = () => Promise.reject(new Error('no way'))
    await assert.rejects(new Endpoint({ context, transports: [transport, broken] }).open(), /no way/)
    assert.equal(transport.receiver, undefined)
  })
})

describe('peers', () => {
  test('where there is no room for one more, what it sends is dropped and whoever wants to ask it is told', async () => {
    const { endpoint, transport } = await world({ limits: { peers: 1 }, handler: () => new Promise(() => {}) })
    transport.receive(request, 1)
    transport.receive(request, 2)
    assert.deepEqual(
      transport.disconnected.map(({ key }) => key),
      [2],
    )
    assert.equal(endpoint.statistics.requests, 1)
    await assert.rejects(Promise.resolve(endpoint.send(get)), {
      code: 'COAP_USAGE',
      message: /raise the limit `peers`/,
    })
    await assert.rejects(endpoint.connect(uri), { code: 'COAP_USAGE' })
  })

  test('one that makes room for another is empty and gone: what is sent to it fails, and nothing leaves', async () => {
    const { endpoint, transport } = await world({ limits: { peers: 1 } })
    const peer = await endpoint.connect(uri)
    transport.receive(request, 2)
    assert.deepEqual(peer.associations, [])
    assert.equal(endpoint.statistics.peersEvicted, 1)
    await assert.rejects(Promise.resolve(endpoint.send(new Request({ code: Code.GET, peer }))), {
      code: 'COAP_PEER_GONE',
    })
    assert.equal(transport.sent.length, 1, 'the answer to the other one')
  })

  test('a request whose association is closed before it could leave fails, and does not wait for ever', async () => {
    const { endpoint, transport } = await world()
    const peer = await endpoint.connect(uri)
    const [association] = peer.associations as [Association]
    const response = Promise.resolve(endpoint.send(new Request({ code: Code.GET, uri })))
    transport.end(association) // the request is still on its way through promises
    await assert.rejects(response, { code: 'COAP_PEER_GONE' })
  })

  test('a peer that was forgotten is not continued by a resumption: it is a new one', async () => {
    const { endpoint, transport } = await world({}, { identity })
    const first = transport.association(1)
    const { peer } = first
    transport.end(first) // nothing is open with it
    const second = transport.association(2, first)
    assert.notEqual(second.peer, peer)
    assert.deepEqual([...endpoint.peers], [second.peer])
  })

  test('has so many associations as the limits say: then the oldest is closed', async () => {
    const { endpoint, transport } = await world({ limits: { associationsPerPeer: 3 } }, { identity })
    let last = transport.association(1)
    for (let port = 2; port <= 5; port++) last = transport.association(port, last)
    assert.equal(endpoint.sizes.peers, 1)
    assert.deepEqual(
      [...endpoint.peers][0]?.associations.map(({ key }) => key),
      [5, 4, 3],
    )
    assert.deepEqual(
      transport.disconnected.map(({ key }) => key),
      [1, 2],
    )
  })

  test('a request to a peer that does not come back fails in time', async () => {
    const { context, endpoint, transport } = await world({}, { identity })
    const peer = await endpoint.connect(uri)
    const response = Promise.resolve(endpoint.send(new Request({ code: Code.GET, peer })))
    response.catch(() => {}) // looked at below
    await context.clock.advance(0)
    transport.end(peer.associations[0] as Association)
    assert.equal(endpoint.sizes.dormantPeers, 1)
    await context.clock.advance(93_000)
    await assert.rejects(response, { code: 'COAP_TIMEOUT' })
    assert.equal(endpoint.sizes.exchanges, 0)
  })
})

async function world(options: Partial<EndpointOptions> = {}, transportOptions = {}) {
  const context = createContext(1, { trace: true })
  const transport = new RecordingTransport(transportOptions)
  const handler = (): Response => Response.text('hello')
  const endpoint = await new Endpoint({ context, transports: [transport], handler, ...options }).open()
  return { context, transport, endpoint }
}
