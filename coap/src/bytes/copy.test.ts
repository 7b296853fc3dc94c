import assert from 'node:assert/strict'
import { test } from 'node:test'
import { copyBytes } from './copy.ts'

test('a copy does not change with the original, be it a Buffer or not', () => {
  for (const original of [Uint8Array.of(1, 2, 3), Buffer.from([1, 2, 3])]) {
    const copy = copyBytes(original)
    const part = copyBytes(original, 2)
    original.fill(9)
    assert.deepEqual([...copy], [1, 2, 3])
    assert.deepEqual([...part], [1, 2])
  }
})

test('a copy is a plain Uint8Array', () => {
  assert.equal(copyBytes(Buffer.from('a')).constructor, Uint8Array)
})
