// examples/plugtest: what libcoap's example server has, and a way to end the server.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code } from 'coapstone'
import { plugtest } from '../../examples/plugtest/plugtest.ts'
import { Served } from './served.ts'

test('/time is the time, as a date or in seconds', async () => {
  await using served = await Served.with(plugtest)
  assert.equal(await served.text('/time'), '2026-01-01T12:00:00.000Z')
  assert.equal(await served.text('/time?ticks'), String(Date.UTC(2026, 0, 1, 12) / 1000))
})

test('/time can be set, goes on from there, and is as it was when nothing is put', async () => {
  await using served = await Served.with(plugtest)
  assert.equal((await served.put('/time', '1000000000')).code, Code.Changed)
  served.clock.pass(1500)
  assert.equal(await served.text('/time'), '2001-09-09T01:46:41.500Z')
  assert.equal((await served.put('/time', '')).code, Code.Changed)
  assert.equal(await served.text('/time'), '2026-01-01T12:00:01.500Z')
  assert.equal((await served.put('/time', 'soon')).code, Code.BadRequest)
})

test('/time can be taken away, and created again', async () => {
  await using served = await Served.with(plugtest)
  assert.equal((await served.delete('/time')).code, Code.Deleted)
  assert.equal((await served.get('/time')).code, Code.NotFound)
  assert.equal((await served.put('/time', '')).code, Code.Created)
  assert.equal((await served.get('/time')).code, Code.Content)
})

test('/time is told each second, until it is taken away', async () => {
  await using served = await Served.with(plugtest)
  const seen: string[] = []
  for await (const response of served.client.observe(served.uri('/time'))) {
    seen.push(response.ok ? await response.body.text() : String(response.code))
    if (seen.length < 3) served.clock.pass(1000)
    else await served.delete('/time')
  }
  assert.deepEqual(
    seen.map((each) => each.slice(17, 19)),
    ['00', '01', '02', ''],
  )
})

test('/async answers after as many seconds as asked for, 5 by default', async () => {
  await using served = await Served.with(plugtest)
  for (const [path, seconds] of [
    ['/async', 5],
    ['/async?2', 2],
  ] as const) {
    let answered = false
    const asking = served.text(path).finally(() => {
      answered = true
    })
    await served.until(() => served.clock.waiting === 1)
    served.clock.pass(seconds * 1000 - 1)
    assert.deepEqual([answered, served.clock.waiting], [false, 1])
    served.clock.pass(1)
    assert.equal(await asking, 'done')
  }
  for (const query of ['soon', '61', '-1']) assert.equal((await served.get(`/async?${query}`)).code, Code.BadRequest)
})

test('/example_data can be put, and who observes is told', async () => {
  await using served = await Served.with(plugtest)
  const seen: string[] = []
  for await (const response of served.client.observe(served.uri('/example_data'))) {
    seen.push(await response.body.text())
    if (seen.length === 2) break
    assert.equal((await served.put('/example_data', 'x'.repeat(5000))).code, Code.Changed)
  }
  assert.deepEqual(seen, ['Put something else here.', 'x'.repeat(5000)])
})

test('/shutdown is not there unless it is asked for', async () => {
  await using served = await Served.with(plugtest)
  assert.equal((await served.post('/shutdown', 'sesame')).code, Code.NotFound)
})

test('/shutdown ends the server for who knows the word, once the answer has left', async () => {
  let ended = false
  const shutdown = () => {
    ended = true
  }
  await using served = await Served.with((clock) => plugtest(clock, { shutdown }))
  assert.equal((await served.post('/shutdown', 'please')).code, Code.Forbidden)
  served.clock.pass(500)
  assert.equal(ended, false)
  assert.equal((await served.post('/shutdown', 'sesame')).code, Code.Changed)
  assert.equal(ended, false)
  served.clock.pass(500)
  await served.until(() => ended)
})
