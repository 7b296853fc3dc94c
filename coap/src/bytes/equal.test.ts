import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { equalBytes } from './equal.ts'

describe('bytes', () => {
  it('are equal if each is', () => {
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true)
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false)
    assert.equal(equalBytes(Uint8Array.of(1, 2), Uint8Array.of(1)), false)
  })

  it('that are missing equal nothing but what is missing too', () => {
    assert.equal(equalBytes(undefined, undefined), true)
    assert.equal(equalBytes(undefined, new Uint8Array(0)), false)
    assert.equal(equalBytes(new Uint8Array(0), undefined), false)
  })
})
