// One question to the handler for all who would get the same answer, and never the answer of another.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Handler } from '../../coap/src/handler/handler.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Code } from '../../coap/src/message/code.ts'
import { ContentFormat } from '../../coap/src/message/content-format.ts'
import { Accept } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { type Asking, bodyOf, observed } from './observer.ts'

test('the handler is asked once for all who get the same: by path, query, Accept, method and body', async () => {
  const { subject, state, peer } = await observed()
  const registrations: readonly Asking[] = [
    { path: 'a' },
    { path: 'b' },
    { query: 'x' },
    { more: new Options().add(Accept, ContentFormat.text) },
    { code: Code.FETCH, payload: 'p' },
    { code: Code.FETCH, payload: 'q' },
  ]
  const observers = []
  for (const [index, asking] of registrations.entries())
    for (const copy of [0, 1, 2]) {
      const observer = peer(2 + 3 * index + copy)
      observers.push(observer)
      await observer.ask({ observe: 0, ...asking })
    }
  state.asked = 0
  subject.changed()
  for (const observer of observers) {
    await observer.acknowledge()
    assert.equal(observer.received.length, 2)
  }
  assert.equal(state.asked, registrations.length)
})

test('requests that only look alike are asked apart', async () => {
  const { subject, state, observer, peer } = await observed()
  await observer.ask({ observe: 0, path: 'a,11:b' })
  await peer(3).ask({ observe: 0, path: 'a/b' })
  state.asked = 0
  subject.changed()
  await observer.wait(0)
  assert.equal(state.asked, 2)
})

test('who looks at who asks is asked for each of them, and nobody gets the answer of another', async () => {
  const { subject, peer } = await observed({
    handler: (request) => Response.text(request.peer.associations[0]?.path.remote.host ?? '').observing(subject),
  })
  const observers = [peer(2), peer(3)]
  for (const observer of observers) await observer.register()
  subject.changed()
  for (const observer of observers) await observer.acknowledge()
  assert.deepEqual(
    observers.map(({ seen }) => seen[1]),
    ['CON 2.05 192.0.2.2', 'CON 2.05 192.0.2.3'],
  )
})

test('who looks at who asks only later shows nobody the answer of another: they register anew', async () => {
  let locked = false
  const handler: Handler = (request) => {
    if (!locked) return Response.text('open').observing(subject)
    return Response.text(`for ${request.peer.associations[0]?.path.remote.host} alone`).observing(subject)
  }
  const { server, subject, peer } = await observed({ handler })
  const observers = [peer(2), peer(3)]
  for (const observer of observers) await observer.register()
  locked = true
  subject.changed()
  for (const observer of observers) await observer.acknowledge()
  for (const { seen } of observers) assert.equal(seen[1], 'CON 5.03 the answer depends on who asks now: observe anew')
  assert.equal(server.sizes.observations, 0)
  for (const observer of observers) await observer.register()
  subject.changed()
  for (const observer of observers) await observer.acknowledge()
  assert.deepEqual(
    observers.map(({ seen }) => seen.at(-1)),
    [2, 3].map((host) => `CON 2.05 for 192.0.2.${host} alone`),
  )
})

test('who looks at who asks only later, and has one observer, goes on with it', async () => {
  let locked = false
  const handler: Handler = (request) =>
    Response.text(locked ? `for ${request.peer.associations[0]?.path.remote.host}` : 'open').observing(subject)
  const { server, subject, observer, peer } = await observed({ handler })
  await observer.register()
  locked = true
  subject.changed()
  await observer.acknowledge()
  assert.equal(observer.seen[1], 'CON 2.05 for 192.0.2.2')
  locked = false
  const other = peer(3)
  await other.register()
  locked = true
  subject.changed()
  await observer.acknowledge()
  await other.acknowledge()
  assert.match(observer.seen.at(-1) as string, /^CON 5\.03/)
  assert.match(other.seen.at(-1) as string, /^CON 5\.03/)
  assert.equal(server.sizes.observations, 0)
})

test('a change with its response goes to all observers, and no handler is asked', async () => {
  const { subject, state, peer } = await observed()
  const observers = [peer(2), peer(3)]
  for (const observer of observers) await observer.register()
  state.asked = 0
  subject.changed(Response.text('given'))
  for (const observer of observers) await observer.acknowledge()
  assert.deepEqual(
    observers.map(({ seen }) => seen[1]),
    ['CON 2.05 given', 'CON 2.05 given'],
  )
  assert.equal(state.asked, 0)
})

test('changes of one turn are one change', async () => {
  const { subject, state, observer } = await observed()
  await observer.register()
  state.asked = 0
  for (const value of ['1', '2', '3']) {
    state.value = value
    subject.changed()
  }
  await observer.acknowledge()
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'CON 2.05 3'])
  assert.equal(state.asked, 1)
})

test('a slow handler is asked again if something changed meanwhile', async () => {
  const answers: ((response: Response) => void)[] = []
  let slow = false
  const { subject, observer } = await observed({
    handler: () => (slow ? new Promise((resolve) => answers.push(resolve)) : Response.text('first').observing(subject)),
  })
  await observer.register()
  slow = true
  subject.changed()
  await observer.wait(1000)
  subject.changed()
  await observer.wait(1000)
  assert.equal(answers.length, 1)
  answers.shift()?.(Response.text('old'))
  await observer.acknowledge()
  answers.shift()?.(Response.text('new'))
  await observer.acknowledge()
  assert.deepEqual(observer.seen, ['ACK 2.05 first', 'CON 2.05 old', 'CON 2.05 new'])
})

test('what layers did to the first response they do to each notification', async () => {
  const shout = (response: Response) => response.with({ payload: new TextEncoder().encode(`${bodyOf(response)}!`) })
  let state = 0
  const again: Handler = () => Response.text(`${state}`)
  const { subject, observer } = await observed({
    handler: () => Response.text(`${state}`).observing(subject, again).map(shout).map(shout),
  })
  await observer.register()
  state = 1
  subject.changed()
  await observer.acknowledge()
  assert.deepEqual(observer.seen, ['ACK 2.05 0!!', 'CON 2.05 1!!'])
})
