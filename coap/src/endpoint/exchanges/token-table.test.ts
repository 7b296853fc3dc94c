import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { TokenTable } from './token-table.ts'

interface Entry {
  readonly token: Uint8Array
  readonly value: number
}

const token = fc.uint8Array({ maxLength: 8 }).map((bytes) => bytes.map((byte) => byte & 3)) // so that some are the same

describe('a table of tokens', () => {
  it('has what was set last under a token, until it is deleted', () => {
    const step = fc.record({ token, deletes: fc.boolean(), value: fc.nat() })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const table = new TokenTable<Entry>()
        const model = new Map<string, number>()
        for (const { token, deletes, value } of steps) {
          if (deletes) assert.equal(table.delete(token), model.delete(String(token)))
          else {
            table.set({ token, value })
            model.set(String(token), value)
          }
          assert.equal(table.size, model.size)
        }
        for (const { token } of steps) assert.equal(table.find(token)?.value, model.get(String(token)))
        assert.equal([...table].length, model.size)
      }),
    )
  })

  it('looks a token up where it lies', () => {
    const table = new TokenTable<Entry>()
    table.set({ token: Uint8Array.of(1, 2), value: 7 })
    assert.equal(table.find(Uint8Array.of(9, 1, 2, 9), 1, 3)?.value, 7)
    assert.equal(table.find(Uint8Array.of(9, 1, 2, 9), 1, 4), undefined)
    assert.equal(table.find(Uint8Array.of(1)), undefined)
  })

  it('has room for any number, and for few after many', () => {
    const table = new TokenTable<Entry>()
    const tokens = Array.from({ length: 5000 }, (_, value) => Uint8Array.of(value >> 8, value & 255))
    for (const [value, token] of tokens.entries()) table.set({ token, value })
    for (const [value, token] of tokens.entries()) assert.equal(table.find(token)?.value, value)
    for (const token of tokens) table.delete(token)
    assert.equal(table.size, 0)
    table.set({ token: Uint8Array.of(0, 1), value: 3 })
    assert.deepEqual([table.find(Uint8Array.of(0, 1))?.value, table.find(Uint8Array.of(0, 2))], [3, undefined])
  })
})
