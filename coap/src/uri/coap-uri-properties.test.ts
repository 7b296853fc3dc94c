import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { CoapUri } from './coap-uri.ts'
import { type Scheme, schemes } from './scheme.ts'

test('the text of any URI is read as the same URI', () => {
  fc.assert(fc.property(uri, (value) => assert.deepEqual(CoapUri.parse(value.toString()), value)))
})

test('the text of any URI is ASCII without a space', () => {
  fc.assert(fc.property(uri, (value) => assert.match(value.toString(), /^[!-~]+$/)))
})

test('what is composed from the options of a URI is the URI', () => {
  fc.assert(
    fc.property(uri, destination, (value, to) => {
      const composed = CoapUri.compose({ scheme: value.scheme, destination: to, ...value.options(to) })
      assert.equal(composed?.toString(), value.with({ zone: undefined }).toString())
    }),
  )
})

test('the options of what was composed from options are these options', () => {
  fc.assert(
    fc.property(options, destination, (values, to) => {
      fc.pre(values.uriPort !== to.port)
      const composed = CoapUri.compose({ scheme: 'coap', destination: to, ...values })
      assert.ok(composed !== undefined)
      assert.deepEqual(composed.options(to), values)
    }),
  )
})

test('no options from the network make an error', () => {
  const anything = fc.record(
    {
      uriHost: fc.string({ unit: 'binary' }),
      uriPort: fc.integer(),
      uriPath: fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', '.', '..'))),
      uriQuery: fc.array(fc.string({ unit: 'binary' })),
    },
    { requiredKeys: ['uriPath', 'uriQuery'] },
  )
  fc.assert(
    fc.property(anything, (values) => {
      const composed = CoapUri.compose({ scheme: 'coap', destination: { host: '192.0.2.1', port: 5683 }, ...values })
      if (composed !== undefined) assert.deepEqual(CoapUri.parse(composed.toString()), composed)
    }),
  )
})

test('any text is a URI or gives a FormatError with a place inside it', () => {
  fc.assert(
    fc.property(fuzz, (text) => {
      const lenient = CoapUri.tryParse(text)
      try {
        assert.deepEqual(CoapUri.parse(text), lenient)
      } catch (error) {
        assertFormatError(error, text)
        assert.equal(lenient, undefined)
      }
    }),
    { numRuns: 1000 },
  )
})

test('any reference leads to a URI or gives a FormatError with a place inside it', () => {
  fc.assert(
    fc.property(uri, fuzz, (base, text) => {
      const lenient = base.tryResolve(text)
      try {
        assert.deepEqual(base.resolve(text), lenient)
      } catch (error) {
        assertFormatError(error, text)
        assert.equal(lenient, undefined)
      }
    }),
    { numRuns: 1000 },
  )
})

test('a reference to any URI, with or without its scheme, resolves to the URI from anywhere', () => {
  fc.assert(
    fc.property(uri, uri, (base, value) => {
      assert.deepEqual(base.resolve(value.toString()), value)
      const withoutScheme = value.toString().slice(value.scheme.length + 1)
      assert.deepEqual(value.with({ path: ['elsewhere'] }).resolve(withoutScheme), value)
    }),
  )
})

test('a text of megabytes is no trouble', () => {
  for (const piece of ['a', '%41', '%C3', '[', ':', '.']) {
    const long = piece.repeat(3_000_000)
    assert.equal(CoapUri.tryParse(`coap://${long}`), undefined, piece)
    assert.equal(CoapUri.tryParse(`coap://h/x${long}`), undefined, piece)
    assert.equal(CoapUri.tryParse(long), undefined, piece)
  }
  assert.equal(CoapUri.tryParse(`coap://h/${'../'.repeat(100_000)}x`)?.toString(), 'coap://h/x')
})

const text = fc.string({
  unit: fc.oneof(fc.constantFrom(...'/?#[]@:&=+%. äß€😀'), fc.string({ unit: 'grapheme', maxLength: 1 })),
})
const segments = fc
  .array(fc.oneof(text, fc.constant('')).filter((segment) => segment !== '.' && segment !== '..'))
  .map((path) => (path.length === 1 && path[0] === '' ? [] : path))
const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,9}$/)
const name = fc.oneof(fc.domain(), label, fc.constant('büro.example'))
const address = fc.oneof(fc.ipV4(), fc.ipV6())
const port = fc.integer({ min: 0, max: 0xffff })
const destination = fc.record({ host: address, port })

const uri = fc
  .record(
    {
      scheme: fc.constantFrom(...(Object.keys(schemes) as Scheme[])),
      host: fc.oneof(name, address),
      zone: fc.oneof(label, fc.constantFrom('25', '253', 'Ethernet 2', "a!'()*")),
      port,
      path: segments,
      query: fc.array(text),
    },
    { requiredKeys: ['scheme', 'host', 'path', 'query'] },
  )
  .map(({ zone, ...parts }) => {
    const changes = zone !== undefined && parts.host.includes(':') ? { ...parts, zone } : parts
    return CoapUri.parse('coap://h').with(changes)
  })

const options = fc.record(
  { uriHost: name.map((host) => host.toLowerCase()), uriPort: port, uriPath: segments, uriQuery: fc.array(text) },
  { requiredKeys: ['uriPath', 'uriQuery'], noNullPrototype: true },
)

/** Pieces of URIs in any order, the corpus with some characters exchanged, and anything. */
const corpus: readonly string[] = ['uris', 'malformed-uris'].flatMap((file) =>
  (
    JSON.parse(readFileSync(new URL(`../../../vectors/uri/${file}.json`, import.meta.url), 'utf8')) as { uri: string }[]
  ).map((vector) => vector.uri),
)
const piece = fc.constantFrom(...['coap', 'coaps+ws', '://', '//', ':', '/', '?', '&', '#', '@', '[', ']', '%', '%25', '%C3', '%A4', '.', '..', '::', 'fe80::1', '5683', '99999', 'h', 'ä', '\ud800', ' ']) // biome-ignore format: a paragraph of pieces
const fuzz = fc.oneof(
  fc.array(piece).map((pieces) => pieces.join('')),
  fc.array(piece).map((pieces) => `coap://${pieces.join('')}`),
  fc.tuple(fc.constantFrom(...corpus), fc.nat(), piece).map(([kept, at, other]) => {
    const place = at % (kept.length + 1)
    return kept.slice(0, place) + other + kept.slice(place + 1)
  }),
  fc.string({ unit: 'binary' }),
)

function assertFormatError(error: unknown, text: string): void {
  const { name, offset } = error as { name: string; offset: number }
  assert.equal(name, 'FormatError', String(error))
  assert.ok(Number.isInteger(offset) && offset >= 0 && offset <= text.length, `${offset} in ${JSON.stringify(text)}`)
}
