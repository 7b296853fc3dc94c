// What observers are sent (RFC 7641 4.2), when and how (4.5), and how it ends.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Handler } from '../../coap/src/handler/handler.ts'
import { Response, ResponseError } from '../../coap/src/handler/response.ts'
import { Code } from '../../coap/src/message/code.ts'
import { ContentFormat } from '../../coap/src/message/content-format.ts'
import { type Datagram, Type } from '../../coap/src/message/datagram.ts'
import { MaxAge, Observe } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { assertRising, observed } from './observer.ts'

const day = 86_400_000

test('while a notification is on its way only the newest state waits', async () => {
  const { subject, state, observer } = await observed()
  await observer.register()
  for (const value of ['1', '2', '3']) {
    state.value = value
    subject.changed()
    await observer.wait(100)
  }
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'CON 2.05 1'])
  await observer.acknowledge()
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'CON 2.05 1', 'CON 2.05 3'])
  assertRising(observer.numbers)
})

test('a notification has the Max-Age of its state', async () => {
  const options = new Options().add(MaxAge, 5)
  const { subject, observer } = await observed({
    handler: () => new Response({ code: Code.Content, options }).observing(subject),
  })
  await observer.register()
  subject.changed()
  await observer.acknowledge()
  assert.deepEqual(
    observer.received.map((message) => message.options.get(MaxAge)),
    [5, 5],
  )
})

test('a Non-confirmable request gets Non-confirmable notifications, one in 3 seconds, each sixth Confirmable', async () => {
  const { subject, state, observer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  for (let second = 1; second <= 24; second++) {
    state.value = String(second)
    subject.changed()
    await observer.acknowledge(1000)
  }
  const kinds = observer.seen.map((line) => line.slice(0, 3))
  const [response, ...notifications] = kinds
  assert.equal(response, 'NON')
  assert.deepEqual(notifications, ['NON', 'NON', 'NON', 'NON', 'NON', 'CON', 'NON', 'NON', 'NON', 'NON'])
  assertRising(observer.numbers)
})

test('a handler may say that notifications are Confirmable or not, whatever the request was', async () => {
  for (const confirmable of [true, false]) {
    const { subject, observer, peer } = await observed({
      handler: () => Response.text('x').observing(subject, { confirmable }),
    })
    const other = peer(3)
    await observer.register()
    await other.register({ type: Type.NonConfirmable })
    subject.changed()
    await observer.wait(0)
    const kind = confirmable ? 'CON' : 'NON'
    assert.deepEqual(observer.seen, ['ACK 2.05 x', `${kind} 2.05 x`])
    assert.deepEqual(other.seen, ['NON 2.05 x', `${kind} 2.05 x`])
  }
})

test('after a day without an acknowledgement the next notification is Confirmable', async () => {
  const { subject, observer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  await observer.wait(day)
  subject.changed()
  await observer.acknowledge()
  subject.changed()
  await observer.acknowledge()
  assert.deepEqual(
    observer.seen.map((line) => line.slice(0, 3)),
    ['NON', 'CON', 'NON'],
  )
})

test('one notification at a time is on its way to a client, whatever it observes', async () => {
  const { subject, observer, peer } = await observed()
  const other = peer(3)
  await observer.register()
  await observer.ask({ observe: 0, path: 'b', token: [9] })
  await other.register()
  subject.changed()
  await observer.wait(100)
  assert.deepEqual([observer.received.length, other.received.length], [3, 2])
  await observer.acknowledge()
  assert.equal(observer.received.length, 4)
})

test('a Reset for a Confirmable notification ends the observation', () => assertReset(Type.Confirmable, 0))

test('a Reset for a Non-confirmable notification ends the observation, also a late one', async () => {
  await assertReset(Type.NonConfirmable, 0)
  await assertReset(Type.NonConfirmable, 10_000)
})

test('a Reset for something else ends nothing', async () => {
  const { server, subject, observer, peer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  subject.changed()
  await observer.wait(0)
  await observer.reset((observer.received.at(-1) as Datagram).id + 1)
  await peer(3).reset((observer.received.at(-1) as Datagram).id)
  assert.equal(server.sizes.observations, 1)
})

test('a notification that nobody acknowledges ends the observation, and nothing of it is left', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  subject.changed()
  await observer.wait(100_000)
  assert.equal(observer.received.length, 1 + 5)
  assert.equal(server.sizes.observations, 0)
  assert.equal(subject.watched, false)
  subject.changed()
  await observer.wait(day)
  assert.equal(observer.received.length, 1 + 5)
})

test('what is sent again is the newest state, with a higher number and a Message ID of its own', async () => {
  const { server, subject, state, observer } = await observed()
  await observer.register()
  state.value = '1'
  subject.changed()
  await observer.wait(100)
  state.value = '2'
  subject.changed()
  await observer.wait(9000) // two retransmissions: after 2 to 3 s, and 4 to 6 s later
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'CON 2.05 1', 'CON 2.05 2', 'CON 2.05 2'])
  const [, , second, third] = observer.received
  assertRising(observer.numbers.slice(0, 3))
  assert.deepEqual([third?.id, third?.options.get(Observe)], [second?.id, second?.options.get(Observe)])
  assert.equal(new Set(observer.received.slice(1).map(({ id }) => id)).size, 2)
  await observer.acknowledge()
  await observer.wait(100_000)
  assert.equal(observer.received.length, 4)
  assert.equal(server.sizes.observations, 1)
})

test('a late acknowledgement of what a newer state has superseded ends nothing', async () => {
  const { server, subject, state, observer } = await observed()
  await observer.register()
  subject.changed()
  await observer.wait(100)
  state.value = '1'
  subject.changed()
  await observer.wait(4000)
  const [, old, superseding] = observer.received
  assert.notEqual(old?.id, superseding?.id)
  await observer.acknowledge()
  state.value = '2'
  subject.changed()
  await observer.acknowledge()
  assert.equal(observer.seen.at(-1), 'CON 2.05 2')
  assert.equal(server.sizes.observations, 1)
})

test('a newer state does not begin the retransmissions anew: who never acknowledges is given up', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  for (let second = 0; second < 100; second++) {
    subject.changed()
    await observer.wait(1000)
  }
  assert.equal(observer.received.length, 1 + 5)
  assert.equal(server.sizes.observations, 0)
})

test('an error that comes while a notification is on its way is what is sent again, and ends the observation', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  subject.changed()
  await observer.wait(100)
  subject.gone()
  await observer.wait(4000)
  assert.equal(observer.seen.at(-1), 'CON 4.04')
  await observer.acknowledge()
  assert.equal(server.sizes.observations, 0)
})

test('what is gone tells its observers so by 4.04 without Observe, and ends', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  subject.gone()
  await observer.acknowledge()
  assert.deepEqual([observer.seen[1], observer.numbers[1]], ['CON 4.04', undefined])
  assert.equal(server.sizes.observations, 0)
  assert.equal(subject.watched, false)
})

test('what is gone stays gone for those who observed it, also if it changes before they know; who comes then observes it anew', async () => {
  const { server, subject, state, observer, peer } = await observed()
  const other = peer(3)
  await observer.register()
  state.value = '1'
  subject.changed()
  await observer.wait(0) // on its way, and not acknowledged yet
  subject.gone()
  await other.register()
  state.value = '2'
  subject.changed()
  await observer.wait(100)
  await observer.acknowledge()
  await other.acknowledge()
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'CON 2.05 1', 'CON 4.04'])
  assert.deepEqual(other.seen, ['ACK 2.05 1', 'CON 2.05 2'])
  assert.equal(server.sizes.observations, 1)
  await server.close()
  assert.equal(subject.watched, false)
})

test('an endpoint that is closed forgets also those who do not know yet that it is over', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  subject.changed()
  await observer.wait(0)
  subject.gone()
  await server.close()
  assert.equal(server.sizes.observations, 0)
  assert.equal(subject.watched, false)
})

test('what is gone may say its last word', async () => {
  const { server, subject, observer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  subject.gone(Response.diagnostic(Code.Forbidden, 'sold'))
  await observer.acknowledge()
  assert.equal(observer.seen[1], 'CON 4.03 sold')
  assert.equal(server.sizes.observations, 0)
})

test('an error of the handler is a last notification', async () => {
  const failures: readonly (readonly [Handler, string])[] = [
    [() => Response.of(Code.Forbidden), 'CON 4.03'],
    [() => { throw new ResponseError(Response.diagnostic(Code.Conflict, 'busy')) }, 'CON 4.09 busy'],
    [() => { throw new TypeError('secret') }, 'CON 5.00'],
    [async () => { throw new TypeError('secret') }, 'CON 5.00'],
    [() => Response.bytes(new Uint8Array(1025), ContentFormat.text), 'CON 5.01 the response has 1025 bytes, and without block-wise transfer at most 1024 can be sent'],
  ] // biome-ignore format: a table
  for (const [again, expected] of failures) {
    const { server, subject, observer } = await observed({
      handler: () => Response.text('fine').observing(subject, again),
    })
    await observer.register()
    subject.changed()
    await observer.acknowledge()
    assert.deepEqual([observer.seen[1], observer.numbers[1]], [expected, undefined])
    assert.equal(server.sizes.observations, 0)
  }
})

test('a state of another Content-Format than the first response is a last notification of 4.06', async () => {
  for (const changed of [Response.json('on'), Response.of(Code.Content)]) {
    const { server, subject, observer } = await observed()
    await observer.register()
    subject.changed(changed)
    await observer.acknowledge()
    assert.equal(observer.seen[1], 'CON 4.06')
    assert.equal(server.sizes.observations, 0)
  }
})

test('a first response of 2.03 has no Content-Format: all notifications have that of the first state after it', async () => {
  const valid: Handler = () => Response.of(Code.Valid).observing(subject)
  const { subject, observer } = await observed({ handler: valid })
  await observer.register()
  subject.changed(Response.text('on'))
  await observer.acknowledge()
  assert.equal(observer.seen[1], 'CON 2.05 on')
  subject.changed(Response.json('on'))
  await observer.acknowledge()
  assert.equal(observer.seen[2], 'CON 4.06')
})

test('an endpoint that is closed watches nothing any more', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  await server.close()
  assert.equal(subject.watched, false)
})

async function assertReset(type: Type, late: number): Promise<void> {
  const { server, subject, observer } = await observed()
  await observer.register({ type })
  subject.changed()
  await observer.wait(late)
  await observer.reset()
  assert.equal(server.sizes.observations, 0)
  subject.changed()
  await observer.wait(day)
  assert.equal(observer.received.length, 2)
}
