import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as cborg from 'cborg'
import fc from 'fast-check'
import { decodeCbor, encodeCbor, tryDecodeCbor } from './cbor.ts'
import { Tagged } from './tagged.ts'

const text = fc.string({ unit: 'binary' })
const bytes = fc.uint8Array({ maxLength: 40 })
const large = fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }).filter((value) => !Number.isSafeInteger(Number(value)))
const leaf = fc.oneof(
  fc.maxSafeInteger(),
  large,
  fc.double(),
  text,
  bytes,
  fc.constantFrom(true, false, null, undefined),
)

/** Anything that CBOR and JavaScript both express, in the form that decoding gives it. */
const { item } = fc.letrec<{ item: unknown }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('item'), { maxLength: 5 }),
    fc.dictionary(text, tie('item'), { maxKeys: 5, noNullPrototype: true }),
    fc.array(fc.tuple(fc.integer(), tie('item')), { minLength: 1, maxLength: 5 }).map((entries) => new Map(entries)),
    fc.tuple(fc.nat(), tie('item')).map(([tag, content]) => new Tagged(tag + 100, content)),
  ),
}))

test('What is encoded is decoded as the same value', () => {
  fc.assert(fc.property(item, (value) => assert.deepEqual(decodeCbor(encodeCbor(value)), value)))
})

test('Encoding is independent of the order in which keys were added', () => {
  const entries = fc.uniqueArray(fc.tuple(fc.oneof(fc.integer(), text, fc.boolean()), fc.nat()), {
    selector: ([key]) => key,
  })
  fc.assert(
    fc.property(entries, (list) => {
      assert.deepEqual(encodeCbor(new Map(list)), encodeCbor(new Map(list.toReversed())))
    }),
  )
})

test('Random and damaged bytes give a value or a FormatError, and a value can be encoded again', () => {
  const damaged = fc.tuple(item, fc.nat(), fc.nat(255)).map(([value, at, byte]) => {
    const encoded = encodeCbor(value)
    encoded[at % encoded.length] = byte
    return encoded
  })
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 60 }), damaged), fc.boolean(), (input, indefiniteLengths) => {
      const found = tryDecodeCbor(input, { indefiniteLengths })
      if (found === undefined) {
        assert.throws(() => decodeCbor(input, { indefiniteLengths }), { code: 'COAP_FORMAT' })
      } else {
        assert.deepEqual(decodeCbor(encodeCbor(found.value)), found.value)
      }
    }),
    { numRuns: 2000 },
  )
})

test('cborg, an independent implementation, encodes and decodes to the same', () => {
  // What is left out is what it does otherwise than RFC 8949 wants: see docs/decisions/cbor.md.
  const float = fc
    .double()
    .filter((value) => !Object.is(value, -0) && (Math.f16round(value) !== value || Math.abs(value) > 2 ** -14))
  const plainText = fc.string()
  const { value: arbitrary } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.maxSafeInteger(), float, plainText, bytes, fc.constantFrom(true, false, null, undefined)),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(plainText, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    ),
  }))
  fc.assert(
    fc.property(arbitrary, (value) => {
      const ours = encodeCbor(value)
      assert.deepEqual(ours, new Uint8Array(cborg.encode(value, cborg.rfc8949EncodeOptions)))
      assert.deepEqual(cborg.decode(ours), decodeCbor(ours))
    }),
  )
})
