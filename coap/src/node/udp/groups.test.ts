// Groups over real sockets: on loopback over IPv4, which every machine has; over IPv6 on an interface that has a link-local address.

import assert from 'node:assert/strict'
import { type TestContext as NodeTestContext, test } from 'node:test'
import { Endpoint } from '../../endpoint/endpoint.ts'
import { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import type { NetworkAddress } from '../../network/network.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { CoapUri } from '../../uri/coap-uri.ts'
import { nodeContext } from '../context.ts'
import { AskingNetwork } from './asking-network.ts'
import { groupRoutes } from './group-routes.ts'
import { ListeningNetwork } from './listening-network.ts'
import { type LocalAddress, localAddresses } from './local-addresses.ts'

const linkLocal = localAddresses().find(({ host, loopback }) => host.startsWith('fe80:') && !loopback)
const wide = localAddresses().find(({ host, loopback }) => host.includes(':') && !host.includes('%') && !loopback)
const anyPort = { host: '::', port: 0 }
const fourGroup = '224.0.1.187'

test('a member on loopback over IPv4 is asked, and answers from its own address (RFC 7252 8.2)', async () => {
  await using world = await World.of([{ host: '127.0.0.1', port: 0 }], [{ host: fourGroup, port: 0 }])
  const [first, ...more] = await world.ask(`coap://${fourGroup}:${world.port}/`, 'lo')
  assert.equal(first?.uri?.toString(), `coap://127.0.0.1:${world.port}/`)
  assert.deepEqual([first?.ok, more.length, world.multicast], [true, 0, [true]])
})

test('who is asked alone is not asked as a member, though both come in at one port', async () => {
  await using world = await World.of([{ host: '127.0.0.1', port: 0 }], [{ host: fourGroup, port: 0 }])
  const uri = CoapUri.parse(`coap://127.0.0.1:${world.port}/`)
  await world.client.send(new Request({ code: Code.GET, uri }))
  assert.deepEqual(world.multicast, [false])
})

test('who listens asks groups too, from where it listens', async () => {
  await using world = await World.of([{ host: '127.0.0.1', port: 0 }], [{ host: fourGroup, port: 0 }])
  const other = new ListeningNetwork([{ host: '127.0.0.1', port: 0 }])
  const asker = await new Endpoint({ context: nodeContext(), transports: [plain(other)] }).open()
  try {
    const responses = asker.ask(world.request(`coap://${fourGroup}:${world.port}/`), { interface: 'lo', timeout: 5000 })
    assert.equal((await responses.next()).value?.ok, true)
    await responses.return(undefined)
    assert.deepEqual(world.askedFrom, [other.addresses[0]?.port])
  } finally {
    await asker.close()
  }
})

test('a member of a link-local group over IPv6 is asked on each interface, and its URI has the zone (RFC 7252 12.8)', async (t) => {
  if (linkLocal === undefined) return loudly(t, 'no interface has a link-local address of IPv6')
  await using world = await World.of([anyPort], [{ host: 'ff02::fd', port: 0 }])
  const [first] = await world.ask(`coap://[ff02::fd]:${world.port}/`, linkLocal.on)
  assert.equal(first?.uri?.zone, linkLocal.on)
  const [again] = await world.ask(`coap://[ff02::fd%${linkLocal.on}]:${world.port}/`)
  assert.equal(again?.uri?.toString(), first?.uri?.toString())
  assert.ok((await world.ask(`coap://[ff02::fd]:${world.port}/`)).length > 0, 'and without naming any')
  assert.ok(first?.uri !== undefined)
  const alone = await world.client.send(new Request({ code: Code.GET, uri: first.uri }))
  assert.ok(alone.ok, 'and can be asked alone')
})

test('a member of a site-local group over IPv6 is asked, and answers from an address of the site (RFC 7252 12.8)', async (t) => {
  if (wide === undefined) return loudly(t, 'no interface has a global or unique local address of IPv6')
  await using world = await World.of([anyPort], [{ host: 'ff05::fd', port: 0 }])
  const [first] = await world.ask(`coap://[ff05::fd]:${world.port}/`, wide.on)
  assert.equal(first?.uri?.host, wide.host)
})

test('a member of several groups, on all interfaces, hears a request of one of them once', async (t) => {
  if (linkLocal === undefined || wide === undefined) return loudly(t, 'IPv6 is not there whole')
  const groups = ['ff02::fd', 'ff05::fd', fourGroup].map((host) => ({ host, port: 0 }))
  await using world = await World.of([anyPort], groups)
  const responses = await world.ask(`coap://[ff05::fd]:${world.port}/`, wide.on)
  assert.deepEqual([responses.length, world.multicast], [1, [true]])
})

test('an address that comes later makes a member there, too', async () => {
  const local: LocalAddress[] = [{ host: '127.0.0.2', loopback: true }]
  const context = createContext(1)
  await using world = await World.of([anyPort], [{ host: fourGroup, port: 0 }], () => local, context)
  const uri = `coap://${fourGroup}:${world.port}/`
  await world.ask(uri, 'lo')
  assert.deepEqual(world.multicast, [], 'on an interface that nobody knows there is no member')
  local.push({ host: '127.0.0.1', loopback: true, on: 'lo' })
  for (let look = 0; world.multicast.length === 0 && look < 20; look++) {
    await context.clock.advance(10_000)
    await world.ask(uri, 'lo')
  }
  assert.ok(world.multicast.length > 0)
})

test('the interfaces to ask a group through are those that reach it', () => {
  const at = (host: string, on: string, loopback = false): LocalAddress => ({ host, on, loopback })
  const local = [
    at('127.0.0.1', 'lo', true),
    at('::1', 'lo', true),
    at('192.0.2.1', 'a'),
    at('198.51.100.1', 'b'),
    at('fe80::1%a', 'a'),
    at('2001:db8::1', 'a'),
  ]
  const hosts = (host: string, on?: string, zone?: string, of = local) =>
    groupRoutes({ host, port: 1, ...(zone && { zone }) }, on === undefined ? {} : { interface: on }, of).map(
      (route) => route?.host,
    )
  assert.deepEqual(hosts('224.0.1.187'), [undefined], 'what the system takes')
  assert.deepEqual(hosts('224.0.1.187', 'all'), ['192.0.2.1', '198.51.100.1'])
  assert.deepEqual(hosts('224.0.1.187', 'b'), ['198.51.100.1'])
  assert.deepEqual(hosts('224.0.1.187', 'all', undefined, local.slice(0, 2)), ['127.0.0.1'], 'else there is nobody')
  assert.deepEqual(hosts('ff02::fd'), ['fe80::1%a'])
  assert.deepEqual(hosts('ff05::fd', undefined, 'a'), ['2001:db8::1'])
  assert.throws(() => hosts('ff02::fd', 'b'), { code: 'COAP_USAGE', message: /expected lo, a/ })
  assert.throws(() => groupRoutes({ host: 'ff02::fd', port: 1 }, { hops: 256 }, local), { code: 'COAP_USAGE' })
})

/** Nobody shall believe that this was tested. */
function loudly(t: NodeTestContext, why: string): void {
  console.warn(`SKIPPED: ${t.name}: ${why}`)
  t.skip(why)
}

/** A server that is a member of groups, and who asks them. */
class World implements AsyncDisposable {
  readonly client: Endpoint
  readonly server: Endpoint
  readonly multicast: boolean[] = []
  readonly askedFrom: (number | undefined)[] = []

  static async of(
    listen: readonly NetworkAddress[],
    groups: readonly NetworkAddress[],
    local = localAddresses,
    context = nodeContext(),
  ): Promise<World> {
    const world = new World(new ListeningNetwork(listen, { groups, local }), context)
    await world.server.open()
    await world.client.open()
    return world
  }

  private constructor(network: ListeningNetwork, context = nodeContext()) {
    const transmission = { leisure: 0 }
    this.client = new Endpoint({ context: nodeContext(), transports: [plain(new AskingNetwork())] })
    this.server = new Endpoint({
      context,
      transmission,
      transports: [plain(network)],
      handler: (request) => {
        this.multicast.push(request.multicast)
        this.askedFrom.push(request.association?.path.remote.port)
        return Response.text('here')
      },
    })
  }

  get port(): number | undefined {
    return this.server.uris[0]?.port
  }

  request(uri: string): Request {
    return new Request({ code: Code.GET, uri: CoapUri.parse(uri) })
  }

  /** Those who answer in a moment. */
  async ask(uri: string, on?: string): Promise<Response[]> {
    const responses: Response[] = []
    for await (const response of this.client.ask(this.request(uri), {
      timeout: 300,
      ...(on !== undefined && { interface: on }),
    }))
      responses.push(response)
    return responses
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close()
    await this.server.close()
  }
}
