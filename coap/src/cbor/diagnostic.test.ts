import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeCbor, tryDecodeCbor } from './cbor.ts'
import { cborDiagnostic } from './diagnostic.ts'

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))

test('RFC 8949 appendix A: each item is printed as in its column', () => {
  const url = new URL('../../../vectors/cbor/rfc8949-appendix-a.json', import.meta.url)
  const { vectors } = JSON.parse(readFileSync(url, 'utf8')) as { vectors: { encoded: string; diagnostic: string }[] }
  for (const { encoded, diagnostic } of vectors) {
    // letters are printed as they are, where the appendix keeps to ASCII
    const expected = diagnostic.replace(/\\u([0-9a-f]{4})/g, (_, unit: string) =>
      String.fromCharCode(parseInt(unit, 16)),
    )
    assert.equal(cborDiagnostic(fromHex(encoded), { encodingIndicators: false }), expected, encoded)
  }
})

const printed: readonly (readonly [what: string, encoded: string, text: string])[] = [
  ['a half where a half is enough', 'f93e00', '1.5'],
  ['a single where a half were enough', 'fa3fc00000', '1.5_2'],
  ['a double where a half were enough', 'fb3ff8000000000000', '1.5_3'],
  ['infinity in eight bytes', 'fb7ff0000000000000', 'Infinity_3'],
  ['integers in more bytes than needed', '82180139ffff', '[1_0, -65536]'],
  ['lengths in more bytes than needed', '8258010a79000161', `[h'0a'_0, "a"_1]`],
  ['an array and a map with long heads', '990001b8010001', '[_1 {_0 0: 1}]'],
  ['a tag with a long head', 'd9000100', '1_1(0)'],
  ['the last integer in 64 bits', '3bffffffffffffffff', '-18446744073709551616'],
  ['a large integer with a leading zero', 'c24a00010000000000000000', "2(h'00010000000000000000')"],
  ['a small integer as a large one', 'c24101', "2(h'01')"],
  ['a string of no chunks', '825fff7fff', `[''_, ""_]`],
  ['a string of empty chunks', '825f40ff7f60ff', `[(_ h''), (_ "")]`],
  ['a map with the same key twice', 'a200010002', '{0: 1, 0: 2}'],
  ['simple values', '83e0f820f8ff', '[simple(0), simple(32), simple(255)]'],
]

for (const [what, encoded, text] of printed) {
  test(`Notation shows ${what}`, () => {
    assert.equal(cborDiagnostic(fromHex(encoded)), text)
  })
}

test('What could deceive a reader or a terminal is escaped, letters are not', () => {
  const text = 'grün 水\n\u001b[2J\u009b\u202e\u2028\u{e0041}"'
  const escaped = '"grün 水\\n\\u001b[2J\\u009b\\u202e\\u2028\\udb40\\udc41\\""'
  assert.equal(cborDiagnostic(encodeCbor(text)), escaped)
  assert.equal(JSON.parse(escaped), text)
})

test('With an indent, what is too long for a line gets a line for each item', () => {
  const value = new Map<unknown, unknown>([
    [-1, 'The valve does not answer'],
    [-8, [11, 35]],
    [7807, new Map([[1, ['a'.repeat(30), 'b'.repeat(30), 'c'.repeat(30)]]])],
  ])
  const lines = [
    '{',
    '  7807: {',
    '    1: [',
    `      "${'a'.repeat(30)}",`,
    `      "${'b'.repeat(30)}",`,
    `      "${'c'.repeat(30)}"`,
    '    ]',
    '  },',
    '  -1: "The valve does not answer",',
    '  -8: [11, 35]',
    '}',
  ]
  assert.equal(cborDiagnostic(encodeCbor(value), { indent: 2 }), lines.join('\n'))
})

test('A tag around something long does not indent it further', () => {
  const long = `d820${'82'}7828${'61'.repeat(40)}7828${'62'.repeat(40)}`
  assert.equal(cborDiagnostic(fromHex(long), { indent: 2 }), `32([\n  "${'a'.repeat(40)}",\n  "${'b'.repeat(40)}"\n])`)
})

test('A sequence is printed item by item (RFC 8742)', () => {
  assert.equal(cborDiagnostic(fromHex('01616180'), { sequence: true }), '1, "a", []')
  assert.equal(cborDiagnostic(fromHex('0102'), { sequence: true, indent: 2 }), '1,\n2')
  assert.equal(cborDiagnostic(new Uint8Array(), { sequence: true }), '')
})

test('Bytes that are no data item give a FormatError with the place where', () => {
  assert.throws(() => cborDiagnostic(new Uint8Array()), { code: 'COAP_FORMAT', offset: 0 })
  assert.throws(() => cborDiagnostic(fromHex('8101ff')), { code: 'COAP_FORMAT', offset: 2 })
  assert.throws(() => cborDiagnostic(fromHex('81'.repeat(100_000))), { code: 'COAP_FORMAT', offset: 65 })
})

test('Whatever can be decoded can be printed, and random bytes throw nothing but a FormatError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom(0, 2), (bytes, indent) => {
      if (tryDecodeCbor(bytes, { indefiniteLengths: true }) !== undefined) cborDiagnostic(bytes, { indent })
      else {
        try {
          cborDiagnostic(bytes, { indent })
        } catch (error) {
          assert.equal((error as { code?: string }).code, 'COAP_FORMAT')
        }
      }
    }),
    { numRuns: 1000 },
  )
})
