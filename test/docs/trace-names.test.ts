// docs/tracing.md lists each name that is told, and no other.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { traceNames } from '../../coap/src/context/trace.ts'
import { tableRows } from './markdown.ts'

test('each name that is told is in the guide, and no other', () => {
  const guide = readFileSync(join(import.meta.dirname, '../../docs/tracing.md'), 'utf8')
  const rows = tableRows(guide, ['name', 'when', 'members']) ?? []
  assert.deepEqual(
    rows.map(({ cells }) => cells[0]?.replaceAll('`', '')),
    [...traceNames],
  )
})
