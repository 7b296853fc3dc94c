import assert from 'node:assert/strict'
import { test } from 'node:test'
import { exchangeLifetime, transmissionDefaults } from '../../message/transmission.ts'
import { createContext } from '../../testing/context.ts'
import { MessageIds } from './message-ids.ts'

const lifetime = exchangeLifetime(transmissionDefaults)

test('Message IDs are in sequence, round the end of 16 bits, from a start that the seed decides', () => {
  const ids = new MessageIds(createContext(1))
  const issued = Array.from({ length: 0x10000 }, () => ids.issue(0))
  for (const [index, id] of issued.entries()) assert.equal(id, ((issued[0] as number) + index) & 0xffff)
  const starts = new Set([1, 2, 3, 4, 5].map((seed) => new MessageIds(createContext(seed)).issue(0)))
  assert.equal(starts.size, 5)
})

test('65,536 Message IDs may be issued at once, and not one more before EXCHANGE_LIFETIME is over', () => {
  const ids = new MessageIds(createContext(1))
  for (let count = 0; count < 0x10000; count++) {
    assert.ok(ids.availableAt(lifetime) <= 1000)
    ids.issue(1000)
  }
  assert.equal(ids.availableAt(lifetime), 1000 + lifetime)
})

test('no Message ID is issued twice within EXCHANGE_LIFETIME, however many are wanted', () => {
  const ids = new MessageIds(createContext(1))
  const last = new Map<number, number>()
  let now = 0
  for (let count = 0; count < 300_000; count++) {
    now = Math.max(now + (count % 7 === 0 ? 1 : 0), ids.availableAt(lifetime))
    const id = ids.issue(now)
    const before = last.get(id)
    assert.ok(before === undefined || now - before >= lifetime, `${id} was issued at ${before} and at ${now}`)
    last.set(id, now)
  }
})

test('at 260 messages a second no message waits for its ID', () => {
  const ids = new MessageIds(createContext(1))
  for (let count = 0; count < 200_000; count++) {
    const now = (count * 1000) / 260 // not 265: IDs are freed a thousand at a time
    assert.ok(ids.availableAt(lifetime) <= now, `message ${count}`)
    ids.issue(now)
  }
})
