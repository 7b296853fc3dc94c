// CBOR: decoding, encoding again, diagnostic notation (RFC 8949).

import assert from 'node:assert/strict'
import { decodeCbor, decodeCborSequence, encodeCbor, tryDecodeCbor } from '../../../coap/src/cbor/cbor.ts'
import { cborDiagnostic } from '../../../coap/src/cbor/diagnostic.ts'
import { FormatError } from '../../../coap/src/errors.ts'
import { vectors } from '../corpus.ts'
import { bytesOfUnits, type Target, type Units, unitsOfHex } from '../target.ts'

export const cborSeeds = (): readonly Units[] =>
  ['valid', 'malformed', 'rfc8949-appendix-a', 'rfc9290'].flatMap((file) =>
    vectors(`cbor/${file}.json`).flatMap((vector) =>
      ['encoded', 'hex', 'bytes'].flatMap((name) =>
        typeof vector[name] === 'string' ? [unitsOfHex(vector[name])] : [],
      ),
    ),
  )

export const cborWords: readonly Units[] = [
  ...[
    '00',
    '17',
    '1818',
    '1900ff',
    '1a00010000',
    '1bffffffffffffffff',
    '20',
    '3bffffffffffffffff',
    '40',
    '41ff',
    '5f',
    '60',
    '6161',
    '7f',
  ],
  ...[
    '80',
    '81',
    '9f',
    'a0',
    'a1',
    'bf',
    'c0',
    'c1',
    'c249',
    'c349',
    'd826',
    'f4',
    'f6',
    'f7',
    'f800',
    'f97e00',
    'fa7f800000',
    'ff',
  ],
  ...['9a00ffffff', '5bffffffffffffffff', 'bb00000000ffffffff', '62c328', 'd9d9f7'],
].map(unitsOfHex)

export const cbor: Target = {
  name: 'cbor',
  units: 'bytes',
  seeds: cborSeeds,
  words: cborWords,
  run(input) {
    const bytes = bytesOfUnits(input)
    let way = ''
    for (const options of [{}, { indefiniteLengths: true }, { indefiniteLengths: true, maps: 'map' }] as const) {
      const decoded = tryDecodeCbor(bytes, options)
      const fault = faultOf(bytes, () => decodeCbor(bytes, options))
      assert.equal(decoded === undefined, fault !== undefined)
      way += decoded === undefined ? fault : kindOf(decoded.value)
      if (decoded === undefined) continue
      const again = encodeCbor(decoded.value)
      assert.deepEqual(decodeCbor(again, options), decoded.value)
      assert.deepEqual(encodeCbor(decodeCbor(again, options)), again)
    }
    faultOf(bytes, () => decodeCborSequence(bytes))
    for (const options of [{}, { indent: 2 }, { sequence: true }]) faultOf(bytes, () => cborDiagnostic(bytes, options))
    return way
  },
}

/** What is wrong with it, in words without numbers. */
function faultOf(bytes: Uint8Array, decode: () => unknown): string | undefined {
  try {
    decode()
    return undefined
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    assert.ok(error.offset >= 0 && error.offset <= bytes.length, `offset ${error.offset} of ${bytes.length}`)
    return error.message.replaceAll(/\d+/g, '_')
  }
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value))
    return `array ${Math.min(value.length, 4)} of ${value.slice(0, 3).map((each) => typeof each)}`
  return typeof value === 'object' ? value.constructor.name : typeof value
}
