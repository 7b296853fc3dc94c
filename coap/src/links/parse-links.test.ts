import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { formatLinks } from './format-links.ts'
import { Link, type LinkAttribute } from './link.ts'
import { parseLinks, tryParseLinks } from './parse-links.ts'

interface DocumentVector {
  readonly section: string
  readonly text: string
  readonly links: readonly { readonly target: string; readonly attributes: readonly LinkAttribute[] }[]
}

const documents = vectors<DocumentVector>('links')
const otherNotations = vectors<DocumentVector>('other-notations')
const malformed = vectors<{ section: string; text: string; offset: number; expected: string }>('malformed')

test('the documents of RFC 6690 section 5 and of the corpus are read', () => {
  for (const { section, text, links } of documents)
    assert.deepEqual(plain(parseLinks(text)), links, `${section}: ${text}`)
})

test('the documents of RFC 6690 section 5 and of the corpus are written as they are there', () => {
  for (const { section, text, links } of documents) {
    const made = links.map(({ target, attributes }) => new Link(target, attributes))
    assert.equal(formatLinks(made), text, section)
  }
})

test('other notations of the same links are read', () => {
  for (const { section, text, links } of otherNotations) {
    assert.deepEqual(plain(parseLinks(text)), links, `${section}: ${text}`)
  }
})

test('a malformed document is refused with the place and what was expected there', () => {
  for (const { section, text, offset, expected } of malformed) {
    assert.throws(
      () => parseLinks(text),
      { name: 'FormatError', message: `${expected} at position ${offset}`, offset },
      `${section}: ${text}`,
    )
  }
})

test('a malformed document from the network is undefined', () => {
  for (const { text } of malformed) assert.equal(tryParseLinks(text), undefined, text)
  assert.equal(tryParseLinks('</a>;b')?.length, 1)
})

test('a lone surrogate is no text', () => {
  assert.throws(() => parseLinks('</a>;b="\ud800"'), { name: 'FormatError', offset: 8 })
})

test('more links and attributes than allowed are refused', () => {
  const text = '</a>;b;c,</d>'
  assert.equal(tryParseLinks(text, { maxEntries: 4 })?.length, 2)
  assert.throws(() => parseLinks(text, { maxEntries: 3 }), { message: /at most 3 links and attributes/ })
  assert.equal(tryParseLinks(text, { maxEntries: 2 }), undefined)
  assert.equal(tryParseLinks(`<>${',<>'.repeat(65_535)}`)?.length, 65_536)
  assert.equal(tryParseLinks(`<>${',<>'.repeat(65_536)}`), undefined)
  assert.equal(tryParseLinks(`<>${';rt=a'.repeat(65_536)}`), undefined)
})

test('a document of megabytes is no trouble', () => {
  const long = 'a'.repeat(5_000_000)
  assert.equal(tryParseLinks(`</${long}>;b="${long}";c=${long};d*=UTF-8''${long}`)?.[0]?.attributes.length, 3)
  assert.equal(tryParseLinks(`</a>;b="${'\\"'.repeat(2_000_000)}`), undefined)
  assert.equal(tryParseLinks(' '.repeat(5_000_000))?.length, 0)
})

function plain(links: readonly Link[]): DocumentVector['links'] {
  return links.map(({ target, attributes }) => ({ target, attributes }))
}

function vectors<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../../../vectors/links/${name}.json`, import.meta.url), 'utf8'))
}
