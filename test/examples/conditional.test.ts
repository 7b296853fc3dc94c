// examples/plugtest: ETag, If-Match and If-None-Match (TD_COAP_CORE_21 to 23).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code, Options, options, type Response } from 'coapstone'
import { createdFor } from '../../examples/plugtest/conditional.ts'
import { plugtest } from '../../examples/plugtest/plugtest.ts'
import { Served } from './served.ts'

const tagOf = ({ options: about }: Response) => about.get(options.ETag) ?? assert.fail('no ETag')
const having = (tag: Uint8Array) => ({ options: new Options().add(options.ETag, tag) })
const ifMatch = (tag: Uint8Array) => ({ options: new Options().add(options.IfMatch, tag) })
const ifNoneMatch = () => ({ options: new Options().set(options.IfNoneMatch, true) })

test('/validate has a tag, confirms it, and has another one when it is put or deleted', async () => {
  await using served = await Served.with(plugtest)
  const first = await served.get('/validate')
  assert.equal(first.code, Code.Content)
  assert.equal((await served.get('/validate', having(tagOf(first)))).code, Code.Valid)
  const put = await served.put('/validate', 'mine')
  assert.equal(put.code, Code.Changed)
  const second = await served.get('/validate', having(tagOf(first)))
  assert.deepEqual([second.code, await second.body.text()], [Code.Content, 'mine'])
  assert.deepEqual(tagOf(put), tagOf(second))
  assert.equal((await served.delete('/validate')).code, Code.Deleted)
  const third = await served.get('/validate', having(tagOf(second)))
  assert.deepEqual(third.payload, first.payload)
})

test('/validate is put with If-Match as long as the tag is right', async () => {
  await using served = await Served.with(plugtest)
  const first = tagOf(await served.get('/validate'))
  assert.equal((await served.put('/validate', 'mine', ifMatch(first))).code, Code.Changed)
  const second = tagOf(await served.get('/validate'))
  assert.equal((await served.put('/validate', "another's")).code, Code.Changed)
  assert.equal((await served.put('/validate', 'mine again', ifMatch(second))).code, Code.PreconditionFailed)
  assert.equal(await served.text('/validate'), "another's")
})

for (const path of ['/create1', '/create2', '/create3']) {
  test(`${path} is created once: then If-None-Match is refused, until it is deleted`, async () => {
    await using served = await Served.with(plugtest)
    assert.equal((await served.get(path)).code, Code.NotFound)
    assert.equal((await served.put(path, 'mine', ifNoneMatch())).code, Code.Created)
    assert.equal((await served.put(path, "another's", ifNoneMatch())).code, Code.PreconditionFailed)
    assert.equal(await served.text(path), 'mine')
    assert.equal((await served.put(path, 'mine again')).code, Code.Changed)
    assert.equal((await served.delete(path)).code, Code.Deleted)
    assert.equal((await served.put(path, "another's", ifNoneMatch())).code, Code.Created)
  })
}

test('what was created is listed while it is there, and forgotten after half a minute', async () => {
  await using served = await Served.with(plugtest)
  const listed = () => served.text('/.well-known/core', { query: ['href=/create1'] })
  assert.equal(await listed(), '')
  await served.put('/create1', 'mine')
  assert.match(await listed(), /^<\/create1>/)
  served.clock.pass(createdFor - 1)
  assert.equal(await served.text('/create1'), 'mine')
  served.clock.pass(1)
  assert.equal((await served.get('/create1')).code, Code.NotFound)
  assert.equal(await listed(), '')
  assert.equal((await served.put('/create1', 'anew')).code, Code.Created)
})
