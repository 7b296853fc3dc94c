import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ConditionalAttributes, conditionalAttributes, readAttributes } from './attributes.ts'

test('attributes become arguments of a query, and are read from it again', () => {
  const attributes: ConditionalAttributes = {
    ...{ pmin: 0.5, pmax: 60, epmin: 1, epmax: 2, gt: 25, lt: -0.25, st: 0.1 },
    ...{ con: true, edge: false, band: true },
  }
  const query = conditionalAttributes(attributes)
  assert.deepEqual(query, [
    ...['c.pmin=0.5', 'c.pmax=60', 'c.epmin=1', 'c.epmax=2', 'c.gt=25', 'c.lt=-0.25', 'c.st=0.1'],
    ...['c.con=1', 'c.edge=0', 'c.band'],
  ])
  assert.deepEqual(readAttributes(query), attributes)
})

test('numbers are written without exponents (xs:decimal)', () => {
  assert.deepEqual(conditionalAttributes({ gt: 1e21, lt: 1e-7 }), ['c.gt=1000000000000000000000', 'c.lt=0.0000001'])
})

test('what the draft does not allow is refused where it is written', () => {
  const wrong: readonly ConditionalAttributes[] = [
    ...[{ pmin: 0 }, { pmax: -1 }, { st: 0 }, { epmin: 0 }, { gt: Number.NaN }, { lt: Number.POSITIVE_INFINITY }],
    ...[{ pmin: 10, pmax: 9 }, { epmin: 5, epmax: 5 }, { band: true }],
    { gte: 5 } as ConditionalAttributes,
  ]
  for (const attributes of wrong) assert.throws(() => conditionalAttributes(attributes), { code: 'COAP_USAGE' })
  assert.doesNotThrow(() => conditionalAttributes({ pmin: 10, pmax: 10 }))
})

test('values of another type, contradictions and repetitions are faults', () => {
  const wrong: readonly (readonly string[])[] = [
    ...[['c.edge=10'], ['c.edge'], ['c.con=yes'], ['c.band=1', 'c.gt=1'], ['c.band='], ['c.band']],
    ...[['c.gt=1e3'], ['c.gt='], ['c.gt'], ['c.lt=Infinity'], ['c.lt=0x10'], ['c.gt= 5'], ['c.st=0'], ['c.st=-1']],
    ...[['c.pmin=0'], ['c.pmax=0'], ['c.epmin=-5'], ['c.pmin=11', 'c.pmax=10'], ['c.epmin=5', 'c.epmax=5']],
    ['c.gt=1', 'c.gt=2'],
  ]
  for (const query of wrong) {
    const read = readAttributes(query)
    assert.ok(read !== undefined && 'fault' in read, String(query))
  }
})

test('decimals are read as XML Schema has them, also in the quotation marks of the draft', () => {
  for (const [text, value] of [
    ...[['25', 25] as const, ['+25', 25] as const, ['-.5', -0.5] as const, ['5.', 5] as const, ['"10"', 10] as const],
  ])
    assert.deepEqual(readAttributes([`c.gt=${text}`]), { gt: value })
  assert.deepEqual(readAttributes(['c.edge=true']), { edge: true })
})

test('other arguments are none of its business', () => {
  assert.equal(readAttributes([]), undefined)
  assert.equal(readAttributes(['u=C', 'gt=5', 'c.', 'c.future=1', 'cc.gt=1']), undefined)
  assert.deepEqual(readAttributes(['u=C', 'c.gt=5']), { gt: 5 })
})
