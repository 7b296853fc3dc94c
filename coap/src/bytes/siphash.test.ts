import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toHex } from './hex.ts'
import { sipHash } from './siphash.ts'

const key = Uint8Array.from({ length: 16 }, (_, at) => at)

test('its tags are those of the paper and of OpenSSL', () => {
  const tags: readonly (readonly [length: number, tag: string])[] = [
    [0, '310e0edd47db6f72'],
    [1, 'fd67dc93c539f874'],
    [7, '37d1018bf50002ab'],
    [8, '6224939a79f5f593'],
    [9, 'b0e4a90bdf82009e'],
    [15, 'e545be4961ca29a1'],
    [16, 'db9bc2577fcc2a3f'],
    [63, '724506eb4c328a95'],
  ]
  for (const [length, tag] of tags) {
    const message = Uint8Array.from({ length }, (_, at) => at)
    assert.equal(toHex(sipHash(key, message)), tag, `${length} bytes`)
  }
})

test('it takes no more of the message than it is told to', () => {
  const message = Uint8Array.from({ length: 40 }, (_, at) => at)
  assert.equal(toHex(sipHash(key, message, 15)), 'e545be4961ca29a1')
})

test('another key gives another tag', () => {
  assert.notEqual(toHex(sipHash(new Uint8Array(16), new Uint8Array())), '310e0edd47db6f72')
})
