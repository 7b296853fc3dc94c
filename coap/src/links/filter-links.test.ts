import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { filterLinks } from './filter-links.ts'
import { parseLinks } from './parse-links.ts'

interface FilterVector {
  readonly links: string
  readonly filters: readonly { section: string; query: readonly string[]; targets: readonly string[] }[]
}

const vectors: readonly FilterVector[] = JSON.parse(
  readFileSync(new URL('../../../vectors/links/filters.json', import.meta.url), 'utf8'),
)

test('each query of the corpus finds its links, as RFC 6690 sections 4.1 and 5 have it', () => {
  for (const { links: text, filters } of vectors) {
    const links = parseLinks(text)
    for (const { section, query, targets } of filters) {
      const found = filterLinks(links, query).map(({ target }) => target)
      assert.deepEqual(found, targets, `${section}: ${query.join('&')}`)
    }
  }
})

test('an empty prefix matches an attribute without a value', () => {
  assert.equal(filterLinks(parseLinks('</a>;rt,</b>;rt="",</c>'), ['rt=*']).length, 2)
})

test('a filter without links finds nothing', () => {
  assert.deepEqual(filterLinks([], ['rt=*']), [])
})
