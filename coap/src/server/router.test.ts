import assert from 'node:assert/strict'
import { test } from 'node:test'
import { after, type Handler, type Layer } from '../handler/handler.ts'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Subject } from '../handler/subject.ts'
import { understands } from '../layers/critical-options.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { Accept, ContentFormatOption, IfMatch, Observe, type Option, UriPath, UriQuery } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { createContext } from '../testing/context.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Router } from './router.ts'

test('a request goes to the handler of its path and method', async () => {
  const router = new Router()
    .get('/light', () => Response.text('read'))
    .put('/light', () => Response.text('written'))
    .post('/light', () => Response.text('posted'))
    .delete('/light', () => Response.text('deleted'))
    .fetch('/light', () => Response.text('fetched'))
    .patch('/light', () => Response.text('patched'))
    .ipatch('/light', () => Response.text('patched alike'))
    .get('/', () => Response.text('root'))
  const methods = ['GET', 'PUT', 'POST', 'DELETE', 'FETCH', 'PATCH', 'iPATCH'] as const
  const answers = await Promise.all(methods.map((method) => text(router.handle(request(method, '/light')))))
  assert.deepEqual(answers, ['read', 'written', 'posted', 'deleted', 'fetched', 'patched', 'patched alike'])
  assert.equal(await text(router.handle(request('GET', '/'))), 'root')
})

test('a handler gets what the parameters of its path stand for', async () => {
  const router = new Router()
    .get('/lights/:id', (_request, { id }) => Response.text(id))
    .get('/:building/rooms/:room/*rest', (_request, { building, room, rest }) => Response.json([building, room, rest]))
  assert.equal(await text(router.handle(request('GET', '/lights/7'))), '7')
  assert.equal(await text(router.handle(request('GET', '/lights/a%2Fb'))), 'a/b')
  assert.equal(await text(router.handle(request('GET', '/north/rooms/1/a/b'))), '["north","1",["a","b"]]')
})

test('in each segment a static text goes before a parameter, and that before the rest', async () => {
  const router = new Router()
  for (const path of ['/a/b', '/a/:x', '/:x/b', '/a/*rest', '/:x/:y/c', '/*rest'])
    router.get(path, () => Response.text(path))
  const found = async (path: string) => text(router.handle(request('GET', path)))
  assert.equal(await found('/a/b'), '/a/b')
  assert.equal(await found('/a/z'), '/a/:x')
  assert.equal(await found('/z/b'), '/:x/b')
  assert.equal(await found('/a/b/c'), '/a/*rest')
  assert.equal(await found('/z/y/c'), '/:x/:y/c')
  assert.equal(await found('/z/y/d'), '/*rest')
  assert.equal(await found('/a'), '/a/*rest')
  assert.equal(await found('/'), '/*rest')
})

test('a parameter that led nowhere is forgotten', async () => {
  const router = new Router()
    .get('/:first/:second/end', (_request, params) => Response.json(params))
    .get('/*rest', (_request, params) => Response.json(params))
  assert.equal(await text(router.handle(request('GET', '/a/b/c'))), '{"rest":["a","b","c"]}')
})

test('a parameter stands for a segment with something in it, the rest for none as well', async () => {
  const router = new Router()
    .get('/lights/:id', () => Response.text('light'))
    .get('/files/*rest', (_request, { rest }) => Response.json(rest))
  assert.equal((await router.handle(request('GET', '/lights/'))).code, Code.NotFound)
  assert.equal(await text(router.handle(request('GET', '/files'))), '[]')
  assert.equal(await text(router.handle(request('GET', '/files/'))), '[""]')
})

test('a path that is not there gets 4.04', async () => {
  const router = new Router().get('/a/b', () => Response.text('there'))
  for (const path of ['/', '/a', '/b', '/a/b/c', '/a/b/', '/A/b']) {
    assert.equal((await router.handle(request('GET', path))).code, Code.NotFound, path)
  }
})

test('a method that the path does not have gets 4.05, with those that it has', async () => {
  const router = new Router().get('/a', () => Response.text('there')).put('/a', () => Response.text('there'))
  const response = await router.handle(request('DELETE', '/a'))
  assert.equal(response.code, Code.MethodNotAllowed)
  assert.equal(await response.body.text(), 'allowed: GET, PUT')
})

test('a method that nobody knows gets 4.05, whatever the path', async () => {
  const router = new Router().get('/a', () => Response.text('there'))
  for (const code of [8, 31])
    for (const path of ['/a', '/b']) {
      const unknown = new Request({ code, options: optionsOf(path) })
      assert.equal((await router.handle(unknown)).code, Code.MethodNotAllowed)
    }
})

test('what is there at once is answered in the same turn, what is not later', async () => {
  const router = new Router()
    .get('/now', () => Response.text('now'))
    .get('/later', async () => Response.text('later'))
    .mount(
      '/inner',
      new Router().get('/now', () => Response.text('now')),
    )
    .use((next) => (asked) => after(next(asked), (response) => response))
  assert.ok(router.handle(request('GET', '/now')) instanceof Response)
  assert.ok(router.handle(request('GET', '/inner/now')) instanceof Response)
  assert.ok(router.handle(request('GET', '/nowhere')) instanceof Response)
  assert.equal(await text(router.handle(request('GET', '/later'))), 'later')
})

test('a handler that gives no response is an error that names its route', async () => {
  const nothing = (() => undefined) as unknown as () => Response
  const router = new Router().get('/a/:id', nothing).get('/b', async () => nothing())
  await assert.rejects(async () => router.handle(request('GET', '/a/1')), /GET \/a\/:id gave undefined: expected a Res/)
  await assert.rejects(async () => router.handle(request('GET', '/b')), /GET \/b gave undefined/)
})

test('a second handler for the same path and method is the mistake of the caller', () => {
  const router = new Router().get('/lights/:id', () => Response.text(''))
  const usage = (message: RegExp) => ({ code: 'COAP_USAGE', message })
  assert.throws(() => router.get('/lights/:id', () => Response.text('')), usage(/^GET \/lights\/:id is there already$/))
  assert.throws(
    () => router.get('/lights/:name', () => Response.text('')),
    usage(/^GET \/lights\/:name is there already, as \/lights\/:id$/),
  )
  assert.throws(() => router.get('/a', undefined as unknown as Handler), usage(/GET \/a needs a function/))
  router.put('/lights/:name', () => Response.text(''))
})

test('a mounted router sees the path behind its prefix, and the URI as it was asked for', async () => {
  const asked: Request[] = []
  const floor = new Router()
    .get('/rooms/:room', (inner, { room }) => {
      asked.push(inner)
      return Response.text(room)
    })
    .get('/', () => Response.text('floor'))
  const router = new Router().mount('/house/floor', floor)
  assert.equal(await text(router.handle(request('GET', '/house/floor/rooms/7?x'))), '7')
  assert.equal(await text(router.handle(request('GET', '/house/floor'))), 'floor')
  assert.deepEqual(asked[0]?.path, ['rooms', '7'])
  assert.deepEqual(asked[0]?.query, ['x'])
  assert.deepEqual(asked[0]?.with({ confirmable: false }).path, ['rooms', '7'])
  assert.equal(String(asked[0]?.uri), 'coap://host/house/floor/rooms/7?x')
  assert.equal((await router.handle(request('GET', '/house/floor/nothing'))).code, Code.NotFound)
  assert.equal((await router.handle(request('PUT', '/house/floor'))).code, Code.MethodNotAllowed)
  assert.equal((await router.handle(request('GET', '/house'))).code, Code.NotFound)
})

test('routers are mounted in routers, and a handler like a router', async () => {
  const handler: Handler = ({ path }) => Response.json(path)
  const router = new Router().mount('/a', new Router().mount('/b', new Router().mount('/c', handler)))
  assert.equal(await text(router.handle(request('PUT', '/a/b/c/d/e'))), '["d","e"]')
  assert.equal(await text(router.handle(request('GET', '/a/b/c'))), '[]')
})

test('a route goes before what is mounted at the same prefix', async () => {
  const router = new Router()
    .mount('/', () => Response.text('mounted'))
    .get('/a', () => Response.text('route'))
    .get('/b/c', () => Response.text('route'))
  assert.equal(await text(router.handle(request('GET', '/a'))), 'route')
  assert.equal(await text(router.handle(request('GET', '/b'))), 'mounted')
  assert.equal(await text(router.handle(request('GET', '/'))), 'mounted')
})

test('a prefix that could not be told apart is the mistake of the caller', () => {
  const inner = new Router()
  const router = new Router().mount('/a', inner).get('/b/*rest', () => Response.text(''))
  for (const [prefix, message] of [
    ['/a', /something is mounted at \/a already/],
    ['/b', /or a route takes all that is below/],
    ['/:id', /a prefix has neither parameters/],
    ['/c/', /nor a slash at its end: expected one like '\/floors'/],
    ['c', /expected a slash at its beginning/],
  ] as const)
    assert.throws(() => router.mount(prefix, inner), { code: 'COAP_USAGE', message }, prefix)
  assert.throws(() => router.get('/a/*rest', () => Response.text('')), /is never reached: something is mounted at \/a/)
  assert.throws(() => router.mount('/d', router), /cannot be mounted in itself/)
})

test('layers go around all that a router answers, the first outermost', async () => {
  const order: string[] = []
  const layer =
    (name: string): Layer =>
    (next) =>
    (asked) => {
      order.push(name)
      return next(asked)
    }
  const inner = new Router().use(layer('inner')).get('/b', () => Response.text('b'))
  const router = new Router()
    .get('/before', () => Response.text(''))
    .use(layer('one'), layer('two'))
    .use(layer('three'))
    .get('/after', () => Response.text(''))
    .mount('/inner', inner)
  const passed = async (path: string) => {
    order.length = 0
    await router.handle(request('GET', path))
    return order.join(' ')
  }
  assert.equal(await passed('/before'), 'one two three')
  assert.equal(await passed('/after'), 'one two three')
  assert.equal(await passed('/nowhere'), 'one two three')
  assert.equal(await passed('/inner/b'), 'one two three inner')
})

test('layers live on the context of their endpoint, and none is added once they do', () => {
  const context = createContext(1)
  const seen: unknown[] = []
  const remember: Layer = (next, given) => {
    seen.push(given)
    return next
  }
  const router = new Router().use(remember).mount('/inner', new Router().use(remember))
  router.handlerOn(context)(request('GET', '/inner/x'))
  assert.deepEqual(seen, [context, context])
  assert.throws(() => router.use(remember), { code: 'COAP_USAGE', message: /is being served already/ })
})

test('routes are added while a router is served', async () => {
  const router = new Router()
  assert.equal((await router.handle(request('GET', '/a'))).code, Code.NotFound)
  router.get('/a', () => Response.text('there'))
  assert.equal(await text(router.handle(request('GET', '/a'))), 'there')
})

test('a critical option that no layer deals with gets 4.02, at paths that are not there too', async () => {
  const router = new Router().get('/a', () => Response.text(''))
  for (const path of ['/a', '/b']) {
    const response = await router.handle(request('GET', path, [IfMatch, new Uint8Array(1)]))
    assert.equal(response.code, Code.BadOption)
    assert.equal(await response.body.text(), 'not understood: If-Match')
  }
})

test('a critical option that a layer deals with is understood inside of that layer only', async () => {
  const router = new Router()
    .get('/a', () => Response.text('a'))
    .mount(
      '/inner',
      new Router().use(understands(IfMatch)).get('/b', () => Response.text('b')),
    )
    .mount('/handler', () => Response.text('c'))
  const code = async (handler: Handler, path: string) =>
    (await handler(request('GET', path, [IfMatch, new Uint8Array(1)]))).code
  assert.equal(await code(router.handle, '/a'), Code.BadOption)
  assert.equal(await code(router.handle, '/inner/b'), Code.Content)
  assert.equal(await code(router.handle, '/handler'), Code.BadOption)
  const outer = router.handlerOn(createContext(1), [IfMatch])
  assert.equal(await code(outer, '/a'), Code.Content)
  assert.equal(await code(outer, '/handler'), Code.Content)
})

test('a body of a format that a route does not accept gets 4.15', async () => {
  const router = new Router().put('/a', () => Response.text('taken'), {
    accepts: [ContentFormat.json, ContentFormat.lwm2mTlv],
  })
  const put = (format: number) => router.handle(request('PUT', '/a', [ContentFormatOption, format]))
  const refused = await put(ContentFormat.text)
  assert.equal(refused.code, Code.UnsupportedContentFormat)
  assert.equal(await refused.body.text(), 'accepted: application/json, application/vnd.oma.lwm2m+tlv')
  assert.equal(await text(put(ContentFormat.json)), 'taken')
  assert.equal(await text(put(1542)), 'taken')
  assert.equal(await text(router.handle(request('PUT', '/a'))), 'taken')
})

test('who accepts no format of a route gets 4.06, and the handler is not asked', async () => {
  let asked = 0
  const handler = () => {
    asked++
    return Response.text('done')
  }
  const router = new Router().post('/one', handler, { ct: 0 }).post('/two', handler, { ct: [0, 60] })
  for (const path of ['/one', '/two']) {
    assert.equal((await router.handle(request('POST', path, [Accept, 50]))).code, Code.NotAcceptable)
    assert.equal(asked, 0)
    assert.equal(await text(router.handle(request('POST', path, [Accept, 0]))), 'done')
    asked = 0
  }
})

test('a success of another format than the client accepts becomes 4.06', async () => {
  const router = new Router()
    .get('/now', () => Response.text('text'))
    .get('/later', async () => Response.text('text'))
    .get('/lwm2m', () => Response.bytes(new Uint8Array(1), ContentFormat.lwm2mTlv))
    .mount('/handler', () => Response.text('text'))
  const code = async (path: string, accept: number) =>
    (await router.handle(request('GET', path, [Accept, accept]))).code
  for (const path of ['/now', '/later', '/handler']) {
    assert.equal(await code(path, ContentFormat.json), Code.NotAcceptable, path)
    assert.equal(await code(path, ContentFormat.text), Code.Content, path)
  }
  assert.equal(await code('/lwm2m', 1542), Code.Content)
})

test('an error, and a success without content, go to clients whatever they accept', async () => {
  const router = new Router()
    .put('/a', () => Response.of(Code.Changed))
    .get('/a', () => Response.of(Code.Conflict, '{}', ContentFormat.json))
  assert.equal((await router.handle(request('PUT', '/a', [Accept, 60]))).code, Code.Changed)
  assert.equal((await router.handle(request('GET', '/a', [Accept, 60]))).code, Code.Conflict)
})

test('an observed response is asked for again at its route, with the same parameters and without the layers', async () => {
  const subject = new Subject()
  let passed = 0
  const count: Layer = (next) => (asked) => {
    passed++
    return next(asked)
  }
  let state = 'off'
  const lights = new Router()
    .use(count)
    .get('/:id', ({ path }, { id }) => Response.text(`${path} ${id} ${state}`).observing(subject))
    .get('/later/:id', async (_request, { id }) => Response.text(`later ${id} ${state}`).observing(subject))
  const router = new Router().use(count).mount('/lights', lights)
  for (const [path, first, then] of [
    ['/lights/7', '7 7 off', '7 7 on'],
    ['/lights/later/7', 'later 7 off', 'later 7 on'],
  ] as const) {
    passed = 0
    state = 'off'
    const observed = request('GET', path, [Observe, 0])
    const response = await router.handle(observed)
    assert.equal(await response.body.text(), first)
    state = 'on'
    assert.equal(response.observed?.subject, subject)
    assert.equal(await text(response.observed?.again?.(observed) as Response), then)
    assert.equal(passed, 2)
  }
})

test('a response that a handler gives to several requests stays as it is', async () => {
  const shared = Response.text('shared').observing(new Subject())
  const router = new Router().get('/:id', () => shared)
  const [one, other] = await Promise.all(['/1', '/2'].map((path) => router.handle(request('GET', path, [Observe, 0]))))
  assert.notEqual(one?.observed?.again, other?.observed?.again)
  assert.equal(shared.observed?.again, undefined)
})

test('a handler may name another one to ask again', async () => {
  const again: Handler = () => Response.text('again')
  const router = new Router().get('/a', () => Response.text('first').observing(new Subject(), again))
  assert.equal((await router.handle(request('GET', '/a', [Observe, 0]))).observed?.again, again)
})

test('a router tells its routes, and those of the routers in it by their whole paths', () => {
  const inner = new Router()
    .get('/', () => Response.text(''))
    .put('/:id', () => Response.text(''), { links: ['/1', 'coap://other/2'], rt: 'light' })
  const router = new Router()
    .get('/a', () => Response.text(''), { hidden: true })
    .mount('/lights', inner)
    .mount('/handler', () => Response.text(''))
    .post('/b', () => Response.text(''))
  assert.deepEqual(
    router.routes.map(({ method, path, attributes }) => [method, path, attributes]),
    [
      ['GET', '/a', { hidden: true }],
      ['GET', '/lights', {}],
      ['PUT', '/lights/:id', { links: ['/lights/1', 'coap://other/2'], rt: 'light' }],
      ['POST', '/b', {}],
    ],
  )
})

function request<T>(method: keyof typeof Code, path: string, ...more: (readonly [Option<T>, T])[]): Request {
  const options = optionsOf(path)
  for (const [option, value] of more) options.add(option, value)
  return new Request({ code: Code[method], options, uri: CoapUri.parse(`coap://host${path}`) })
}

function optionsOf(path: string): Options {
  const uri = CoapUri.parse(`coap://host${path}`)
  return new Options().set(UriPath, uri.path).set(UriQuery, uri.query)
}

async function text(response: Response | Promise<Response>): Promise<string> {
  return (await response).body.text()
}
