// docs/attacks.md names the tests that show what it says: each is there.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { namesTest } from './rfc-tables.ts'

const root = join(import.meta.dirname, '../..')
const references = [...readFileSync(join(root, 'docs/attacks.md'), 'utf8').matchAll(/^- `(\S+?): (.+)`$/gm)]

test('each test that docs/attacks.md names is there', () => {
  assert.ok(references.length > 30)
  for (const [, path = '', name = ''] of references) {
    const file = path.startsWith('test/') ? path : `coap/src/${path}`
    assert.ok(namesTest(file, readFileSync(join(root, file), 'utf8'), name), `${file} has no test '${name}'`)
  }
})
