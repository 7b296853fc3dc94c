// The judge of block-wise transfers is judged: what is not as RFC 7959 has it does not pass.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inBlocks, pattern, sizes, transfers } from './transfers.ts'
import type { Seen } from './wire.ts'

const block2 = 23

/** A response with that value of Block2, or none. */
function response(payload: string, value?: number): Seen {
  const options = value === undefined ? [] : [{ number: block2, value: Uint8Array.of(value) }]
  return { from: 'server', type: 'ACK', code: '2.05', messageId: 1, token: '01', options, payload }
}

const body = pattern(40)
const blocks = [response(body.slice(0, 16), 0x08), response(body.slice(16, 32), 0x18), response(body.slice(32), 0x20)]

test('each length is tried by each method in each block size', () => {
  assert.equal(transfers.length, 2 * 3 * sizes.length)
  assert.equal(new Set(transfers.map(({ id }) => id)).size, transfers.length)
})

test('the pattern says at each place where it is', () => {
  assert.equal(pattern(17), '0000000.0000008.0')
  assert.equal(pattern(0), '')
})

test('blocks of the size that was asked for pass, whatever is sent twice', () => {
  inBlocks([...blocks, ...blocks.slice(1)], block2, body, 0)
})

test('a body no longer than a block passes without the option', () => {
  inBlocks([response(pattern(16))], block2, pattern(16), 0)
  assert.throws(() => inBlocks([response(pattern(17))], block2, pattern(17), 0), /longer than a block in one message/)
})

test('what fits into one message may be one where the largest blocks are asked for', () => {
  inBlocks([response(pattern(1025))], block2, pattern(1025), 6)
  assert.throws(() => inBlocks([response(pattern(1125))], block2, pattern(1125), 6), /longer than a block/)
})

test('blocks of another size fail', () => {
  assert.throws(() => inBlocks([response(body.slice(0, 32), 0x09)], block2, body, 0), /the SZX of a block/)
})

test('a block that is missing, short or of other content fails', () => {
  assert.throws(() => inBlocks(blocks.slice(1), block2, body, 0), /the number of blocks/)
  assert.throws(
    () => inBlocks([response(body.slice(0, 15), 0x08)], block2, body, 0),
    /block 0 has 15 bytes instead of 16/,
  )
  assert.throws(() => inBlocks([response(body.slice(16, 32), 0x08)], block2, body, 0), /block 0 .* differs from 5/)
})

test('a more bit that is not true fails', () => {
  assert.throws(() => inBlocks([response(body.slice(0, 16), 0x00)], block2, body, 0), /the more bit of block 0/)
  assert.throws(() => inBlocks([response(body.slice(32), 0x28)], block2, body, 0), /the more bit of block 2/)
})
