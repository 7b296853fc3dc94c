import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { decodeCbor, encodeCbor } from './cbor.ts'
import { cborDiagnostic } from './diagnostic.ts'
import { LanguageTaggedText } from './language-tagged-text.ts'
import { Tagged } from './tagged.ts'

const url = new URL('../../../vectors/cbor/rfc9290.json', import.meta.url)
const { vectors } = JSON.parse(readFileSync(url, 'utf8')) as {
  vectors: { name: string; encoded: string; diagnostic: string }[]
}

const examples: readonly (readonly [name: string, text: LanguageTaggedText])[] = [
  ['A.3: English', new LanguageTaggedText('Hello', 'en')],
  ['A.3: French', new LanguageTaggedText('Bonjour', 'fr')],
  ['A.3: Hebrew, from right to left', new LanguageTaggedText('שלום', 'he', true)],
]

test('RFC 9290 A.3: the examples are read and written as they stand', () => {
  for (const [name, text] of examples) {
    const { encoded = '', diagnostic } = vectors.find((vector) => vector.name === name) ?? {}
    const bytes = new Uint8Array(Buffer.from(encoded, 'hex'))
    assert.deepEqual(LanguageTaggedText.fromCbor(decodeCbor(bytes)), text, name)
    assert.equal(Buffer.from(encodeCbor(text.toCbor())).toString('hex'), encoded, name)
    assert.equal(cborDiagnostic(bytes), diagnostic, name)
  }
})

test('The direction is left-to-right, right-to-left, to be found out, or not told', () => {
  for (const rtl of [false, true, null, undefined]) {
    const text = new LanguageTaggedText('1', 'ar-Latn-EG', rtl)
    assert.deepEqual(LanguageTaggedText.fromCbor(text.toCbor()), text)
  }
})

test('The language and the text may have tags of their own', () => {
  const item = new Tagged(38, [new Tagged(4000, 'en'), new Tagged(4000, new Tagged(4001, 'Hello'))])
  assert.deepEqual(LanguageTaggedText.fromCbor(item), new LanguageTaggedText('Hello', 'en'))
})

const invalid: readonly (readonly [what: string, item: unknown])[] = [
  ['another tag', new Tagged(39, ['en', 'Hello'])],
  ['no tag', ['en', 'Hello']],
  ['no array', new Tagged(38, 'Hello')],
  ['no text', new Tagged(38, ['en'])],
  ['too much', new Tagged(38, ['en', 'Hello', true, 1])],
  ['a number for text', new Tagged(38, ['en', 1])],
  ['a number for a direction', new Tagged(38, ['en', 'Hello', 1])],
  ['nine letters for a language', new Tagged(38, ['abcdefghi', 'Hello'])],
  ['no language', new Tagged(38, ['', 'Hello'])],
]

for (const [what, item] of invalid) {
  test(`Tag 38 is not valid with ${what}`, () => {
    assert.equal(LanguageTaggedText.fromCbor(item), undefined)
  })
}

test('A language tag that is none is refused when the text is made', () => {
  assert.throws(() => new LanguageTaggedText('Hello', 'en_GB'), { code: 'COAP_USAGE', message: /not 'en_GB'/ })
})

test('It stands wherever text can', () => {
  assert.equal(`${new LanguageTaggedText('Hello', 'en')}`, 'Hello')
})
