// Very many observers, and very many observations of one client: all are told, in turns, and nobody is always the last.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Response } from '../../coap/src/handler/response.ts'
import { Type } from '../../coap/src/message/datagram.ts'
import { observed } from './observer.ts'

const tokenOf = (number: number): readonly number[] => [number >> 8, number & 255]

test('a client that observes hundreds of times is told of each, one after the other', async () => {
  const { subject, state, observer, server } = await observed()
  for (let number = 0; number < 300; number++) await observer.register({ token: tokenOf(number) })
  state.value = 'new'
  subject.changed()
  await observer.wait(0)
  assert.equal(observer.received.length, 301)
  await observer.acknowledge()
  const told = observer.received.slice(300)
  assert.equal(told.length, 300)
  assert.equal(new Set(told.map(({ token }) => String(token))).size, 300)
  assert.equal(server.statistics.retransmissions, 0)
  await observer.wait(200_000)
  assert.equal(observer.received.length, 600)
})

test('an observation that ends while it has its turn gives it to the next one', async () => {
  const { subject, observer, server } = await observed()
  for (let number = 0; number < 5; number++) await observer.register({ token: tokenOf(number) })
  subject.changed()
  await observer.wait(0)
  const [, , , , , first] = observer.received
  const registered = [...Array(5).keys()].find(
    (number) => String(first?.token) === String(Uint8Array.from(tokenOf(number))),
  )
  await observer.ask({ observe: 1, token: tokenOf(registered as number) })
  const told = observer.received.filter(({ type }) => type === Type.Confirmable)
  assert.equal(new Set(told.map(({ token }) => String(token))).size, 2)
  assert.equal(server.sizes.observations, 4)
})

test('a Reset in the middle gives the turn to the next one', async () => {
  const { subject, observer, server } = await observed()
  for (let number = 0; number < 5; number++) await observer.register({ token: tokenOf(number) })
  subject.changed()
  for (let number = 0; number < 5; number++) {
    await observer.wait(0)
    await observer.reset()
  }
  assert.equal(observer.received.length, 10)
  assert.equal(server.sizes.observations, 0)
})

test('of many observers all get the last state, however fast states follow each other', async () => {
  const { subject, peer } = await observed()
  const observers = Array.from({ length: 8 }, (_, index) => peer(2 + index))
  for (const observer of observers)
    for (let number = 0; number < 10; number++) await observer.register({ token: tokenOf(number) })
  for (let state = 0; state < 10; state++) {
    subject.changed(Response.text(`state ${state}`))
    for (const observer of observers) await observer.acknowledge()
  }
  for (const observer of observers) await observer.acknowledge(10)
  for (let round = 0; round < 12; round++) for (const observer of observers) await observer.acknowledge()
  for (const observer of observers) {
    const last = new Map(observer.received.map((message) => [String(message.token), message]))
    assert.equal(last.size, 10)
    for (const { payload } of last.values()) assert.equal(new TextDecoder().decode(payload), 'state 9')
  }
})
