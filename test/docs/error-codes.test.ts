// docs/errors.md lists each code that the sources give to an error, and no other.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { tableRows } from './markdown.ts'

const root = join(import.meta.dirname, '../..')

test('each error code of the sources is in the guide, and no other', () => {
  const sources = globSync('coap/src/**/*.ts', { cwd: root }).filter((file) => !file.endsWith('.test.ts'))
  const used = sources.flatMap((file) => [
    ...readFileSync(join(root, file), 'utf8').matchAll(/code: '(COAP_[A-Z_]+)'|\?\? '(COAP_[A-Z_]+)'/g),
  ])
  const codes = new Set(used.map(([, given, otherwise]) => given ?? otherwise))
  const guide = readFileSync(join(root, 'docs/errors.md'), 'utf8')
  const rows = tableRows(guide, ['code', 'class', 'what it means', 'what to do']) ?? []
  const listed = rows.map(({ cells }) => cells[0]?.replaceAll('`', ''))
  assert.deepEqual([...listed].sort(), [...codes].sort())
})
