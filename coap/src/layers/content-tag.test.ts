import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { toHex } from '../bytes/hex.ts'
import { contentTag } from './content-tag.ts'

describe('a tag of content', () => {
  test('has 8 bytes, and is the same for the same bytes wherever they lie', () => {
    for (const length of [0, 1, 7, 8, 9, 16, 1000]) {
      const bytes = counted(length)
      const elsewhere = new Uint8Array(length + 8).subarray(3, 3 + length)
      elsewhere.set(bytes)
      assert.equal(contentTag(bytes).length, 8)
      assert.deepEqual(contentTag(elsewhere), contentTag(bytes))
    }
  })

  test('stays what it was in earlier versions: clients keep tags longer than servers run', () => {
    assert.equal(toHex(contentTag(new Uint8Array(0))), 'f6896bc62c0f976c')
    assert.equal(toHex(contentTag(counted(1))), '904920b1bf9609c3')
    assert.equal(toHex(contentTag(counted(1000))), '3a485f562c2451de')
  })

  test('differs wherever one bit of the content differs', () => {
    for (const length of [1, 7, 8, 9, 31]) {
      const bytes = counted(length)
      const seen = new Set([toHex(contentTag(bytes))])
      for (let bit = 0; bit < 8 * length; bit++) {
        const changed = bytes.slice()
        changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
        seen.add(toHex(contentTag(changed)))
      }
      assert.equal(seen.size, 8 * length + 1)
    }
  })

  test('differs for zeros of each length', () => {
    const seen = new Set<string>()
    for (let length = 0; length < 5000; length++) seen.add(toHex(contentTag(new Uint8Array(length))))
    assert.equal(seen.size, 5000)
  })

  test('changes about half of its bits with any bit of the content, each bit of it about as often', () => {
    const flips = new Array<number>(64).fill(0)
    let trials = 0
    for (const length of [5, 8, 24, 64]) {
      for (let bit = 0; bit < 8 * length; bit++) {
        const bytes = counted(length)
        const before = contentTag(bytes)
        bytes[bit >> 3] = (bytes[bit >> 3] as number) ^ (1 << (bit & 7))
        const after = contentTag(bytes)
        trials++
        let changed = 0
        for (let each = 0; each < 64; each++) {
          const differs = (((before[each >> 3] as number) ^ (after[each >> 3] as number)) >> (each & 7)) & 1
          flips[each] = (flips[each] as number) + differs
          changed += differs
        }
        assert.ok(changed >= 10 && changed <= 54, `${changed} of 64 bits changed with bit ${bit} of ${length} bytes`)
      }
    }
    for (const [bit, count] of flips.entries()) {
      assert.ok(count / trials > 0.42 && count / trials < 0.58, `bit ${bit} changed ${count} times of ${trials}`)
    }
  })

  test('is met twice by none of 200,000 contents that differ in little, nor in either half much oftener than by chance', () => {
    const bytes = new Uint8Array(16)
    const view = new DataView(bytes.buffer)
    const whole = new Set<string>()
    const halves = [new Set<number>(), new Set<number>()] as const
    for (let count = 0; count < 200_000; count++) {
      view.setUint32(0, count)
      view.setUint32(12, count)
      const tag = contentTag(bytes)
      const into = new DataView(tag.buffer)
      whole.add(toHex(tag))
      halves[0].add(into.getUint32(0))
      halves[1].add(into.getUint32(4))
    }
    assert.equal(whole.size, 200_000)
    // Of 200,000 chosen by chance from 2^32, 4.7 meet another.
    for (const half of halves) assert.ok(200_000 - half.size < 25, `${200_000 - half.size} met another`)
  })
})

function counted(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => (index * 7 + 1) & 0xff)
}
