// Durations, read and told.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationOf, durationText } from './duration.ts'

test('a duration is a number with a unit, or seconds', () => {
  for (const [text, milliseconds] of [
    ['10s', 10_000],
    ['500ms', 500],
    ['2m', 120_000],
    ['1.5h', 5_400_000],
    ['5', 5000],
    ['.2', 200],
  ] as const) {
    assert.equal(durationOf(text, '--for'), milliseconds, text)
  }
})

test('what is no duration, and one that would end before it began, is refused with what was expected', () => {
  for (const text of ['', 'soon', '0', '0s', '-1s', '1d', '1 s', '1e3', 's', 'Infinity']) {
    assert.throws(() => durationOf(text, '--for'), {
      exitCode: 64,
      message: `--for is a duration as in 10s, 500ms or 2m, not '${text}'`,
    })
  }
})

test('a duration is told in its two largest units', () => {
  assert.deepEqual([400, 9400, 59_600, 65_000, 3_599_000, 7_384_000].map(durationText), [
    '0 s',
    '9 s',
    '1 min 0 s',
    '1 min 5 s',
    '59 min 59 s',
    '2 h 3 min',
  ])
})
