import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code } from '../message/code.ts'
import { NoResponse, option } from '../message/option.ts'
import { opaque } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import { noResponseAtAll, noResponseWanted } from './no-response.ts'

const codes = [Code.Content, Code.NotFound, Code.InternalServerError]

test('each class of responses has its bit, and several may be set (RFC 7967 2.1)', () => {
  const spared = (value: number) => codes.map((code) => noResponseWanted(new Options().add(NoResponse, value), code))
  assert.deepEqual(spared(0), [false, false, false])
  assert.deepEqual(spared(2), [true, false, false])
  assert.deepEqual(spared(8), [false, true, false])
  assert.deepEqual(spared(16), [false, false, true])
  assert.deepEqual(spared(18), [true, false, true])
  assert.deepEqual(spared(26), [true, true, true])
  assert.deepEqual(spared(255 - 26), [false, false, false])
})

test('without the option, or with one of the wrong length, all responses are wanted', () => {
  const long = new Options().add(option(NoResponse.number, 'long', opaque, [0, 9]), Uint8Array.of(0, 26))
  for (const options of [new Options(), long])
    assert.deepEqual(
      codes.map((code) => noResponseWanted(options, code)),
      [false, false, false],
    )
})

test('who spares all classes that there are wants no response at all', () => {
  const all = [0, 2, 10, 26, 27, 255].map((value) => noResponseAtAll(new Options().add(NoResponse, value)))
  assert.deepEqual(all, [false, false, false, true, true, true])
})
