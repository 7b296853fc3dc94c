import assert from 'node:assert/strict'
import { test } from 'node:test'
import { platform } from '#platform'
import { Endpoint } from '../endpoint/endpoint.ts'
import type { Handler } from '../handler/handler.ts'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Subject } from '../handler/subject.ts'
import { contentTag } from '../layers/content-tag.ts'
import { log } from '../layers/log.ts'
import { Code } from '../message/code.ts'
import { Accept, ETag, IfMatch, Observe, type Option, ProxyScheme } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Router } from './router.ts'
import { type ServeOptions, type Server, serve, serveDefaults } from './serve.ts'

const local = { listen: ['coap://127.0.0.1:0'] }

test('a router is served at a free port, and its routes are listed', async () => {
  const router = new Router().get('/hello', () => Response.text('Hello!'), { rt: 'greeting' })
  await served(router, local, async (ask, { uris }) => {
    assert.match(String(uris), /^coap:\/\/127\.0\.0\.1:\d+\/$/)
    assert.equal(await (await ask('/hello')).body.text(), 'Hello!')
    assert.equal(await (await ask('/.well-known/core')).body.text(), '</hello>;rt="greeting"')
  })
})

test('nothing is listed by a server that does not want to', async () => {
  await served(new Router(), { ...local, wellKnownCore: false }, async (ask) => {
    assert.equal((await ask('/.well-known/core')).code, Code.NotFound)
  })
})

test('a handler is served without a router, and held to what the client accepts and understands', async () => {
  const handler: Handler = ({ path }) => Response.text(path.join(' '))
  await served(handler, local, async (ask) => {
    assert.equal(await (await ask('/a/b')).body.text(), 'a b')
    assert.equal((await ask('/a', [Accept, 50])).code, Code.NotAcceptable)
    assert.equal((await ask('/a', [ProxyScheme, 'coap'])).code, Code.ProxyingNotSupported)
  })
})

test('conditions are checked for all routes, unless a server leaves them to its routes, which then say that they understand them', async () => {
  const router = new Router().get('/a', () => Response.text('a'))
  const other = [IfMatch, new Uint8Array(1)] as const
  await served(router, local, async (ask) => {
    assert.equal((await ask('/a', other)).code, Code.PreconditionFailed)
    assert.equal((await ask('/a', [IfMatch, contentTag(new TextEncoder().encode('a'))])).code, Code.Content)
    assert.equal((await ask('/.well-known/core', other)).code, Code.PreconditionFailed)
  })
  await served(router, { ...local, conditional: false }, async (ask) => {
    assert.equal((await ask('/a', other)).code, Code.BadOption)
  })
  await served(router, { ...local, conditional: { etag: 'always' } }, async (ask) => {
    assert.equal((await ask('/a')).options.has(ETag), true)
  })
})

test('layers go around the handler, and what they understand is not refused', async () => {
  const lines: string[] = []
  const reading = Object.assign((next: Handler): Handler => next, { understands: [IfMatch] })
  const router = new Router().get('/a', () => Response.text('a'))
  for (const handler of [router, router.handlerOn(platform.context(), [IfMatch])]) {
    const options = { ...local, conditional: false, layers: [log((line) => lines.push(line)), reading] } as const
    await served(handler, options, async (ask) => {
      assert.equal((await ask('/a', [IfMatch, new Uint8Array(1)])).code, Code.Content)
      assert.match(lines.pop() as string, /^nobody at 127\.0\.0\.1:\d+: GET \/a → 2\.05 Content/)
    })
  }
})

test('a handler without a router is asked again without its layers when a subject changes', async () => {
  const subject = new Subject()
  let state = 0
  const handler: Handler = () => Response.text(`${state}`).observing(subject)
  const exclaim = (next: Handler): Handler => {
    const loud = (response: Response) => response.with({ payload: Uint8Array.of(...response.payload, 0x21) })
    return (request) => (next(request) as Response).map(loud)
  }
  await served(handler, { ...local, layers: [exclaim] }, async (ask) => {
    const response = await ask('/', [Observe, 0])
    assert.equal(await response.body.text(), '0!')
    state = 1
    subject.changed()
    for await (const notification of response.notifications ?? []) {
      assert.equal(await notification.body.text(), '1!')
      break
    }
  })
})

test('localhost is listened at by IPv4 and, where there is one, by IPv6, at one port', async () => {
  await served(new Router(), { listen: ['coap://localhost:0'] }, async (_ask, { uris }) => {
    assert.ok(uris.some(({ host }) => host === '127.0.0.1'))
    assert.deepEqual(
      uris.filter(({ host }) => !['127.0.0.1', '::1'].includes(host)),
      [],
    )
    assert.equal(new Set(uris.map(({ port }) => port)).size, 1)
  })
})

test('[::] is listened at by all addresses of this machine', async () => {
  await served(
    new Router().get('/a', () => Response.text('a')),
    { listen: ['coap://[::]:0'] },
    async (_ask, { uris }) => {
      assert.ok(uris.some(({ host }) => host === '127.0.0.1'))
      assert.ok(uris.every(({ host }) => host !== '::'))
    },
  )
})

test('who does not say where is served at the default port (RFC 7252 7.1)', () => {
  assert.deepEqual(
    serveDefaults.listen.map((uri) => CoapUri.parse(uri).port),
    [5683],
  )
})

test('several places are listened at', async () => {
  const listen = ['coap://127.0.0.1:0', 'coap://127.0.0.2:0']
  await served(new Router(), { listen }, async (_ask, { uris }) => {
    assert.deepEqual(
      uris.map(({ host }) => host),
      ['127.0.0.1', '127.0.0.2'],
    )
  })
})

test('what is no place to listen at is refused with what to do instead', async () => {
  const refused: readonly (readonly [string[], RegExp, string])[] = [
    [['coaps://localhost'], /^coaps: is not there yet: listen at 'coap:\/\/localhost'/, 'COAP_SCHEME'],
    [['coap+tcp://[::1]:7000'], /^coap\+tcp: is not there yet: listen at 'coap:\/\/\[::1\]'/, 'COAP_SCHEME'],
    [
      ['coap://localhost/hello'],
      /listens at a host and a port, as in 'coap:\/\/localhost', not at .*paths are routes/,
      'COAP_USAGE',
    ],
    [['coap://localhost?a'], /listens at a host and a port/, 'COAP_USAGE'],
    [['http://localhost'], /coap/, 'COAP_FORMAT'],
    [['localhost'], /coap/, 'COAP_FORMAT'],
    [[], /listen has at least one URI/, 'COAP_USAGE'],
  ]
  for (const [listen, message, code] of refused)
    await assert.rejects(serve(new Router(), { listen }), { code, message }, String(listen))
  await assert.rejects(serve({} as Router, local), { code: 'COAP_USAGE', message: /needs a Router, or a function/ })
})

test('a port that is in use is an error that says so, and nothing stays open', async () => {
  await served(new Router(), local, async (_ask, { uris }) => {
    const listen = ['coap://127.0.0.2:0', `coap://127.0.0.1:${uris[0]?.port}`]
    await assert.rejects(serve(new Router(), { listen }), {
      code: 'COAP_PORT_IN_USE',
      message: /port \d+ of 127\.0\.0\.1 is in use: choose another one, or 0/,
    })
  })
})

test('an address that this machine does not have is an error that says so', async () => {
  await assert.rejects(serve(new Router(), { listen: ['coap://192.0.2.1:0'] }), {
    code: 'COAP_CANNOT_LISTEN',
    message: /192\.0\.2\.1 is no address of this machine/,
  })
})

test('a server that was closed answers no more', async () => {
  const server = await serve(new Router(), local)
  await server.close()
  await server.close()
  assert.deepEqual(server.uris, [])
})

type Ask = <T>(path: string, ...options: (readonly [Option<T>, T])[]) => Promise<Response>

async function served(
  handler: Router | Handler,
  options: ServeOptions,
  use: (ask: Ask, server: Server) => Promise<void>,
): Promise<void> {
  const context = platform.context()
  const client = await new Endpoint({ context, transports: platform.asking(context) }).open()
  const server = await serve(handler, options)
  const ask: Ask = async (path, ...given) => {
    const wanted = new Options()
    for (const [option, value] of given) wanted.add(option, value)
    const uri = (server.uris[0] as CoapUri).resolve(path)
    return client.send(new Request({ code: Code.GET, uri, options: wanted }))
  }
  try {
    await use(ask, server)
  } finally {
    await client.close()
    await server.close()
  }
}
