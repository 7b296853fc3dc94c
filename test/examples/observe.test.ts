// examples/plugtest: what changes by itself, and how watching it ends (TD_COAP_OBS_01 to 14).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code, ContentFormat, options, type Response } from 'coapstone'
import { period } from '../../examples/plugtest/observe.ts'
import { plugtest } from '../../examples/plugtest/plugtest.ts'
import { Served } from './served.ts'

/** What an observer sees, until it ends or so many have come. `next` is what happens after each. */
async function seen(
  served: Served,
  path: string,
  next: (count: number) => unknown,
  most = Number.POSITIVE_INFINITY,
): Promise<Response[]> {
  const responses: Response[] = []
  for await (const response of served.client.observe(served.uri(path))) {
    responses.push(response)
    if (responses.length >= most) break
    await next(responses.length)
  }
  return responses
}

const texts = (responses: readonly Response[]) => responses.map(({ payload }) => new TextDecoder().decode(payload))

for (const path of ['/obs', '/obs-non']) {
  test(`${path} is the time, and changes every five seconds`, async () => {
    await using served = await Served.with(plugtest)
    const responses = await seen(served, path, () => served.clock.pass(period), 2)
    assert.deepEqual(texts(responses), ['12:00:00', '12:00:05'])
    for (const response of responses) assert.equal(response.options.get(options.MaxAge), 10)
  })

  test(`${path} is what is put there, until it changes by itself`, async () => {
    await using served = await Served.with(plugtest)
    assert.deepEqual(texts(await seen(served, path, () => served.put(path, 'mine'), 2)), ['12:00:00', 'mine'])
    assert.equal(await served.text(path), 'mine')
    served.clock.pass(period)
    assert.equal(await served.text(path), '12:00:05')
  })

  test(`${path} in another Content-Format ends what observes the one before with 4.06`, async () => {
    await using served = await Served.with(plugtest)
    const json = { contentFormat: ContentFormat.json }
    const responses = await seen(served, path, async () => served.put(path, '{}', json))
    assert.deepEqual(
      responses.map(({ code }) => code),
      [Code.Content, Code.NotAcceptable],
    )
    assert.equal((await served.get(path)).contentFormat, ContentFormat.json)
  })

  test(`${path} is deleted for those who observe it: a last 4.04`, async () => {
    await using served = await Served.with(plugtest)
    const responses = await seen(served, path, async () => {
      assert.equal((await served.delete(path)).code, Code.Deleted)
    })
    assert.deepEqual(
      responses.map(({ code }) => code),
      [Code.Content, Code.NotFound],
    )
    assert.equal((await served.get(path)).code, Code.Content)
  })
}

test('/obs-large is longer than a message, and changes every five seconds', async () => {
  await using served = await Served.with(plugtest)
  const all = texts(await seen(served, '/obs-large', () => served.clock.pass(period), 2))
  assert.deepEqual(
    all.map((text) => [text.slice(0, 9), text.length]),
    [
      ['12:00:00\n', 1280],
      ['12:00:05\n', 1280],
    ],
  )
})

for (const path of ['/obs-pumping', '/obs-pumping-non']) {
  test(`${path} grows and shrinks`, async () => {
    await using served = await Served.with(plugtest)
    const lengths: number[] = []
    for (let turn = 0; turn < 5; turn++) {
      lengths.push((await served.text(path)).length)
      served.clock.pass(period)
    }
    assert.deepEqual(lengths, [8, 200, 1500, 200, 8])
    const observed = texts(await seen(served, path, () => served.clock.pass(period), 2))
    assert.deepEqual(
      observed.map(({ length }) => length),
      [200, 1500],
    )
  })
}

test('/obs-reset wants the word', async () => {
  await using served = await Served.with(plugtest)
  assert.equal((await served.post('/obs-reset', 'please')).code, Code.Forbidden)
})

test('/obs-reset?notfound ends all observations with 4.04', async () => {
  await using served = await Served.with(plugtest)
  for (const path of ['/obs', '/obs-large', '/obs-pumping-non']) {
    const responses = await seen(served, path, async () => {
      assert.equal((await served.post('/obs-reset?notfound', 'sesame')).code, Code.Changed)
    })
    assert.equal(responses.at(-1)?.code, Code.NotFound)
  }
})

test('/obs-reset forgets who observes without a word, and tells who has not come back after five minutes', async () => {
  await using served = await Served.with(plugtest)
  const next = async (count: number) => {
    if (count > 1) return
    assert.equal((await served.post('/obs-reset', 'sesame')).code, Code.Changed)
    served.clock.pass(299_999)
    assert.equal(served.server.endpoint.sizes.observations, 1)
    assert.equal(served.server.endpoint.statistics.notificationsSent, 0)
    served.clock.pass(1)
  }
  const responses = await seen(served, '/obs', next)
  assert.deepEqual(
    responses.map(({ code }) => code),
    [Code.Content, Code.NotFound],
  )
})
