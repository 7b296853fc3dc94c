import assert from 'node:assert/strict'
import { test } from 'node:test'
import { memoryFigures } from './memory.ts'

test('a peer, a duplicate and an observation take no more memory than they may', async () => {
  await memoryFigures(30_000) // what compilers keep is there when it counts
  for (const { what, bytes, most } of await memoryFigures(30_000)) {
    assert.ok(bytes > 16, `${what}: ${bytes} bytes is too little to be true`)
    assert.ok(bytes <= most, `${what}: ${bytes} bytes, and not at most ${most}`)
  }
})
