import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request, type RequestInit } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { parseLinks } from '../links/parse-links.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { Accept, IfMatch, type Option, UriPath, UriQuery } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { createContext } from '../testing/context.ts'
import { Router } from './router.ts'
import { wellKnownCore } from './well-known-core.ts'

const handler = () => Response.text('')
const sensors = new Router()
  .get('/temperature', handler, { rt: 'temperature-c', if: 'sensor', ct: [0, 50, 60], obs: true, title: 'Küche' })
  .put('/temperature', handler, { rt: ['calibrated', 'temperature-c'], sz: 20, accepts: [50] })
  .get('/lights/:id', handler, { links: ['/lights/1', '/lights/2'], rt: 'light' })
  .get('/secret', handler, { hidden: true })
  .get('/files/*rest', handler)
const router = new Router().mount('/sensors', sensors).get('/Türen/a%2Fb', handler)

test('the routes of a router are listed with their attributes, one link a path', async () => {
  const response = await ask()
  assert.equal(response.code, Code.Content)
  assert.equal(response.contentFormat, ContentFormat.linkFormat)
  assert.deepEqual((await response.body.text()).split(',</').join('\n</').split('\n'), [
    '</sensors/temperature>;rt="temperature-c calibrated";if="sensor";ct="0 50 60";obs;title="Küche";sz=20',
    '</sensors/lights/1>;rt="light"',
    '</sensors/lights/2>;rt="light"',
    '</T%C3%BCren/a%2Fb>',
  ])
})

test('what is listed can be read as links', async () => {
  const [temperature] = parseLinks(await (await ask()).body.text())
  assert.deepEqual(temperature?.contentFormats, [0, 50, 60])
  assert.equal(temperature?.observable, true)
})

test('a query filters what is listed', async () => {
  const targets = async (...query: string[]) =>
    parseLinks(await (await ask(query)).body.text()).map(({ target }) => target)
  assert.deepEqual(await targets('rt=light'), ['/sensors/lights/1', '/sensors/lights/2'])
  assert.deepEqual(await targets('rt=temp*'), ['/sensors/temperature'])
  assert.deepEqual(await targets('href=/sensors/lights/2'), ['/sensors/lights/2'])
  assert.deepEqual(await targets('ct=60'), ['/sensors/temperature'])
  assert.deepEqual(await targets('obs'), ['/sensors/temperature'])
  assert.deepEqual(await targets('rt=nothing'), [])
})

test('a filter that matches nothing gets an empty list, and nothing at all if it was asked of a group', async () => {
  const one = await ask(['rt=nothing'])
  assert.deepEqual([one.code, one.payload.length], [Code.Content, 0])
  assert.equal(await ask(['rt=nothing'], { multicast: true }), Response.none)
  assert.equal((await ask(['rt=light'], { multicast: true })).code, Code.Content)
})

test('the list is there in link-format only', async () => {
  const asked = (format: number) =>
    ask([], { options: new Options().set(UriPath, ['.well-known', 'core']).add(Accept, format) })
  assert.equal((await asked(ContentFormat.json)).code, Code.NotAcceptable)
  assert.equal((await asked(ContentFormat.linkFormat)).code, Code.Content)
})

test('a route that is added later is listed', async () => {
  const growing = new Router()
  assert.equal((await ask([], {}, growing)).payload.length, 0)
  growing.get('/new', handler)
  assert.equal(await (await ask([], {}, growing)).body.text(), '</new>')
})

test('a list of its own goes before, and all else is left to the router', async () => {
  const own = new Router().get('/.well-known/core', () => Response.text('mine')).get('/a', () => Response.text('a'))
  assert.equal(await (await ask([], {}, own)).body.text(), 'mine')
  const other = new Router().get('/.well-known/edhoc', () => Response.text('edhoc'))
  const edhoc = await ask([], { options: new Options().set(UriPath, ['.well-known', 'edhoc']) }, other)
  assert.equal(await edhoc.body.text(), 'edhoc')
  assert.equal((await ask([], { code: Code.PUT }, other)).code, Code.MethodNotAllowed)
})

test('a critical option that no layer deals with is refused here too', async () => {
  const options = new Options().set(UriPath, ['.well-known', 'core']).add(IfMatch, new Uint8Array(1))
  assert.equal((await ask([], { options })).code, Code.BadOption)
  assert.equal((await ask([], { options }, router, [IfMatch])).code, Code.Content)
})

function ask(
  query: readonly string[] = [],
  init: Partial<RequestInit> = {},
  of: Router = router,
  understood: readonly Option<unknown>[] = [],
): Response | Promise<Response> {
  const context = createContext(1)
  const asked = wellKnownCore(of, understood)(of.handlerOn(context, understood), context)
  const options = new Options().set(UriPath, ['.well-known', 'core']).set(UriQuery, query)
  return asked(new Request({ code: Code.GET, options, ...init }))
}
