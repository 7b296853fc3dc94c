import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { decodeCbor, encodeCbor } from '../cbor/cbor.ts'
import { cborDiagnostic } from '../cbor/diagnostic.ts'
import { LanguageTaggedText } from '../cbor/language-tagged-text.ts'
import { Tagged } from '../cbor/tagged.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { decodeProblemDetails, encodeProblemDetails, localizedText, type ProblemDetails } from './problem-details.ts'

const url = new URL('../../../vectors/cbor/rfc9290.json', import.meta.url)
const { vectors } = JSON.parse(readFileSync(url, 'utf8')) as {
  vectors: { name: string; encoded: string; diagnostic: string }[]
}

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const fromEntries = (...entries: [unknown, unknown][]): Uint8Array => encodeCbor(new Map(entries))

const example: ProblemDetails = {
  title: 'title of the error',
  detail: 'detailed information about the error',
  instance: 'coaps://pd.example/FA317434',
  responseCode: Code.BadRequest,
}
const extension = new Map<unknown, unknown>([
  [0, 'machine-readable error cause'],
  [1, [['first parameter name', 'must be a positive integer'], ['second parameter name']]],
  [2, 'd34db33f'],
])

for (const [figure, key] of [
  ['figure 3: URI as key', 'tag:3gpp.org,2022-03:TS29112'],
  ['figure 4: unsigned integer as key', 4711],
] as const) {
  test(`RFC 9290 ${figure}`, () => {
    const { encoded = '', diagnostic } = vectors.find(({ name }) => name === figure) ?? {}
    const expected = { ...example, custom: new Map([[key, extension]]) }
    assert.equal(cborDiagnostic(fromHex(encoded)), diagnostic)
    assert.deepEqual(decodeProblemDetails(fromHex(encoded)), expected)
    assert.deepEqual(decodeProblemDetails(encodeProblemDetails(expected)), expected)
  })
}

test('Problem details have the Content-Format 257', () => {
  assert.equal(ContentFormat.problemDetails, 257)
})

test('Each standard entry has its key', () => {
  const details: ProblemDetails = {
    title: 'a',
    detail: new LanguageTaggedText('b', 'en'),
    instance: 'c',
    responseCode: Code.NotFound,
    baseUri: 'coap://d.example/',
    baseLanguage: 'de-CH',
    baseRtl: null,
    unprocessedCoapOption: [11, 35],
    standard: new Map([[-9, 'e']]),
  }
  const notation = '{-1: "a", -2: 38(["en", "b"]), -3: "c", -4: 132, -5: "coap://d.example/", -6: "de-CH", -7: null, '
  assert.equal(cborDiagnostic(encodeProblemDetails(details)), `${notation}-8: [11, 35], -9: "e"}`)
  assert.deepEqual(decodeProblemDetails(encodeProblemDetails(details)), details)
})

test('One unprocessed option stands alone, several in an array', () => {
  const one: ProblemDetails = { unprocessedCoapOption: [11] }
  assert.equal(cborDiagnostic(encodeProblemDetails(one)), '{-8: 11}')
  assert.deepEqual(decodeProblemDetails(encodeProblemDetails(one)), one)
})

test('A direction of null is something else than no direction', () => {
  assert.equal(decodeProblemDetails(fromEntries([-7, null]))?.baseRtl, null)
  assert.equal(decodeProblemDetails(fromEntries([-1, 'a']))?.baseRtl, undefined)
})

test('Entries that are not known are kept, and written again when the details are forwarded', () => {
  const received = fromEntries(
    [2, new Map([['x', 1]])],
    [2n ** 60n, new Map([[0, 0]])],
    [-1, 'a'],
    [-30, [1]],
    [-(2n ** 60n), 2],
  )
  const details = decodeProblemDetails(received)
  assert.deepEqual([...(details?.standard?.keys() ?? [])], [-30, -(2n ** 60n)])
  assert.deepEqual([...(details?.custom?.keys() ?? [])], [2, 2n ** 60n])
  assert.ok(details)
  assert.deepEqual(encodeProblemDetails(details), received)
})

const notAsWanted: readonly (readonly [what: string, key: unknown, value: unknown])[] = [
  ['a title that is a number', -1, 5],
  ['a title with a language that is none', -1, new Tagged(38, ['', 'a'])],
  ['a code above 255', -4, 256],
  ['a language that is none', -6, 'en_GB'],
  ['a direction that is text', -7, 'rtl'],
  ['unprocessed options that are none', -8, []],
  ['an unprocessed option with a name', -8, ['Uri-Host']],
  ['a custom entry that is no map', 1, 'a'],
  ['a custom entry that is empty', 1, new Map()],
  ['a relative URI as key', 'relative', new Map([[0, 0]])],
  ['a key of another kind', Uint8Array.of(1), new Map([[0, 0]])],
]

for (const [what, key, value] of notAsWanted) {
  test(`The rest is read in spite of ${what}`, () => {
    assert.deepEqual(decodeProblemDetails(fromEntries([-2, 'the rest'], [key, value])), { detail: 'the rest' })
    assert.equal(decodeProblemDetails(fromEntries([key, value])), undefined)
  })
}

test('What is no problem details is undefined', () => {
  for (const bytes of [
    new Uint8Array(),
    fromHex('a0'),
    fromHex('80'),
    fromHex('a120'),
    fromEntries([-1, 'a']).subarray(1),
  ]) {
    assert.equal(decodeProblemDetails(bytes), undefined)
  }
})

test('Problem details of indefinite length are read', () => {
  assert.deepEqual(decodeProblemDetails(fromHex('bf207f61616162ffff')), { title: 'ab' })
})

const mistakes: readonly (readonly [what: string, details: ProblemDetails, message: RegExp])[] = [
  ['no entry', {}, /at least one entry/],
  ['a code above 255', { responseCode: 404 }, /responseCode of problem details is a code of 0 to 255, not 404/],
  ['a language that is none', { baseLanguage: 'en_GB' }, /a language tag, like 'en', not en_GB/],
  ['an empty list of options', { unprocessedCoapOption: [] }, /a list of option numbers/],
  ['a standard key with a member of its own', { standard: new Map([[-1, 'a']]) }, /less than -8, not -1/],
  ['a relative URI as key', { custom: new Map([['a/b', extension]]) }, /an absolute URI or a number, not a\/b/],
  ['a negative number as a custom key', { custom: new Map([[-9, extension]]) }, /an absolute URI or a number, not -9/],
  ['a custom entry that is empty', { custom: new Map([[1, new Map()]]) }, /a Map that is not empty/],
]

for (const [what, details, message] of mistakes) {
  test(`The caller is told of ${what}`, () => {
    assert.throws(() => encodeProblemDetails(details), { code: 'COAP_USAGE', message })
  })
}

test('Text that does not tell its language has that of the details, else English from left to right', () => {
  const english = new LanguageTaggedText('a', 'en', false)
  const arabic = new LanguageTaggedText('a', 'ar', true)
  assert.deepEqual(localizedText('a', {}), english)
  assert.deepEqual(localizedText('a', { baseLanguage: 'ar', baseRtl: true }), arabic)
  assert.deepEqual(localizedText('a', { baseRtl: null }), new LanguageTaggedText('a', 'en', null))
})

test('Text with a language keeps it, and takes the direction of the details if it has none', () => {
  const hebrew = new LanguageTaggedText('a', 'he')
  assert.deepEqual(
    localizedText(hebrew, { baseLanguage: 'de', baseRtl: true }),
    new LanguageTaggedText('a', 'he', true),
  )
  assert.deepEqual(localizedText(hebrew, { baseLanguage: 'de' }), new LanguageTaggedText('a', 'he', null))
  assert.equal(localizedText(new LanguageTaggedText('a', 'he', false), { baseRtl: true }).rtl, false)
})

test('Whatever is read can be written, and is read as the same', () => {
  const key = fc.oneof(fc.integer({ min: -12, max: 3 }), fc.constantFrom('a:b', 'c', ''))
  const inner = fc.oneof(fc.nat(300), fc.string(), fc.boolean(), fc.constant(null), fc.array(fc.nat()), fc.constant([]))
  const value = fc.oneof(
    inner,
    fc.array(fc.tuple(fc.nat(), inner), { maxLength: 3 }).map((pairs) => new Map(pairs)),
  )
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.array(fc.tuple(key, value), { maxLength: 8 }).map((pairs) => encodeCbor(new Map<unknown, unknown>(pairs))),
  )
  fc.assert(
    fc.property(input, (bytes) => {
      const details = decodeProblemDetails(bytes)
      if (details === undefined) return
      assert.deepEqual(decodeProblemDetails(encodeProblemDetails(details)), details)
    }),
    { numRuns: 1000 },
  )
})

test('Entries are written in deterministic order', () => {
  const encoded = encodeProblemDetails({ detail: 'b', title: 'a', custom: new Map([[7, extension]]) })
  const expected = new Map<unknown, unknown>([
    [7, extension],
    [-1, 'a'],
    [-2, 'b'],
  ])
  assert.deepEqual([...(decodeCbor(encoded, { maps: 'map' }) as Map<unknown, unknown>)], [...expected])
})
