// examples/plugtest: methods, types, paths, queries, locations and formats (TD_COAP_CORE_01 to 20).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code, ContentFormat, Options, options } from 'coapstone'
import { plugtest } from '../../examples/plugtest/plugtest.ts'
import { Served } from './served.ts'

test('/hello greets', async () => {
  await using served = await Served.with(plugtest)
  assert.equal(await served.text('/hello'), 'Hello from Coapstone!')
})

test('/test says what it was asked with, confirmable or not', async () => {
  await using served = await Served.with(plugtest)
  assert.match(await served.text('/test'), /^Type: 0 \(CON\)\nCode: 1 \(GET\)\nToken: [0-9a-f]+$/)
  assert.match(await served.text('/test', { confirmable: false }), /^Type: 1 \(NON\)\nCode: 1 \(GET\)\n/)
  assert.equal((await served.get('/test')).contentFormat, ContentFormat.text)
})

test('/test takes PUT and DELETE, and PUT with If-None-Match is refused: it is there', async () => {
  await using served = await Served.with(plugtest)
  assert.equal((await served.put('/test', 'x')).code, Code.Changed)
  assert.equal((await served.delete('/test')).code, Code.Deleted)
  const absent = { options: new Options().set(options.IfNoneMatch, true) }
  assert.equal((await served.put('/test', 'x', absent)).code, Code.PreconditionFailed)
})

test('what is posted to /test is created at /location1/location2/location3, listed there, and can be deleted', async () => {
  await using served = await Served.with(plugtest)
  const path = '/location1/location2/location3'
  const isListed = async () => (await served.text('/.well-known/core', { query: [`href=${path}`] })) !== ''
  assert.equal((await served.get(path)).code, Code.NotFound)
  assert.equal(await isListed(), false)
  const { code, options: about } = await served.post('/test', '{}', { contentFormat: ContentFormat.json })
  assert.equal(code, Code.Created)
  assert.deepEqual(about.getAll(options.LocationPath), ['location1', 'location2', 'location3'])
  const created = await served.get(path)
  assert.deepEqual([created.code, created.contentFormat], [Code.Content, ContentFormat.json])
  assert.equal(await isListed(), true)
  assert.equal((await served.delete(path)).code, Code.Deleted)
  assert.equal((await served.get(path)).code, Code.NotFound)
})

test('/location-query creates at a query', async () => {
  await using served = await Served.with(plugtest)
  const { code, options: about } = await served.post('/location-query', 'x')
  assert.equal(code, Code.Created)
  assert.deepEqual(about.getAll(options.LocationQuery), ['first=1', 'second=2'])
})

test('/query shows its arguments, each by itself', async () => {
  await using served = await Served.with(plugtest)
  assert.match(await served.text('/query?first=1&second=a%26b&third'), /\nfirst=1\nsecond=a&b\nthird$/)
})

test('/seg1/seg2/seg3 is there, and what is on the way to it', async () => {
  await using served = await Served.with(plugtest)
  for (const path of ['/seg1', '/seg1/seg2', '/seg1/seg2/seg3'])
    assert.equal(await served.text(path), `This is ${path}`)
  assert.equal((await served.get('/seg1/seg2/seg3/seg4')).code, Code.NotFound)
})

test('/separate answers a second later, and has acknowledged before', async () => {
  await using served = await Served.with(plugtest)
  const asking = served.get('/separate')
  await served.until(() => served.clock.waiting === 1)
  await served.until(() => served.server.endpoint.statistics.sent === 1)
  served.clock.pass(1000)
  assert.match(await (await asking).body.text(), /^Type: 0/)
})

test('/multi-format is text, XML, JSON or CBOR, as the client accepts, and nothing else', async () => {
  await using served = await Served.with(plugtest)
  assert.equal(await served.text('/multi-format'), 'type: CON\ncode: GET\naccept: any')
  assert.equal(
    await served.text('/multi-format', { accept: ContentFormat.xml }),
    '<request type="CON" code="GET" accept="41"/>',
  )
  const expected = { type: 'CON', code: 'GET' }
  const json = await served.get('/multi-format', { accept: ContentFormat.json })
  assert.deepEqual(await json.body.json(), { ...expected, accept: 50 })
  const cbor = await served.get('/multi-format', { accept: ContentFormat.cbor })
  assert.deepEqual([cbor.contentFormat, await cbor.body.cbor()], [60, { ...expected, accept: 60 }])
  assert.equal((await served.get('/multi-format', { accept: 47 })).code, Code.NotAcceptable)
})
