// Groups as a client asks them. What happens on the wire is tested in endpoint/groups.test.ts.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Endpoint } from '../endpoint/endpoint.ts'
import type { Handler } from '../handler/handler.ts'
import { Response } from '../handler/response.ts'
import { blockValue } from '../message/block.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { Block2, Echo } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { MemoryHub } from '../network/memory.ts'
import type { FoundService, ServiceDirectory, ServiceListener } from '../network/service-directory.ts'
import { Router } from '../server/router.ts'
import { wellKnownCore } from '../server/well-known-core.ts'
import { createContext, type TestContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import { Client } from './client.ts'
import { type DiscoveredServer, type DiscoverInit, discover } from './discovery.ts'

const group = '224.0.1.187'
const url = `coap://${group}/light`

describe('a group', () => {
  test('is asked with whatever a request has, and each member answers with its URI', async () => {
    const asked: string[] = []
    const { client, pass } = await world([1, 2], (request) => {
      asked.push(`${request.method} ${request.path.join('/')}?${request.query.join('&')} ${text(request.payload)}`)
      return Response.of(Code.Changed)
    })
    const uris = read(client.ask(url, { method: 'PUT', body: 'on', query: { all: true } }), ({ uri }) => `${uri}`)
    await pass()
    assert.deepEqual((await uris).sort(), ['coap://192.0.2.1/light?all', 'coap://192.0.2.2/light?all'])
    assert.deepEqual(asked, Array(2).fill(`${Code.PUT} light?all on`))
  })

  test('whose members give a first block only is asked for the rest, each alone (groupcomm-bis 3.8)', async () => {
    const { client, pass } = await world([1, 2], ({ multicast }) => {
      if (!multicast) return Response.text('the whole of it')
      return new Response({
        code: Code.Content,
        options: new Options().add(Block2, blockValue(0, true, 0)),
        payload: part,
      })
    })
    const texts = read(client.ask(url), ({ payload, uri }) => `${text(payload)} ${uri?.host}`)
    await pass()
    assert.deepEqual((await texts).sort(), ['the whole of it 192.0.2.1', 'the whole of it 192.0.2.2'])
  })

  test('whose members want to know first whether we are there is told so, each alone (groupcomm-bis 6.3.1)', async () => {
    const challenge = new Response({ code: Code.Unauthorized, options: new Options().add(Echo, part) })
    const { client, pass } = await world([1, 2], (request) =>
      text(request.options.get(Echo) ?? part.subarray(1)) === text(part) ? Response.text('welcome') : challenge,
    )
    const texts = read(client.ask(url), ({ payload }) => text(payload))
    await pass()
    assert.deepEqual(await texts, ['welcome', 'welcome'])
  })

  test('is not asked before somebody reads, and no longer when he has enough', async () => {
    let asked = 0
    const { client, pass, endpoint } = await world([1, 2, 3], () => Response.text(`${++asked}`))
    const responses = client.ask(url)
    await pass(1000)
    assert.equal(asked, 0)
    const first = responses.next()
    await pass()
    assert.equal((await first).done, false)
    await responses.return(undefined)
    assert.deepEqual([asked, endpoint.sizes.exchanges], [3, 0])
  })

  test('is not asked any more when the client is closed', async () => {
    const { client, pass } = await world([], () => Response.none)
    const first = client.ask(url).next()
    await pass(10)
    await client.close()
    await assert.rejects(first, { code: 'COAP_CLOSED' })
  })

  test('is asked what fits into one message', async () => {
    const { client } = await world([], () => Response.none)
    await assert.rejects(client.ask(url, { body: new Uint8Array(2000) }).next(), { code: 'COAP_USAGE' })
  })
})

describe('a discovery', () => {
  const router = new Router()
    .get('/temperature', () => Response.text('21'), { rt: 'temperature', title: 'Kitchen' })
    .get('/light', () => Response.text('on'), { rt: 'light' })

  test('finds the servers of a group with their links (RFC 7252 7, RFC 6690 4)', async () => {
    const found = await discovered([1, 2], router)
    assert.deepEqual(
      found.map(({ uri, links }) => `${uri} ${links.map(({ target }) => target).join(' ')}`).sort(),
      [1, 2].map((number) =>
        `coap://192.0.2.${number}/ /.well-known/core /temperature /light`.replace('/.well-known/core ', ''),
      ),
    )
  })

  test('finds what is looked for only (RFC 6690 4.1)', async () => {
    const [first] = await discovered([1], router, { filter: { rt: 'temp*' } })
    assert.deepEqual(
      first?.links.map(({ title }) => title),
      ['Kitchen'],
    )
    assert.deepEqual(await discovered([1], router, { filter: { rt: 'valve' } }), [])
  })

  test('asks services that announce themselves alone, and knows their names; nobody comes twice', async () => {
    const service = { name: 'Kitchen', host: 'kitchen.local', port: 5683, addresses: ['fe80::1', '192.0.2.1'] }
    const found = await discovered([1], router, { groups: [] }, [service, service])
    assert.deepEqual(
      found.map(({ name, uri }) => `${name} ${uri}`),
      ['Kitchen coap://192.0.2.1/'],
    )
    const both = await discovered([1], router, {}, [service])
    assert.equal(both.length, 1)
  })

  test('is not troubled by an announced service that is not there; one without links is told of, if any are looked for', async () => {
    const ghost = { name: 'Ghost', host: 'ghost.local', port: 5683, addresses: ['192.0.2.77'] }
    assert.deepEqual(await discovered([], router, {}, [ghost]), [])
    const mute = { ...ghost, name: 'Mute', addresses: ['192.0.2.1'] }
    const [first] = await discovered([1], () => Response.of(Code.NotFound), {}, [mute])
    assert.deepEqual([first?.name, first?.links], ['Mute', []])
    assert.deepEqual(await discovered([1], () => Response.of(Code.NotFound), { filter: { rt: 'a' } }, [mute]), [])
  })

  test('says what is wrong where there is no way at all to ask', async () => {
    const asked = discovered([], router, { groups: ['coap://192.0.2.9'], services: false })
    await assert.rejects(asked, { code: 'COAP_USAGE' })
  })

  test('says what its caller got wrong, also if it browses by mDNS', async () => {
    const asked = discovered([1], router, { groups: ['coap://192.0.2.9'] })
    await assert.rejects(asked, { code: 'COAP_USAGE' })
  })

  test('takes only lists of links', async () => {
    for (const response of [
      Response.text('</a>'),
      Response.of(Code.Content, '<broken', ContentFormat.linkFormat),
      Response.of(Code.Content, Uint8Array.of(0xff), ContentFormat.linkFormat),
      Response.of(Code.Content, '', ContentFormat.linkFormat),
    ]) {
      assert.deepEqual(await discovered([1], () => response), [])
    }
  })
})

const part = Uint8Array.from('sixteen bytes ...', (character) => character.charCodeAt(0)).subarray(0, 16)

interface World {
  readonly client: Client
  readonly endpoint: Endpoint
  readonly context: TestContext
  pass(milliseconds?: number): Promise<void>
}

/** A client, and members of the group with one handler. */
async function world(numbers: readonly number[], handler: Handler): Promise<World> {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  for (const number of numbers) {
    const network = hub.network({ host: `192.0.2.${number}`, port: 5683 })
    network.join({ host: group, port: 5683 })
    await new Endpoint({ context, transports: [plain(network)], handler }).open()
  }
  const transports = [plain(hub.network({ host: '192.0.2.99', port: 0 }))]
  const endpoint = await new Endpoint({ context, transports }).open()
  const pass = (milliseconds = 20_000) => context.clock.advance(milliseconds)
  return { client: new Client({ endpoint }), endpoint, context, pass }
}

async function discovered(
  numbers: readonly number[],
  served: Router | Handler,
  init: DiscoverInit = {},
  services: readonly FoundService[] = [],
): Promise<DiscoveredServer[]> {
  const context = createContext(1)
  const handler = served instanceof Router ? wellKnownCore(served)(served.handlerOn(context), context) : served
  const { client, pass, context: clientContext } = await world(numbers, handler)
  let stopped = false
  const directory: ServiceDirectory = {
    browse: async (type: string, listener: ServiceListener) => {
      assert.equal(type, 'coap')
      for (const service of services) listener.found(service)
      return async () => {
        stopped = true
      }
    },
    announce: () => assert.fail(),
  }
  const tools = {
    context: clientContext,
    directory,
    ask: client.ask.bind(client),
    get: (uri: CoapUri) => client.get(uri),
  }
  const groups = [`coap://${group}`]
  const found = read(discover(tools, { groups, ...init }, new AbortController().signal), (server) => server)
  const [result] = await Promise.allSettled([found, pass(100_000)])
  assert.equal(stopped, init.services !== false)
  if (result.status === 'rejected') throw result.reason
  return result.value
}

async function read<T, R>(from: AsyncIterable<T>, what: (item: T) => R): Promise<R[]> {
  const all: R[] = []
  for await (const item of from) all.push(what(item))
  return all
}

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes)
}
