// examples/plugtest: bodies of several blocks (TD_COAP_BLOCK_01 to 06), and answers of any length.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code, ContentFormat, options } from 'coapstone'
import { plugtest } from '../../examples/plugtest/plugtest.ts'
import { Served } from './served.ts'

const long = 'Each line of this text is the same.\n'.repeat(100)

test('/large is 1,280 bytes, in blocks of the size that the client asks for', async () => {
  await using served = await Served.with(plugtest)
  for (const blockSize of [16, 64, 1024]) {
    const text = await served.text('/large', { blockSize })
    assert.equal(text.length, 1280)
    assert.equal(text.split('\n')[3], 'line  4 of 20, bytes 192 to 255 '.padEnd(63, '.'))
  }
})

test('/large-update gives what was put, however long, in its Content-Format only', async () => {
  await using served = await Served.with(plugtest)
  assert.equal((await served.text('/large-update')).length, 1280)
  assert.equal((await served.put('/large-update', long)).code, Code.Changed)
  assert.equal(await served.text('/large-update'), long)
  assert.equal((await served.get('/large-update', { accept: ContentFormat.xml })).code, Code.NotAcceptable)
  assert.match(await served.text('/.well-known/core', { query: ['href=/large-update'] }), /;sz=3600;/)
})

test('/large-create keeps what is posted, each at a location of its own, and lists it', async () => {
  await using served = await Served.with(plugtest)
  const { code, options: about } = await served.post('/large-create', long)
  assert.equal(code, Code.Created)
  assert.deepEqual(about.getAll(options.LocationPath), ['large-create', '1'])
  await served.post('/large-create', '{}', { contentFormat: ContentFormat.json })
  assert.equal(await served.text('/large-create/1'), long)
  assert.equal(await served.text('/large-create'), '</large-create/1>;sz=3600;ct=0,</large-create/2>;sz=2;ct=50')
  assert.equal((await served.delete('/large-create/1')).code, Code.Deleted)
  assert.equal((await served.get('/large-create/1')).code, Code.NotFound)
  assert.equal((await served.delete('/large-create/1')).code, Code.NotFound)
})

test('/large-create keeps 16: the first ones go', async () => {
  await using served = await Served.with(plugtest)
  for (let count = 1; count <= 17; count++) await served.post('/large-create', String(count))
  assert.equal((await served.get('/large-create/1')).code, Code.NotFound)
  assert.equal(await served.text('/large-create/2'), '2')
  assert.equal(await served.text('/large-create/17'), '17')
})

test('/large-post gives back a text in capitals, both ways in blocks', async () => {
  await using served = await Served.with(plugtest)
  const response = await served.post('/large-post', long, { blockSize: 256 })
  assert.deepEqual([response.code, await response.body.text()], [Code.Changed, long.toUpperCase()])
  const unfit = await served.post('/large-post', '{}', { contentFormat: ContentFormat.json })
  assert.equal(unfit.code, Code.UnsupportedContentFormat)
})

test('/benchmark gives back what is posted, or as much of it as it is asked for', async () => {
  await using served = await Served.with(plugtest)
  const posted = await served.post('/benchmark', 'abc')
  assert.deepEqual([posted.code, await posted.body.text()], [Code.Changed, 'abc'])
  assert.equal(await (await served.post('/benchmark?rlen=2', 'abc')).body.text(), 'ab')
  assert.equal(await (await served.post('/benchmark?rlen=5', 'abc')).body.text(), 'abc**')
  assert.equal((await served.text('/benchmark?rlen=5000')).length, 5000)
  assert.equal(await served.text('/benchmark'), 'hello benchmark')
})

test('/benchmark refuses what is no length, and what it does not know', async () => {
  await using served = await Served.with(plugtest)
  for (const query of ['rlen=x', 'rlen=1048577', 'rlen=-1', 'ack', 'rlen'])
    assert.equal((await served.get(`/benchmark?${query}`)).code, Code.BadOption, query)
})
