import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Flights } from './flights.ts'

describe('a request that reads', () => {
  it('knows of each change of its place while it was on its way, whatever others have done', () => {
    const flights = new Flights()
    const [first, second] = [flights.begin('a'), flights.begin('a')]
    assert.equal(first(), false)
    flights.changed('a')
    assert.equal(second(), true)
  })

  it('knows of no change before it left, after it was answered, or elsewhere', () => {
    const flights = new Flights()
    const early = flights.begin('a')
    flights.changed('a')
    const late = flights.begin('a')
    flights.changed('b')
    assert.deepEqual([early(), late()], [true, false])
    flights.changed('a')
    assert.equal(flights.begin('a')(), false)
  })
})
