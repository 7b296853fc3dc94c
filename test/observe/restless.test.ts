// Handlers that change what they show while they are asked: nobody is told turn after turn.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Timer } from '../../coap/src/context/timer.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { observed } from './observer.ts'

test('a handler that changes its own subject when it is asked is asked once for each change from outside', async () => {
  let asked = 0
  const { subject, observer } = await observed({
    handler: () => {
      asked++
      const response = Response.text(String(asked)).observing(subject)
      subject.changed()
      return response
    },
  })
  await observer.register()
  await observer.acknowledge(100)
  asked = 0
  subject.changed()
  for (let second = 0; second < 10; second++) await observer.acknowledge(1000)
  assert.equal(asked, 1)
})

test('what it changes is told to those who observe the subject otherwise, a little later, and does not go round', async () => {
  let value = 0
  const { subject, peer } = await observed({
    handler: ({ path }) => {
      if (path[0] === 'counts' && value < 3) {
        value++
        subject.changed()
      }
      return Response.text(String(value)).observing(subject)
    },
  })
  const [counter, other] = [peer(2), peer(3)]
  await counter.register({ path: 'counts' })
  await other.register({ path: 'shows' })
  subject.changed()
  for (let round = 0; round < 20; round++) {
    await counter.acknowledge(100)
    await other.acknowledge(100)
  }
  assert.equal(other.seen.at(-1), `CON 2.05 ${value}`)
})

test('two handlers that change the subject of each other keep each other awake at a slow pace only', async () => {
  let asked = 0
  const subjects = { a: new Subject(), b: new Subject() }
  const { peer } = await observed({
    handler: ({ path }) => {
      asked++
      const [mine, other] = path[0] === 'a' ? [subjects.a, subjects.b] : [subjects.b, subjects.a]
      other.changed()
      return Response.text('x').observing(mine)
    },
  })
  const observers = [peer(2), peer(3)]
  await observers[0]?.register({ path: 'a' })
  await observers[1]?.register({ path: 'b' })
  asked = 0
  subjects.a.changed()
  for (let tenth = 0; tenth < 100; tenth++) for (const observer of observers) await observer.acknowledge(50)
  assert.ok(asked <= 110, `asked ${asked} times in 10 s`)
})

test('a slow handler that changes its own subject is asked at a slow pace only', async () => {
  let asked = 0
  const { subject, observer, context } = await observed({
    handler: () => {
      asked++
      const response = Response.text(String(asked)).observing(subject)
      return new Promise((resolve) => {
        context.timers.arm(
          new Timer(() => {
            subject.changed()
            resolve(response)
          }),
          1,
        )
      })
    },
  })
  await observer.register()
  for (let tenth = 0; tenth < 100; tenth++) await observer.acknowledge(100)
  assert.ok(asked <= 110, `asked ${asked} times in 10 s`)
  assert.match(observer.seen.at(-1) as string, /^CON 2\.05 \d+$/)
})
