// What waits keeps the process alive; what rests is kept by nobody but its reader.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { Wait } from './wait.ts'

function world() {
  const held = new Set<Wait>()
  const hold = (wait: Wait): (() => void) => {
    held.add(wait)
    return () => held.delete(wait)
  }
  return { context: createContext(1), held, hold }
}

test('a wait is held while somebody waits, and not while it rests', () => {
  const { context, held, hold } = world()
  const wait = new Wait(context, {}, hold)
  assert.equal(held.size, 1)
  wait.rest()
  assert.equal(held.size, 0)
  wait.resume()
  assert.equal(held.size, 1)
  wait.end()
  wait.end()
  assert.equal(held.size, 0)
})

test('a wait at rest takes as long as it likes, and is still given up by its signal', async () => {
  const { context, hold } = world()
  const abort = new AbortController()
  const wait = new Wait(context, { timeout: 1000, signal: abort.signal }, hold)
  wait.rest()
  await context.clock.advance(2000)
  assert.equal(wait.signal.aborted, false)
  abort.abort(new Error('enough'))
  assert.match(String(wait.signal.reason), /enough/)
})
