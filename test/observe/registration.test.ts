// Who observes, and who does not (RFC 7641 4.1), and the numbers that put notifications in order (4.4).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Handler } from '../../coap/src/handler/handler.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Code } from '../../coap/src/message/code.ts'
import { Type } from '../../coap/src/message/datagram.ts'
import { NoResponse } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { assertRising, observed } from './observer.ts'

const day = 86_400_000

test('an observer is told of each change by a response with its token and a higher number', async () => {
  const { server, subject, state, observer } = await observed()
  await observer.register()
  for (const value of ['1', '2', '3']) {
    state.value = value
    subject.changed()
    await observer.acknowledge()
  }
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'CON 2.05 1', 'CON 2.05 2', 'CON 2.05 3'])
  assert.ok(observer.received.every(({ token }) => token.join() === '74'))
  assertRising(observer.numbers)
  assert.equal(server.sizes.observations, 1)
})

test('who does not ask to observe, or asks what cannot be observed, is not told', async () => {
  const { server, subject, observer } = await observed()
  await observer.ask({})
  await observer.ask({ observe: 2 })
  await observer.ask({ observe: 0, path: 'fixed' })
  await observer.ask({ observe: 0, code: Code.PUT })
  subject.changed()
  await observer.wait(day)
  assert.deepEqual(observer.numbers, [undefined, undefined, undefined, undefined])
  assert.equal(server.sizes.observations, 0)
})

test('an error is not observed, and ends what was observed under its token', async () => {
  const { server, state, observer } = await observed()
  await observer.register()
  state.failure = Response.of(Code.Forbidden)
  await observer.register()
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'ACK 4.03'])
  assert.deepEqual(observer.numbers.slice(1), [undefined])
  assert.equal(server.sizes.observations, 0)
})

test('a registration with a token that observes already replaces it, with a higher number', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  await observer.register()
  subject.changed()
  await observer.acknowledge()
  await observer.register()
  assert.equal(server.sizes.observations, 1)
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'ACK 2.05 0', 'CON 2.05 0', 'ACK 2.05 0'])
  assertRising(observer.numbers)
})

test('numbers rise also from one observation to the next under the same token', async () => {
  const { subject, observer } = await observed()
  await observer.register()
  subject.changed()
  await observer.acknowledge()
  await observer.deregister()
  await observer.register()
  assertRising(observer.numbers.filter((number) => number !== undefined))
})

test('numbers rise no faster than 2^23 in 256 seconds, however many others see each change', async () => {
  const { context, subject, observer, peer } = await observed()
  for (let query = 0; query < 400; query++)
    await peer(3 + (query % 20)).ask({ observe: 0, query: `${query}`, token: [query >> 8, query & 255] })
  await observer.register()
  const started = context.now()
  for (let change = 1; change <= 40; change++) {
    subject.changed()
    await observer.acknowledge()
  }
  const [first, last] = [observer.numbers[0], observer.numbers.at(-1)] as [number, number]
  assertRising(observer.numbers)
  assert.equal(observer.numbers.length, 41)
  assert.ok(last - first <= 40 + ((context.now() - started) / 256_000) * 2 ** 23, `${last - first}`)
})

test('numbers have 24 bits, and go on from the beginning after the last one', async () => {
  const { subject, observer } = await observed({}, { start: 511_999 }) // the clock that they are drawn from ends at 512 s
  await observer.register()
  await observer.wait(1000)
  subject.changed()
  await observer.acknowledge()
  const [before, behind] = observer.numbers as [number, number]
  assert.ok(before > 0xff0000 && before <= 0xffffff, `${before}`)
  assert.ok(behind < 0x10000, `${behind}`)
})

test('what changes while a response is on its way through the layers is not missed', async () => {
  let state = 'old'
  let pass: () => void = () => {}
  const slowly: Handler = async () => {
    const response = Response.text(state).observing(subject, () => Response.text(state))
    await new Promise<void>((resolve) => {
      pass = resolve
    })
    return response
  }
  const { subject, observer } = await observed({ handler: slowly })
  await observer.register({ type: Type.NonConfirmable })
  state = 'new'
  subject.changed()
  pass()
  await observer.acknowledge()
  assert.deepEqual(observer.seen, ['NON 2.05 old', 'NON 2.05 new'])
})

test('two tokens of one client are two observations', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  await observer.ask({ observe: 0, token: [9] })
  subject.changed()
  await observer.acknowledge()
  await observer.acknowledge()
  assert.deepEqual(
    observer.received.slice(2).map(({ token }) => token[0]),
    [74, 9],
  )
  assert.equal(server.sizes.observations, 2)
})

test('Observe 1 ends the observation under its token, and is answered without Observe', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  await observer.ask({ observe: 0, token: [9] })
  await observer.deregister()
  subject.changed()
  await observer.acknowledge()
  assert.deepEqual(observer.seen, ['ACK 2.05 0', 'ACK 2.05 0', 'ACK 2.05 0', 'CON 2.05 0'])
  assert.equal(observer.numbers[2], undefined)
  assert.equal(observer.received.at(-1)?.token[0], 9)
  assert.equal(server.sizes.observations, 1)
})

test('a client ends its own observations only', async () => {
  const { server, observer, peer } = await observed()
  await observer.register()
  await peer(3).deregister()
  assert.equal(server.sizes.observations, 1)
})

test('who wants no response of a success observes nothing', async () => {
  const { server, observer } = await observed()
  await observer.ask({ observe: 0, more: new Options().add(NoResponse, 2) })
  assert.deepEqual(observer.seen, ['ACK 0.00'])
  assert.equal(server.sizes.observations, 0)
})

test('an observation too many is answered without observing it, and counted', async () => {
  for (const limits of [{ observations: 2 }, { observationsPerPeer: 2 }]) {
    const { server, observer } = await observed({ limits })
    for (let token = 1; token <= 4; token++) await observer.ask({ observe: 0, token: [token] })
    assert.deepEqual(
      observer.numbers.map((number) => number !== undefined),
      [true, true, false, false],
    )
    assert.deepEqual([server.sizes.observations, server.statistics.refused['observations']], [2, 2])
  }
})

test('a peer that is full does not keep another one from observing', async () => {
  const { server, observer, peer } = await observed({ limits: { observationsPerPeer: 1 } })
  for (const one of [observer, peer(3)]) for (const token of [1, 2]) await one.ask({ observe: 0, token: [token] })
  assert.equal(server.sizes.observations, 2)
})

test('Observe 1 takes effect at once, though its handler takes its time', async () => {
  let slow = false
  const { server, subject, observer } = await observed({
    handler: () => (slow ? new Promise<Response>(() => {}) : Response.text('state').observing(subject)),
  })
  await observer.register()
  slow = true
  await observer.deregister()
  assert.equal(server.sizes.observations, 0)
  subject.changed(Response.text('nobody is told'))
  await observer.wait(60_000)
  assert.deepEqual(observer.seen, ['ACK 2.05 state', 'ACK 0.00'])
})

test('Observe 1 takes effect also where its request is refused, or fails', async () => {
  let failing = false
  const { server, subject, observer } = await observed({
    handler: () => {
      if (failing) throw new Error('broken')
      return Response.text('state').observing(subject)
    },
  })
  await observer.register()
  failing = true
  await observer.deregister()
  assert.equal(server.sizes.observations, 0)
  assert.equal(observer.seen[1], 'ACK 5.00')
})
