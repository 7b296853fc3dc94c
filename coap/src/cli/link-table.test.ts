// Links as a table.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { linkTable } from './link-table.ts'

const plain = (_style: string, text: string): string => text

test('a line a resource, and a column for what at least one has', () => {
  const links = '</s/t>;rt="temperature-c";ct="0 50";obs;title="Outside",</firmware>;sz=10240;v=2;beta'
  assert.equal(
    linkTable(links, plain),
    [
      'RESOURCE   TYPE           CONTENT                      BYTES  CHANGES     TITLE    MORE',
      '/s/t       temperature-c  text/plain application/json         observable  Outside',
      '/firmware                                              10240                       v=2 beta',
    ].join('\n'),
  )
})

test('no links are said in words', () => {
  assert.equal(linkTable('', plain), 'There are no links.')
})
