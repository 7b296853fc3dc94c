import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Response } from '../../handler/response.ts'
import type { ObservationEvent } from './event.ts'
import { UnreadEvents } from './unread-events.ts'

const state = (text: string): ObservationEvent => ({ type: 'notification', response: Response.text(text), dropped: 0 })
const stale: ObservationEvent = { type: 'stale', reason: 'max-age' }
const lost: ObservationEvent = { type: 'stale', reason: 'lost' }
const ended: ObservationEvent = { type: 'ended', reason: 'closed' }

test('who waits gets the next event', async () => {
  const unread = new UnreadEvents(1)
  const next = unread.next()
  unread.push(stale)
  unread.push(ended)
  assert.equal(await next, stale)
  assert.equal(await unread.next(), ended)
})

test('of states so many are kept, and the one after those that were dropped says how many', async () => {
  const unread = new UnreadEvents(2)
  for (const text of ['a', 'b', 'c', 'd', 'e']) unread.push(state(text))
  const [first, second] = [await unread.next(), await unread.next()]
  assert(first.type === 'notification' && second.type === 'notification')
  assert.deepEqual([await first.response.body.text(), first.dropped], ['d', 3])
  assert.deepEqual([await second.response.body.text(), second.dropped], ['e', 0])
  unread.push(state('f'))
  const third = await unread.next()
  assert.equal(third.type === 'notification' && third.dropped, 0)
  assert.equal(unread.dropped, 3)
})

test('of everything else the newest of its kind is kept, in the order of what happened', async () => {
  const unread = new UnreadEvents(1)
  for (const event of [stale, state('a'), lost, state('b'), ended]) unread.push(event)
  assert.equal(await unread.next(), lost)
  assert.equal((await unread.next()).type, 'notification')
  assert.equal(await unread.next(), ended)
})

test('what is cleared is not read', async () => {
  const unread = new UnreadEvents(1)
  unread.push(state('a'))
  unread.clear()
  unread.push(ended)
  assert.equal(await unread.next(), ended)
})
