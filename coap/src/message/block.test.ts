import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { blockFrom, blockOf, blockSizeOf, blockValue, describeBlock, sizeExponentOf } from './block.ts'
import { Block1, Block2 } from './option.ts'
import { Options } from './options.ts'

describe('the value of a Block option (RFC 7959 2.2)', () => {
  it('number, more and size are one number', () => {
    // Section 3: a Block2 of 33 is 2:2/0/32, a Block1 of 59 is 1:3/1/128.
    assert.equal(describeBlock(blockFrom(33)), '2/0/32')
    assert.equal(describeBlock(blockFrom(59)), '3/1/128')
    assert.equal(blockValue(3, true, 3), 59)
    for (const value of [0, 7, 8, 0xffffff]) {
      const { number, more, sizeExponent } = blockFrom(value)
      assert.equal(blockValue(number, more, sizeExponent), value)
    }
  })

  it('a size is a power of two from 16 to 1,024', () => {
    for (const [exponent, size] of [16, 32, 64, 128, 256, 512, 1024].entries()) {
      assert.equal(sizeExponentOf(size), exponent)
      assert.equal(blockSizeOf(exponent), size)
    }
    for (const size of [0, 8, 100, 2048, Number.NaN]) assert.throws(() => sizeExponentOf(size), /a block has 16, 32/)
  })

  it('an empty one is block 0 of 16 bytes, which is not the same as none', () => {
    assert.equal(describeBlock(blockOf(new Options().add(Block1, 0), Block1) ?? blockFrom(99)), '0/0/16')
    assert.equal(blockOf(new Options().add(Block1, 0), Block2), undefined)
  })
})
