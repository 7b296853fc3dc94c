// Text in lines and columns.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { columns, wrap } from './text-layout.ts'

test('lines are broken between words, at 80 characters at most', () => {
  const lines = wrap('word '.repeat(60).trim(), '    ').split('\n')
  assert.ok(lines.length > 3)
  for (const line of lines) assert.ok(line.length <= 80 && line.startsWith('    word') && !line.endsWith(' '), line)
})

test('a word that is longer than a line has one of its own', () => {
  assert.equal(wrap(`a ${'x'.repeat(100)} b`), `a\n${'x'.repeat(100)}\nb`)
})

test('names stand in a column, what they mean in another', () => {
  assert.equal(
    columns([
      ['get', 'read'],
      ['observe', 'watch'],
    ]),
    '  get      read\n  observe  watch',
  )
})

test('a name that is too long for its column has a line of its own', () => {
  assert.equal(
    columns([
      ['x'.repeat(50), 'long'],
      ['get', 'read'],
    ]),
    `  ${'x'.repeat(50)}\n       long\n  get  read`,
  )
})
