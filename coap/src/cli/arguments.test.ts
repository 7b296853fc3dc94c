// Command lines, taken apart by a table of flags.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Flag, parseArguments } from './arguments.ts'

const flags: readonly Flag[] = [
  { name: 'verbose', short: 'v', help: '' },
  { name: 'json', help: '' },
  { name: 'accept', short: 'A', value: 'FORMAT', help: '' },
  { name: 'query', short: 'q', value: 'NAME=VALUE', repeatable: true, help: '' },
]
const parse = (...argv: string[]) => parseArguments('get', argv, flags)

test('flags stand before, behind and between what is no flag', () => {
  const given = parse('-v', 'one', '--accept', 'json', 'two', '--json')
  assert.deepEqual(given.positionals, ['one', 'two'])
  assert.deepEqual([given.has('verbose'), given.has('json'), given.get('accept')], [true, true, 'json'])
})

test('a value comes as the next argument, after =, or stuck to the letter', () => {
  for (const argv of [['--accept', 'json'], ['--accept=json'], ['-A', 'json'], ['-Ajson']]) {
    assert.equal(parse(...argv).get('accept'), 'json')
  }
})

test('letters can be put together', () => {
  const given = parse('-vA', 'json')
  assert.deepEqual([given.has('verbose'), given.get('accept')], [true, 'json'])
})

test('what can be repeated is a list, in its order', () => {
  assert.deepEqual(parse('-q', 'a=1', '--query', 'b').all('query'), ['a=1', 'b'])
  assert.deepEqual(parse().all('query'), [])
})

test('a single dash is no flag, and after two nothing is', () => {
  assert.deepEqual(parse('-', '--', '-v', '--accept').positionals, ['-', '-v', '--accept'])
})

test('an unknown flag is refused, with the one that may be meant', () => {
  assert.throws(() => parse('--acept', 'json'), { exitCode: 64, message: /no flag --acept: did you mean --accept\?$/ })
  assert.throws(() => parse('--nonsense'), { exitCode: 64, message: /no flag --nonsense$/ })
  assert.throws(() => parse('-x'), { exitCode: 64, message: /no flag -x$/ })
})

test('values that are missing, or not wanted, or one too many, are refused', () => {
  assert.throws(() => parse('--accept'), { exitCode: 64, message: '--accept needs a value: FORMAT' })
  assert.throws(() => parse('--json=yes'), { exitCode: 64, message: '--json takes no value' })
  assert.throws(() => parse('-A', 'a', '-A', 'b'), { exitCode: 64, message: '--accept stands at most once' })
})
