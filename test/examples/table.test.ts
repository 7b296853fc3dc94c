// The table of examples/plugtest/README.md is whole: each resource has a row, each row a test, and other clients try each of them.

import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { plugtest } from '../../examples/plugtest/plugtest.ts'
import { plugtestCases } from '../interop/plugtest-cases.ts'
import { HandClock } from './hand-clock.ts'

const folder = join(import.meta.dirname, '../../examples/plugtest')
const rows = readFileSync(join(folder, 'README.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `/'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
const paths = new Set(plugtest(new HandClock(), { shutdown() {} }).routes.map(({ path }) => path))
/** What has a row is the collection: its members come and go. */
const members = ['/large-create/:id', '/path/sub2']

/** Paths in a cell or a title. */
function pathsIn(text: string): string[] {
  return Array.from(text.matchAll(/\/[\w./-]+/g), ([path]) => path)
}

test('each resource has a row, and each row is of resources', () => {
  const named = new Set(rows.flatMap(([, resources = '']) => pathsIn(resources)))
  assert.deepEqual(
    [...paths].filter((path) => !named.has(path) && !members.includes(path)),
    [],
  )
  assert.deepEqual(
    [...named].filter((path) => !paths.has(path)),
    ['/.well-known/core'],
  )
})

test('each row says where it comes from, what it does, and which test tries it', () => {
  for (const [, resources, source, behaviour, file] of rows) {
    assert.ok(source && behaviour, resources)
    assert.ok(existsSync(join(import.meta.dirname, file?.replaceAll('`', '') ?? '')), `${resources}: ${file}`)
  }
})

test('other clients try each resource', () => {
  const tried = plugtestCases.flatMap(({ resources }) => pathsIn(resources))
  const below = ['/seg1', '/seg1/seg2', '/path/sub2', '/path/sub3', '/large-create/:id']
  assert.deepEqual(
    [...paths].filter((path) => !tried.includes(path) && !below.includes(path)),
    [],
  )
})
