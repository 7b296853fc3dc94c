// Attacks that make use of observing (RFC 7641 7, draft-irtf-t2trg-amplification-attacks 2.2, RFC 7252 11.4), by people off the path: they
// send packets in the name of others, and see nothing of what is sent to those.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { conditionalNotifications } from '../../coap/src/layers/conditional-attributes.ts'
import { type Datagram, Type } from '../../coap/src/message/datagram.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { type Observer, observed } from './observer.ts'

const hour = 3_600_000

/** How many bytes and messages a victim gets that says nothing, while the state changes each second. */
async function flood(type: Type, seconds: number, observations = 1) {
  const world = await observed()
  const { subject, state, observer, server } = world
  for (let number = 0; number < observations; number++) await observer.register({ type, token: [number] })
  const answers = observer.received.length
  for (let second = 0; second < seconds; second++) {
    state.value = `state ${second}`
    subject.changed()
    await observer.wait(1000)
  }
  return { notifications: observer.received.length - answers, left: server.sizes.observations }
}

test('a registration in the name of a victim that never asked costs it the first notification and its retransmissions', async () => {
  assert.deepEqual(await flood(Type.Confirmable, 300), { notifications: 5, left: 0 })
})

test('a Non-confirmable one costs it five notifications more, until one is Confirmable', async () => {
  assert.deepEqual(await flood(Type.NonConfirmable, 300), { notifications: 5 + 5, left: 0 })
})

test('many registrations in its name leave one notification on its way at a time: they end one after the other', async () => {
  const { notifications, left } = await flood(Type.Confirmable, 900, 20)
  assert.ok(notifications <= 5 * 20, `${notifications} notifications`)
  assert.ok(left < 20)
  const once = await flood(Type.NonConfirmable, 300, 20)
  assert.ok(once.notifications <= 100 + 5, `${once.notifications} notifications in 300 s`)
})

test('a victim that says that it did not ask hears no more', async () => {
  for (const type of [Type.Confirmable, Type.NonConfirmable]) {
    const { subject, observer, server } = await observed()
    await observer.register({ type })
    subject.changed()
    await observer.wait(0)
    await observer.reset()
    subject.changed()
    await observer.wait(hour)
    assert.deepEqual([observer.received.length, server.sizes.observations], [2, 0])
  }
})

test('what is registered in the name of a victim, and never changes, is not repeated to it', async () => {
  const { observer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  await observer.wait(24 * hour)
  assert.equal(observer.received.length, 1)
})

test('conditions that ask for many notifications are not observed (draft-ietf-core-conditional-attributes 5)', async () => {
  const subject = new Subject()
  const layer = conditionalNotifications()
  const { observer, server } = await observed({
    handler: layer(() => Response.text('1').observing(subject), createContext(1)),
  })
  for (const query of ['c.pmax=0.01', 'c.epmax=0.01']) await observer.register({ query, type: Type.NonConfirmable })
  await observer.wait(hour)
  assert.deepEqual([observer.received.length, server.sizes.observations], [2, 0])
})

test('who changes what is observed, too, makes a server send no faster to its victim', async () => {
  const { subject, observer } = await observed()
  await observer.register({ type: Type.NonConfirmable })
  for (let change = 0; change < 5000; change++) {
    subject.changed()
    await observer.wait(1)
  }
  assert.ok(observer.received.length <= 1 + 2, `${observer.received.length - 1} notifications in 5 s`)
})

/** Sends an Empty message for each of the Message IDs that follow a guess. */
async function guess(attacker: Observer, send: 'reset' | 'acknowledgeId', from: number, count: number): Promise<void> {
  for (let number = 0; number < count; number++) await attacker[send]((from + number) & 0xffff)
}

test('a forged Reset or acknowledgement from another address does nothing, whatever its Message ID', async () => {
  const { subject, observer, peer, server } = await observed()
  await observer.register()
  subject.changed()
  await observer.wait(0)
  const { id } = observer.received.at(-1) as Datagram
  for (const send of ['reset', 'acknowledgeId'] as const) await guess(peer(3), send, id - 10, 20)
  assert.equal(server.sizes.observations, 1)
  assert.equal(server.statistics.rejected.unmatched, 40)
  await observer.wait(4000)
  assert.equal(server.statistics.retransmissions, 1)
})

test('forged acknowledgements that miss the Message ID keep no observation alive for a victim (RFC 7641 7)', async () => {
  const { subject, observer, server } = await observed()
  await observer.register()
  subject.changed()
  await observer.wait(0)
  const { id } = observer.received.at(-1) as Datagram
  await guess(observer, 'acknowledgeId', id + 1, 200)
  await observer.wait(100_000)
  assert.equal(server.sizes.observations, 0)
})

test('forged acknowledgements for Message IDs to come do not count later', async () => {
  const { subject, observer, server } = await observed()
  await observer.register()
  subject.changed()
  await observer.acknowledge()
  const { id } = observer.received.at(-1) as Datagram
  await guess(observer, 'acknowledgeId', id + 1, 3)
  subject.changed()
  await observer.wait(100_000)
  assert.equal(server.sizes.observations, 0)
})

test('a forged Reset that hits the Message ID ends the observation: without security nothing prevents it, and the client registers again', async () => {
  const { subject, observer, server } = await observed()
  await observer.register()
  subject.changed()
  await observer.wait(0)
  await observer.reset()
  assert.equal(server.sizes.observations, 0)
  await observer.register()
  assert.equal(server.sizes.observations, 1)
})
