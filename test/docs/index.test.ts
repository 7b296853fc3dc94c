// docs/README.md leads to each guide, reference and decision; docs/rfc/ has an index of its own.

import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { links } from './markdown.ts'

const docs = join(import.meta.dirname, '../../docs')

test('the index of the documents leads to each of them', () => {
  const targets = links(readFileSync(join(docs, 'README.md'), 'utf8')).map(({ target }) => target)
  const pages = globSync(['*.md', 'decisions/*.md'], { cwd: docs }).filter((page) => page !== 'README.md')
  const missing = pages.filter((page) => !targets.includes(page))
  assert.deepEqual(missing, [], `${missing.join(', ')}: needs a line in docs/README.md`)
})
