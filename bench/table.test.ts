import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Scenario, scenarios } from './scenarios.ts'
import { median, shortfalls, table } from './table.ts'

const scenario = (id: string): Scenario => scenarios.find((each) => each.id === id) ?? assert.fail()
const series = (contestant: string, ...values: number[]) => ({
  contestant,
  samples: values.map((value) => ({ value })),
})

test('a median is the one in the middle, or between the two', () => {
  assert.equal(median([9, 1, 5]), 5)
  assert.equal(median([9, 1, 5, 6]), 5.5)
})

test('the table has medians, ranges and ratios', () => {
  const measured = {
    scenario: scenario('get-256'),
    series: [series('ours', 100, 120, 90), series('libcoap', 50, 40, 60)],
  }
  assert.deepEqual(table(measured, 'ours').split('\n').slice(4), [
    '| ours | 100 | 90 – 120 |  |  |  |',
    '| libcoap | 50 | 40 – 60 |  | 2.00 | ≥ 1.2 |',
  ])
})

test('too few requests a second fall short, and so does too long a latency', () => {
  const slow = { scenario: scenario('get-256'), series: [series('ours', 100), series('libcoap', 100)] }
  const late = { scenario: scenario('latency'), series: [series('ours', 200), series('libcoap', 100)] }
  assert.deepEqual(shortfalls([slow, late], 'ours'), [
    'get-256: 1.00 of libcoap, to reach ≥ 1.2',
    'latency: 2.00 of libcoap, to reach ≤ 1',
  ])
})

test('what is reached is not told', () => {
  const fast = { scenario: scenario('get-256'), series: [series('ours', 130), series('libcoap', 100)] }
  assert.deepEqual(shortfalls([fast], 'ours'), [])
})

test('with many clients it is measured by our own figure with few', () => {
  const few = { scenario: scenario('get-256'), series: [series('ours', 100)] }
  const many = { scenario: scenario('get-10000'), series: [series('ours', 70)] }
  assert.deepEqual(shortfalls([few, many], 'ours'), ['get-10000: 0.70 of our own get-256, to reach ≥ 0.8'])
})

test('a request that the socket delivered and nobody answered falls short, one that it dropped does not', () => {
  const samples = [
    { value: 100, lost: 5, dropped: 3 },
    { value: 100, lost: 4, dropped: 9 },
  ]
  const lossy = { scenario: scenario('get-10000'), series: [{ contestant: 'ours', samples }] }
  assert.deepEqual(shortfalls([lossy], 'ours'), ['get-10000: 2 requests lost that the socket had delivered'])
})
