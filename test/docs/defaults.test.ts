// docs/defaults.md is made of the sources: that nothing is left out, and that comments and constants agree.

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { groups, membersOf, withoutDefault } from './defaults.ts'

const sources = join(import.meta.dirname, '../../coap/src')

test('every constant of defaults that an entry point exports is in the page', () => {
  const entryPoints = readdirSync(sources).filter((name) => name.endsWith('.ts'))
  const exported = entryPoints.flatMap((name) => {
    const text = readFileSync(join(sources, name), 'utf8')
    return [...text.matchAll(/\b\w+Defaults\b/g)].map(([constant]) => constant)
  })
  const shown = groups.map(({ defaults }) => defaults)
  assert.deepEqual([...new Set(exported)].sort(), [...shown].sort())
})

test('the options of an interface are read with their comments, also those of several lines', () => {
  const source = `
export interface Wrong {
  readonly a: number
}

export interface Right {
  /** One line. */
  readonly a?: number
  /**
   * The first,
   * the second.
   */
  readonly b?: { readonly inner: number }
}
`
  assert.deepEqual(membersOf(source, 'Right'), [
    { name: 'a', text: 'One line.' },
    { name: 'b', text: 'The first, the second.' },
  ])
  assert.throws(() => membersOf(source, 'Wrong'), /Wrong\.a has no doc comment/)
})

test('a default that is said and nothing more is left out of the text, since it has its column', () => {
  assert.equal(withoutDefault('a', 'Bytes. Default 1,024. Full: refused.', 1024), 'Bytes. Full: refused.')
  assert.equal(withoutDefault('a', 'Which. Default `one-two`.', 'one-two'), 'Which.')
  assert.equal(withoutDefault('a', "Where. Default `['a']`.", ['a']), 'Where.')
  assert.equal(withoutDefault('a', 'Factor. Default 1.5; at least 1.', 1.5), 'Factor. Default 1.5; at least 1.')
  assert.equal(withoutDefault('a', 'Default 36 MiB: many.', 36 * 1024 * 1024), 'Default 36 MiB: many.')
  assert.equal(withoutDefault('a', 'Around it. Default: none.', undefined), 'Around it. Default: none.')
})

test('a comment that states another default than the constant has is found', () => {
  assert.throws(() => withoutDefault('a', 'Default 2000.', 3000), {
    message: 'the default of a is 3000, and its comment says 2000',
  })
  assert.throws(() => withoutDefault('a', 'Default true.', false), /is false, and its comment says true/)
  assert.throws(() => withoutDefault('a', 'Default 36 MiB: many.', 1024), /says 36 MiB/)
})
