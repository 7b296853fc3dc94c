import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../../testing/context.ts'
import { RecordingTransport } from '../../testing/recording-transport.ts'
import type { Identity } from '../../transport/identity.ts'
import type { Peer } from '../../transport/transport.ts'
import { EchoValues } from './echo-values.ts'

test('a value says how old it is, to who made it', async () => {
  const context = createContext(1)
  const values = new EchoValues(context)
  const peer = somebody(1)
  const value = values.issue(peer)
  assert.equal(value.length, 12)
  assert.equal(values.ageOf(value, peer), 0)
  await context.clock.advance(1234)
  assert.equal(values.ageOf(value, peer), 1234)
})

test('a value is for one address alone, and in a session for that session', () => {
  const values = new EchoValues(createContext(1))
  assert.equal(values.ageOf(values.issue(somebody(1)), somebody(2)), undefined)
  const secured: Identity = { method: 'psk', id: Uint8Array.of(1), claims: {} }
  const [one, other] = [somebody(1, secured), somebody(2, secured)]
  assert.equal(values.ageOf(values.issue(one), one), 0)
  assert.equal(values.ageOf(values.issue(one), other), undefined)
})

test('a value is worthless when something has happened since', () => {
  const values = new EchoValues(createContext(1))
  const peer = somebody(1)
  const value = values.issue(peer, 5)
  assert.equal(values.ageOf(value, peer, 5), 0)
  assert.equal(values.ageOf(value, peer, 6), undefined)
})

test('what somebody else made, or changed, is no value', () => {
  const values = new EchoValues(createContext(1))
  const peer = somebody(1)
  assert.equal(values.ageOf(new EchoValues(createContext(2)).issue(peer), peer), undefined)
  for (let at = 0; at < 12; at++) {
    const value = values.issue(peer)
    value[at] = (value[at] as number) ^ 1
    assert.equal(values.ageOf(value, peer), undefined, `byte ${at}`)
  }
  assert.equal(values.ageOf(values.issue(peer).subarray(0, 11), peer), undefined)
  assert.equal(values.ageOf(new Uint8Array(40), peer), undefined)
})

test('a value is not as good as new when its 32 bits of time have gone round', async () => {
  const context = createContext(1)
  const values = new EchoValues(context)
  const peer = somebody(1)
  const value = values.issue(peer)
  context.clock.advanceNow(2 ** 32)
  assert.equal(values.ageOf(value, peer), undefined)
})

test('a value does not say how long we have been running', () => {
  const first = new DataView(new EchoValues(createContext(1)).issue(somebody(1)).buffer).getUint32(0)
  const second = new DataView(new EchoValues(createContext(2)).issue(somebody(1)).buffer).getUint32(0)
  assert.notEqual(first, 0)
  assert.notEqual(first, second)
})

function somebody(port: number, identity: Identity = { method: 'none' }): Peer {
  return { associations: [new RecordingTransport({ identity }).association(port)], identity }
}
