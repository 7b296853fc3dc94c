// In the end an observer has the last state, also where a notification was lost or nothing changes for long (RFC 7641 1.3, 4.3.1, 4.5).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Code } from '../../coap/src/message/code.ts'
import { Type } from '../../coap/src/message/datagram.ts'
import { MaxAge } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { assertRising, observed } from './observer.ts'

/** A server whose states are fresh for so many seconds. */
async function freshFor(maxAge: number, refresh = false) {
  const { state, subject, ...rest } = await observed({
    notifications: { refresh },
    handler: () =>
      new Response({
        code: Code.Content,
        payload: new TextEncoder().encode(state.value),
        options: new Options().add(MaxAge, maxAge),
      }).observing(subject),
  })
  return { state, subject, ...rest }
}

test('a Non-confirmable notification is followed by a Confirmable one when the state has come to rest, before Max-Age is over', async () => {
  const { subject, state, observer, server } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  state.value = '1'
  subject.changed()
  await observer.acknowledge(29_000)
  assert.deepEqual(observer.seen, ['NON 2.05 0', 'NON 2.05 1'])
  await observer.acknowledge(2000)
  assert.deepEqual(observer.seen, ['NON 2.05 0', 'NON 2.05 1', 'CON 2.05 1'])
  assertRising(observer.numbers)
  await observer.acknowledge(1_000_000)
  assert.equal(observer.received.length, 3)
  assert.equal(server.sizes.observations, 1)
})

test('it follows earlier where Max-Age is shorter, and not within the time in which the first counts as outstanding', async () => {
  for (const [maxAge, millisecond] of [
    [10, 5000],
    [0, 3000],
    [86_400, 30_000],
  ] as const) {
    const { subject, observer } = await freshFor(maxAge)
    await observer.register({ type: Type.NonConfirmable })
    subject.changed()
    await observer.wait(millisecond - 10)
    assert.equal(observer.received.length, 2, `Max-Age ${maxAge}`)
    await observer.wait(20)
    assert.equal(observer.received.length, 3, `Max-Age ${maxAge}`)
  }
})

test('what has waited for its turn all the time is repeated after it has left, under a higher number', async () => {
  const { subject, observer, server } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  const uri = CoapUri.parse('coap://192.0.2.2')
  const payload = new Uint8Array(100) // as many seconds does it count as outstanding (RFC 7252 4.7)
  const asked = Promise.resolve(server.send(new Request({ code: Code.POST, uri, payload, confirmable: false })))
  asked.catch(() => {})
  subject.changed()
  await observer.wait(40_000)
  assert.deepEqual(observer.seen, ['NON 2.05 0', `NON 0.02 ${'\0'.repeat(100)}`])
  while (observer.received.length < 3) await observer.wait(1000)
  await observer.wait(4000) // as long as it counts as outstanding, and longer
  assert.deepEqual(observer.seen.slice(2), ['NON 2.05 0'])
  for (let second = 0; second < 40; second++) await observer.acknowledge(1000)
  assert.deepEqual(observer.seen.slice(2), ['NON 2.05 0', 'CON 2.05 0'])
  assertRising(observer.numbers.filter((number) => number !== undefined))
  await server.close()
})

test('while the state goes on changing nothing is repeated', async () => {
  const { subject, state, observer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  for (let number = 1; number <= 5; number++) {
    state.value = String(number)
    subject.changed()
    await observer.acknowledge(20_000)
  }
  assert.deepEqual(
    observer.seen.slice(1),
    [1, 2, 3, 4, 5].map((number) => `NON 2.05 ${number}`),
  )
})

test('who does not acknowledge it is observed no longer: nobody there wants it', async () => {
  const { subject, observer, server } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  subject.changed()
  await observer.wait(200_000)
  assert.equal(server.sizes.observations, 0)
  assert.equal(observer.received.length, 2 + 5)
})

test('a newer state takes the place of the one that was to be repeated', async () => {
  const { subject, state, observer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  subject.changed()
  await observer.wait(30_100)
  state.value = 'newer'
  subject.changed()
  await observer.acknowledge(100)
  assert.deepEqual(observer.seen, ['NON 2.05 0', 'NON 2.05 0', 'CON 2.05 0', 'NON 2.05 newer'])
  assertRising(observer.numbers)
})

test('only who was told in Non-confirmable messages is told again', async () => {
  const { subject, observer, peer } = await observed()
  const other = peer(3)
  await observer.register({ type: Type.NonConfirmable })
  await other.register()
  subject.changed()
  await other.acknowledge(30_100)
  await observer.acknowledge(60_000)
  await other.acknowledge()
  assert.deepEqual([observer.received.length, other.received.length], [3, 2])
})

test('every n-th notification is Confirmable, as the server says', async () => {
  for (const [confirmableEvery, kinds] of [
    [1, ['CON', 'CON', 'CON', 'CON']],
    [2, ['NON', 'CON', 'NON', 'CON']],
    [3, ['NON', 'NON', 'CON', 'NON']],
  ] as const) {
    const { subject, observer } = await observed({ notifications: { confirmableEvery } })
    await observer.register({ type: Type.NonConfirmable })
    for (let number = 0; number < kinds.length; number++) {
      subject.changed()
      await observer.acknowledge(4000)
    }
    assert.deepEqual(
      observer.seen.slice(1).map((line) => line.slice(0, 3)),
      kinds,
    )
  }
})

test('a number of notifications that is none is refused', async () => {
  for (const confirmableEvery of [0, -1, 1.5, Number.NaN])
    await assert.rejects(observed({ notifications: { confirmableEvery } }), { code: 'COAP_USAGE' })
})

test('a server may tell of a state again shortly before its Max-Age is over: the handler is asked, and the number is higher', async () => {
  const { observer, state } = await freshFor(20, true)
  await observer.register()
  await observer.acknowledge(17_000)
  assert.equal(observer.received.length, 1)
  state.value = 'silently another'
  await observer.wait(1100)
  for (let period = 0; period < 2; period++) await observer.acknowledge(18_100)
  await observer.acknowledge()
  assert.equal(observer.received.length, 4)
  assert.equal(observer.seen[1], 'CON 2.05 silently another')
  assertRising(observer.numbers)
})

test('by itself it does not: clients ask when Max-Age is over', async () => {
  const { observer } = await freshFor(20)
  await observer.register()
  await observer.acknowledge(1_000_000)
  assert.equal(observer.received.length, 1)
})

test('what is told again ends with its observers', async () => {
  const { observer, context, server } = await freshFor(20, true)
  await observer.register()
  await observer.deregister()
  assert.equal(server.sizes.observations, 0)
  await server.close()
  assert.equal(context.clock.timers.next, undefined)
})

test('with an estimate of the round-trip time, one Non-confirmable notification leaves in about as long (4.5.1)', async () => {
  const { subject, observer, server } = await observed({ transmission: { congestion: 'cocoa' } })
  await observer.register({ type: Type.NonConfirmable })
  await observer.ask({ observe: 0, path: 'b', token: [9] })
  for (let tenth = 0; tenth < 300; tenth++) {
    subject.changed()
    await observer.acknowledge(100)
  }
  const before = server.statistics.notificationsSent
  for (let tenth = 0; tenth < 100; tenth++) {
    subject.changed()
    await observer.acknowledge(100)
  }
  const sent = server.statistics.notificationsSent - before
  assert.ok(sent > 10, `${sent} notifications in 10 s`) // 3 or 4 without an estimate
})
