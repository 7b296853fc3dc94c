// Node's randomness as a context hands it out.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { nodeContext } from './context.ts'

const random = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  nodeContext().random(bytes)
  return bytes
}

test('random bytes are other ones each time, in small and in large pieces', () => {
  for (const length of [8, 4096, 5000]) assert.notDeepEqual(random(length), random(length))
})

test('random bytes fill all of what they are asked for, also across the end of the pool', () => {
  for (let round = 0; round < 1000; round++) {
    const bytes = random(31)
    assert.ok(bytes.some((byte) => byte !== 0))
    assert.ok(bytes.subarray(-16).some((byte) => byte !== 0))
  }
})
