import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decodeUtf8, empty, encodeUtf8, type OptionFormat, opaque, string, uint } from './option-format.ts'

test('an integer is written in as few bytes as it takes, zero in none', () => {
  const cases: readonly (readonly [number, readonly number[]])[] = [
    [0, []],
    [1, [1]],
    [255, [255]],
    [256, [1, 0]],
    [65535, [255, 255]],
    [0xffffff, [255, 255, 255]],
    [0xffffffff, [255, 255, 255, 255]],
    [0x1_0000_0000, [1, 0, 0, 0, 0]],
    [Number.MAX_SAFE_INTEGER, [31, 255, 255, 255, 255, 255, 255]],
  ]
  for (const [value, bytes] of cases) {
    assert.deepEqual([...written(uint, value)], bytes, `${value}`)
    assert.equal(uint.read(Uint8Array.from(bytes), 0, bytes.length), value)
  }
})

test('an integer with leading zero bytes is read', () => {
  assert.equal(uint.read(Uint8Array.of(9, 0, 0, 0, 1, 9), 1, 5), 1)
  assert.equal(uint.read(Uint8Array.of(0, 0, 0), 0, 3), 0)
})

test('an integer beyond 2^53 - 1 is none', () => {
  assert.equal(uint.read(Uint8Array.of(32, 0, 0, 0, 0, 0, 0), 0, 7), undefined)
})

test('text is written and read as UTF-8, ASCII or not', () => {
  for (const text of ['', 'temperature', 'こんにちは', 'naïve', 'a\u0000b', '\u{1f321}', '\ufeffbom']) {
    const bytes = written(string, text)
    assert.deepEqual(bytes, new TextEncoder().encode(text), text)
    assert.equal(string.read(bytes, 0, bytes.length), text)
    assert.deepEqual(encodeUtf8(text), bytes)
  }
})

test('text is not normalised: two forms of one letter stay two', () => {
  const composed = 'é'
  const decomposed = 'e\u0301'
  assert.notDeepEqual(written(string, composed), written(string, decomposed))
  assert.equal(string.read(written(string, decomposed), 0, 3), decomposed)
})

test('bytes that are no UTF-8 are no text', () => {
  const malformed = [[0xff], [0xc3], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0x61, 0x80]]
  for (const bytes of malformed) {
    assert.equal(string.read(Uint8Array.from(bytes), 0, bytes.length), undefined, `${bytes}`)
    assert.equal(decodeUtf8(Uint8Array.from(bytes)), undefined)
  }
})

test('a text is read as itself, whatever has been read before it', () => {
  const alphabet = ['a', 'b', '\u0000', '\u007f', 'é', '\u{1f321}']
  const read = (text: string) => {
    const bytes = written(string, text)
    return string.read(bytes, 0, bytes.length)
  }
  // 6^6 texts of up to 24 bytes: each place of the table that keeps texts is overwritten many times.
  for (let number = 0; number < alphabet.length ** 6; number++) {
    let text = ''
    for (let rest = number; rest > 0; rest = Math.floor(rest / alphabet.length))
      text += alphabet[rest % alphabet.length]
    if (read(text) !== text || read(text) !== text) assert.fail(JSON.stringify(text))
  }
})

test('opaque bytes are read as a copy', () => {
  const packet = Uint8Array.of(1, 2, 3)
  const value = opaque.read(packet, 1, 3)
  packet.fill(0)
  assert.deepEqual(value, Uint8Array.of(2, 3))
  assert.deepEqual(written(opaque, Uint8Array.of(2, 3)), Uint8Array.of(2, 3))
})

test('an empty option is there without a value', () => {
  assert.equal(empty.read(new Uint8Array(0), 0, 0), true)
  assert.equal(written(empty, true).length, 0)
})

function written<T>(format: OptionFormat<T>, value: T): Uint8Array {
  const bytes = new Uint8Array(format.size(value))
  format.write(value, bytes, 0)
  return bytes
}
