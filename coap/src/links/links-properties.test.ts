import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { CoapUri } from '../uri/coap-uri.ts'
import { filterLinks } from './filter-links.ts'
import { formatLinks } from './format-links.ts'
import { Link, type LinkAttribute, onlyOnce } from './link.ts'
import { parseLinks, tryParseLinks } from './parse-links.ts'
import { resolveLink } from './resolve-link.ts'

test('links that are written are read as the same links', () => {
  fc.assert(fc.property(links, (value) => assert.deepEqual(parseLinks(formatLinks(value)), value)))
})

test('any text is a list of links or gives a FormatError with a place inside it', () => {
  fc.assert(
    fc.property(fuzz, (text) => {
      const lenient = tryParseLinks(text)
      try {
        assert.deepEqual(parseLinks(text), lenient)
      } catch (error) {
        const { name, offset } = error as { name: string; offset: number }
        assert.equal(name, 'FormatError', String(error))
        assert.ok(offset >= 0 && offset <= text.length, `${offset} in ${JSON.stringify(text)}`)
        assert.equal(lenient, undefined)
      }
    }),
    { numRuns: 1000 },
  )
})

test('what was read can be written, and read again as the same links', () => {
  fc.assert(
    fc.property(fuzz, (text) => {
      const value = tryParseLinks(text)
      if (value !== undefined) assert.deepEqual(tryParseLinks(formatLinks(value)), value)
    }),
  )
})

test('no link resolves with an error, and what it resolves to stays as it is', () => {
  fc.assert(
    fc.property(links, (value) => {
      for (const link of value) {
        const resolved = resolveLink(link, base)
        if (resolved === undefined) continue
        const again = resolveLink(new Link(resolved.target, { anchor: resolved.context }), elsewhere)
        assert.deepEqual(again, resolved)
      }
    }),
  )
})

test('a filter leaves out links and changes none of their order', () => {
  fc.assert(
    fc.property(links, fc.array(argument, { maxLength: 2 }), (value, query) => {
      const found = filterLinks(value, query)
      assert.deepEqual(
        found,
        value.filter((link) => found.includes(link)),
      )
    }),
  )
})

test('an attribute is found by each prefix of its value', () => {
  fc.assert(
    fc.property(attribute, fc.nat(), ({ name, value = '' }, length) => {
      fc.pre(!listed.has(name))
      const link = new Link('/a', [name.endsWith('*') ? { name, value, language: '' } : { name, value }])
      assert.deepEqual(filterLinks([link], [`${name}=${value.slice(0, length)}*`]), [link])
    }),
  )
})

const base = CoapUri.parse('coap://h/.well-known/core')
const elsewhere = CoapUri.parse('coaps://elsewhere.example/x')
const listed: ReadonlySet<string> = new Set(['rel', 'rt', 'if', 'ct'])

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'",;\\<>=*\' \täß€😀\0\u007f\u0085'),
    fc.string({ unit: 'grapheme', maxLength: 1 }),
  ),
})
const reference = fc.oneof(
  fc.constantFrom(
    '',
    '/',
    '/a',
    '/a/b?c#d',
    '../x',
    '#f',
    'http://h/x',
    'coap://H:1/%7e',
    'urn:x',
    '//h',
    '/Malmö',
    '/%zz',
  ),
  fc.webUrl(),
)
const name = fc
  .oneof(
    fc.constantFrom('rt', 'if', 'ct', 'sz', 'obs', 'title', 'rel', 'hreflang', 'foo'),
    fc.stringMatching(/^[a-z0-9!#$&+\-.^_`|~]{1,8}$/),
  )
  .filter((candidate) => candidate !== 'href' && candidate !== 'anchor')
const attribute: fc.Arbitrary<LinkAttribute> = fc.oneof(
  name.map((bare) => ({ name: bare })),
  fc.record({ name, value: anyText }, { noNullPrototype: true }),
  fc.record({ name: fc.constant('anchor'), value: reference }, { noNullPrototype: true }),
  fc.record(
    { name: name.map((plain) => `${plain}*`), value: anyText, language: fc.constantFrom('', 'de', 'en-GB') },
    { noNullPrototype: true },
  ),
)
const link = fc
  .tuple(reference, fc.array(attribute, { maxLength: 5 }))
  .map(([target, attributes]) => new Link(target, attributes.filter(isFirst)))
const links = fc.array(link, { maxLength: 5 })
const argument = fc
  .tuple(fc.oneof(name, fc.constantFrom('href', 'anchor')), fc.constantFrom('', '*', 'a', '/a*', 'x*'))
  .map((pair) => pair.join('='))

const corpus: readonly string[] = ['links', 'other-notations', 'malformed'].flatMap((file) =>
  (
    JSON.parse(readFileSync(new URL(`../../../vectors/links/${file}.json`, import.meta.url), 'utf8')) as {
      text: string
    }[]
  ).map((vector) => vector.text),
)
const piece = fc.constantFrom(...['<', '>', '</a>', ';', ',', '=', '"', '\\', ' ', '\n', 'rt', 'a', 'href', 'anchor', 'title*', "UTF-8'de'", "'", '%C3', '%A4', '%', '*', 'ö', '\ud800', '\0']) // biome-ignore format: a paragraph of pieces
const fuzz = fc.oneof(
  fc.array(piece).map((pieces) => pieces.join('')),
  fc.array(piece).map((pieces) => `</a>;${pieces.join('')}`),
  fc.tuple(fc.constantFrom(...corpus), fc.nat(), piece).map(([kept, at, other]) => {
    const place = at % (kept.length + 1)
    return kept.slice(0, place) + other + kept.slice(place + 1)
  }),
  fc.string({ unit: 'binary' }),
)

function isFirst({ name: own }: LinkAttribute, index: number, all: readonly LinkAttribute[]): boolean {
  return !onlyOnce.has(own) || all.findIndex(({ name: other }) => other === own) === index
}
