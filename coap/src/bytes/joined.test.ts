import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joined } from './joined.ts'

test('bytes are joined in their order; one alone is not copied', () => {
  const one = Uint8Array.of(1, 2)
  assert.deepEqual(joined([one, new Uint8Array(0), Uint8Array.of(3)]), Uint8Array.of(1, 2, 3))
  assert.equal(joined([one]), one)
  assert.deepEqual(joined([]), new Uint8Array(0))
})
