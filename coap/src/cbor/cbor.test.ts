import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { FormatError } from '../errors.ts'
import { decodeCbor, decodeCborSequence, encodeCbor, encodeCborSequence, tryDecodeCbor } from './cbor.ts'
import { Simple, Tagged } from './tagged.ts'

interface Vector {
  readonly encoded: string
  readonly description?: string
  readonly diagnostic?: string
  readonly decoded?: unknown
  readonly roundtrip?: boolean
  readonly same?: string
}

function vectors(file: string): readonly Vector[] {
  const url = new URL(`../../../vectors/cbor/${file}`, import.meta.url)
  return (JSON.parse(readFileSync(url, 'utf8')) as { vectors: Vector[] }).vectors
}

const fromHex = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, 'hex'))
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** The values of appendix A that JSON cannot express. */
const beyondJson: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['18446744073709551615', 18446744073709551615n],
  ['18446744073709551616', 18446744073709551616n],
  ['-18446744073709551616', -18446744073709551616n],
  ['-18446744073709551617', -18446744073709551617n],
  ['Infinity', Infinity],
  ['-Infinity', -Infinity],
  ['NaN', NaN],
  ['undefined', undefined],
  ['simple(16)', new Simple(16)],
  ['simple(255)', new Simple(255)],
  ['0("2013-03-21T20:04:00Z")', new Tagged(0, '2013-03-21T20:04:00Z')],
  ['1(1363896240)', new Tagged(1, 1363896240)],
  ['1(1363896240.5)', new Tagged(1, 1363896240.5)],
  ["23(h'01020304')", new Tagged(23, Uint8Array.of(1, 2, 3, 4))],
  ["24(h'6449455446')", new Tagged(24, fromHex('6449455446'))],
  ['32("http://www.example.com")', new Tagged(32, 'http://www.example.com')],
  ["h''", new Uint8Array()],
  ["h'01020304'", Uint8Array.of(1, 2, 3, 4)],
  ["(_ h'0102', h'030405')", Uint8Array.of(1, 2, 3, 4, 5)],
  [
    '{1: 2, 3: 4}',
    new Map([
      [1, 2],
      [3, 4],
    ]),
  ],
])

test('RFC 8949 appendix A: each item is decoded as its value', () => {
  for (const { encoded, diagnostic = '', ...vector } of vectors('rfc8949-appendix-a.json')) {
    const expected = 'decoded' in vector ? vector.decoded : beyondJson.get(diagnostic)
    if (!('decoded' in vector)) assert.ok(beyondJson.has(diagnostic), diagnostic)
    assert.deepEqual(decodeCbor(fromHex(encoded), { indefiniteLengths: true }), expected, diagnostic)
  }
})

test('RFC 8949 appendix A: each value is encoded as its item, but for floats that are integers', () => {
  const floats: string[] = []
  for (const { encoded, diagnostic = '', roundtrip } of vectors('rfc8949-appendix-a.json')) {
    if (roundtrip !== true) continue
    const again = toHex(encodeCbor(decodeCbor(fromHex(encoded))))
    if (again !== encoded) floats.push(diagnostic)
  }
  assert.deepEqual(floats, ['0.0', '1.0', '65504.0', '100000.0', '-4.0'])
})

test('Valid items are decoded as the other encodings of the same values', () => {
  for (const { description = '', encoded, same = '' } of vectors('valid.json')) {
    if (description.includes('deeply-nested')) continue
    const options = { indefiniteLengths: true }
    assert.deepEqual(decodeCbor(fromHex(encoded), options), decodeCbor(fromHex(same), options), description)
  }
})

test('What is malformed is refused, with the place where', () => {
  for (const { description, encoded } of vectors('malformed.json')) {
    const bytes = fromHex(encoded)
    assert.throws(
      () => decodeCbor(bytes, { indefiniteLengths: true }),
      (error) => error instanceof FormatError && error.offset >= 0 && error.offset <= bytes.length,
      description,
    )
    assert.equal(tryDecodeCbor(bytes, { indefiniteLengths: true }), undefined, description)
  }
})

const faults: readonly (readonly [what: string, encoded: string, message: string])[] = [
  ['nothing', '', 'the data ends where an item should begin (byte 0)'],
  ['a cut array', '8201', '2 items, but 1 bytes (byte 0)'],
  ['a cut head', '8219ff', 'the data ends within the head of an item (byte 1)'],
  ['a cut string', '820165616263', 'a string of 5 bytes, but the data ends after 3 (byte 2)'],
  ['an array of 2^64 - 1 items', '9bffffffffffffffff', '18446744073709551615 items, but 0 bytes (byte 0)'],
  ['more than one item', '01ff', '1 bytes after the item (byte 1)'],
  ['a reserved head', '811c', 'additional information 28 is reserved (byte 1)'],
  ['a break', '81ff', 'a break outside of an item of indefinite length (byte 1)'],
  ['an integer without end', '1f', 'an integer or a tag has no indefinite length (byte 0)'],
  ['true in two bytes', 'f815', 'a simple value below 32 in two bytes (byte 0)'],
  ['overlong UTF-8', '8162c0ae', 'text that is not UTF-8 (byte 1)'],
  ['a surrogate', '63eda080', 'text that is not UTF-8 (byte 0)'],
  ['a list for a date', 'c080', 'tag 0 is for text with a date and time (byte 0)'],
  ['a list for seconds', 'c180', 'tag 1 is for a number of seconds (byte 0)'],
  ['text for a large integer', 'c260', 'tag 2 is for the bytes of a large integer, 1024 at most (byte 0)'],
  [
    'an integer of 8,200 bits',
    `c3590401${'ff'.repeat(1025)}`,
    'tag 3 is for the bytes of a large integer, 1024 at most (byte 0)',
  ],
  ['text for an item in bytes', 'd81860', 'tag 24 is for the bytes of a data item (byte 0)'],
  ['indefinite length', '829fff01', 'an indefinite length, not allowed here (byte 1)'],
]

for (const [what, encoded, message] of faults) {
  test(`Refused with its reason: ${what}`, () => {
    assert.throws(() => decodeCbor(fromHex(encoded)), { code: 'COAP_FORMAT', message: `not CBOR: ${message}` })
  })
}

const twice: readonly (readonly [what: string, encoded: string])[] = [
  ['a number', 'a201020103'],
  ['a number in two encodings', 'a20102180103'],
  ['an integer and a float, which are one number in JavaScript', 'a20102f93c0003'],
  ['zero and minus zero', 'a20001f9800002'],
  ['text', 'a2616101616102'],
  ['bytes in two encodings', 'a241aa015801aa02'],
  ['arrays in two encodings', 'a281010198010102'],
  ['maps', 'a2a1010201a1010202'],
  ['tagged items', 'a2d82000 01d9002000 02'],
]

for (const [what, encoded] of twice) {
  test(`A map with the same key twice is refused: ${what}`, () => {
    assert.throws(() => decodeCbor(fromHex(encoded.replaceAll(' ', ''))), /a key that the map has already/)
  })
}

test('Maps with text for keys become objects, all others Maps, on request all of them', () => {
  assert.deepEqual(decodeCbor(fromHex('a0')), {})
  assert.deepEqual(decodeCbor(fromHex('a1616101')), { a: 1 })
  assert.deepEqual(
    decodeCbor(fromHex('a201026161a0')),
    new Map<unknown, unknown>([
      [1, 2],
      ['a', {}],
    ]),
  )
  assert.deepEqual(decodeCbor(fromHex('a16161a0'), { maps: 'map' }), new Map([['a', new Map()]]))
})

test('The key __proto__ is a key like any other', () => {
  const object = decodeCbor(fromHex('a1695f5f70726f746f5f5fa1616101')) as object
  assert.deepEqual(Object.keys(object), ['__proto__'])
  assert.equal(Object.getPrototypeOf(object), Object.prototype)
  assert.equal(toHex(encodeCbor(object)), 'a1695f5f70726f746f5f5fa1616101')
})

test('Integers are numbers where those are exact, else bigints', () => {
  const exact = Number.MAX_SAFE_INTEGER
  assert.equal(decodeCbor(fromHex('1b001fffffffffffff')), exact)
  assert.equal(decodeCbor(fromHex('1b0020000000000000')), 2n ** 53n)
  assert.equal(decodeCbor(fromHex('3b001ffffffffffffe')), -exact)
  assert.equal(decodeCbor(fromHex('3b001fffffffffffff')), -(2n ** 53n))
  assert.equal(decodeCbor(fromHex('c24105')), 5)
  assert.equal(decodeCbor(fromHex('c340')), -1)
})

test('Nothing that is decoded shares memory with the bytes, which may be a Buffer', () => {
  const bytes = Buffer.from('82420102d81841ff', 'hex')
  const value = decodeCbor(bytes)
  bytes.fill(0)
  assert.deepEqual(value, [Uint8Array.of(1, 2), new Tagged(24, Uint8Array.of(0xff))])
})

test('Text is kept as it was, with a byte order mark and composed or not', () => {
  for (const text of ['\ufeffBOM', 'u\u0308', '\u0000', 'a'.repeat(33), 'ü'.repeat(33)]) {
    assert.equal(decodeCbor(encodeCbor(text)), text)
  }
})

test('Every half-precision number keeps its two bytes, subnormal ones included', () => {
  const failed: string[] = []
  for (let half = 0; half < 0x10000; half++) {
    const bytes = Uint8Array.of(0xf9, half >> 8, half & 0xff)
    const value = decodeCbor(bytes) as number
    const expected = Number.isNaN(value) ? 'f97e00' : toHex(bytes)
    const isInteger = Number.isInteger(value) && !Object.is(value, -0)
    if (!isInteger && toHex(encodeCbor(value)) !== expected) failed.push(toHex(bytes))
  }
  assert.deepEqual(failed, [])
})

test('Floating-point numbers take the shortest form that keeps their value (RFC 8949 4.2.1)', () => {
  assert.equal(toHex(encodeCbor(1.5)), 'f93e00')
  assert.equal(toHex(encodeCbor(1000000.5)), 'fa49742408')
  assert.equal(toHex(encodeCbor(0.1)), 'fb3fb999999999999a')
  assert.equal(toHex(encodeCbor(-0)), 'f98000')
  assert.equal(toHex(encodeCbor(2 ** 53)), 'fa5a000000')
})

test('Keys are in the order of their encodings (RFC 8949 4.2.1)', () => {
  const keys = [false, [-1], [100], 'aa', 'z', -1, 100, 10]
  const sorted = decodeCbor(encodeCbor(new Map(keys.map((key) => [key, 0])))) as Map<unknown, unknown>
  assert.deepEqual([...sorted.keys()], keys.toReversed())
  assert.equal(toHex(encodeCbor({ b: 1, aa: 2, a: 3 })), 'a3616103616201626161' + '02')
})

class Celsius {
  readonly degrees = 21
}
const itself: unknown[] = []
itself.push(itself)

const refused: readonly (readonly [what: string, value: unknown, message: RegExp])[] = [
  ['a function', () => 1, /no place for a function/],
  ['a symbol', { a: Symbol('a') }, /no place for a symbol/],
  ['a Date', new Date(0), /no place for a Date/],
  ['a Set', [new Set()], /no place for a Set/],
  ['an instance of a class', new Celsius(), /no place for a Celsius/],
  ['numbers of another size', new Float32Array(1), /no place for a Float32Array/],
  ['half of a surrogate pair', 'a\ud83d', /half of a surrogate pair/],
  [
    'a key twice',
    new Map<unknown, unknown>([
      [1, 'a'],
      [1n, 'b'],
    ]),
    /has two keys that are the same/,
  ],
  ['what contains itself', itself, /nested deeper than 64/],
]

for (const [what, value, message] of refused) {
  test(`The caller is told that CBOR cannot hold ${what}`, () => {
    assert.throws(() => encodeCbor(value), { code: 'COAP_USAGE', message })
  })
}

test('Tags and simple values that cannot be are refused when they are made', () => {
  for (const tag of [-1, 1.5, 2 ** 53, 2n ** 64n]) assert.throws(() => new Tagged(tag, 0), { code: 'COAP_USAGE' })
  for (const simple of [-1, 20, 31, 256, 1.5]) assert.throws(() => new Simple(simple), { code: 'COAP_USAGE' })
  assert.equal(toHex(encodeCbor(new Tagged(2n ** 64n - 1n, new Simple(32)))), 'dbfffffffffffffffff820')
})

test('Items nest 64 deep and no deeper, in whatever way, without an end of the stack', () => {
  for (const opening of ['81', 'a100', 'a1', 'c6', '9f', 'bf', '8180a1']) {
    const bomb = fromHex(opening.repeat(200_000))
    assert.equal(tryDecodeCbor(bomb, { indefiniteLengths: true }), undefined, opening)
  }
  const deepest = fromHex(`${'81'.repeat(64)}00`)
  assert.equal(toHex(encodeCbor(decodeCbor(deepest))), toHex(deepest))
  assert.throws(() => decodeCbor(fromHex(`${'81'.repeat(65)}00`)), /nested deeper than 64 \(byte 65\)/)
})

test('A sequence is one item after the other, none included (RFC 8742)', () => {
  assert.deepEqual(decodeCborSequence(new Uint8Array()), [])
  assert.deepEqual(decodeCborSequence(fromHex('01616180')), [1, 'a', []])
  assert.equal(toHex(encodeCborSequence([1, 'a', []])), '01616180')
  assert.throws(() => decodeCborSequence(fromHex('0182')), { code: 'COAP_FORMAT', offset: 1 })
})
