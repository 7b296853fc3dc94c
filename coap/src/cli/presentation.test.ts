// Content as a person reads it.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCbor } from '../cbor/cbor.ts'
import { present } from './presentation.ts'

const plain = (_style: string, text: string): string => text
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const shown = (payload: Uint8Array, format: number | undefined, how?: string) =>
  present({ payload, format }, how, plain)

test('text is shown as it is, and other text formats too', () => {
  assert.equal(shown(bytes('on'), 0).content, 'on')
  assert.equal(shown(bytes('<a/>'), 41).content, '<a/>')
  assert.equal(shown(bytes('a { }'), 20_000).content, 'a { }')
})

test('JSON and what is made of it is laid out', () => {
  assert.equal(shown(bytes('{"a":[1]}'), 50).content, '{\n  "a": [\n    1\n  ]\n}')
  assert.equal(shown(bytes('[{"n":"t"}]'), 110).content, '[\n  {\n    "n": "t"\n  }\n]')
})

test('CBOR, and what is made of it, is shown in diagnostic notation', () => {
  const item = encodeCbor({ a: Uint8Array.of(1, 2) })
  for (const format of [60, 112, 257, 61]) assert.equal(shown(item, format).content, '{"a": h\'0102\'}')
  assert.equal(shown(Uint8Array.of(1, 2), 63).content, '1,\n2')
})

test('links are a table, bytes a hex dump', () => {
  assert.match(shown(bytes('</a>;ct=0'), 40).content as string, /^RESOURCE {2}CONTENT\n\/a {8}text\/plain$/)
  assert.match(shown(Uint8Array.of(1), 42).content as string, /^00000000 {2}01 /)
  assert.match(shown(Uint8Array.of(1), 22).content as string, /^00000000 {2}01 /)
})

test('without a Content-Format it is text where it can be, else a hex dump', () => {
  assert.deepEqual(shown(bytes('on'), undefined), { content: 'on' })
  assert.match(shown(Uint8Array.of(0xff), undefined).content as string, /^00000000 {2}ff /)
})

test('a deflated format is bytes, whatever is in them', () => {
  assert.match(shown(bytes('{}'), 11_050).content as string, /^00000000/)
})

test('what is not as the server says is shown as text or bytes, with a remark', () => {
  const text = shown(bytes('no json'), 50)
  assert.equal(text.content, 'no json')
  assert.match(text.remark as string, /^The content is said to be application\/json, and is not: /)
  const binary = shown(Uint8Array.of(0xff, 0x00), 50)
  assert.match(binary.content as string, /^00000000 {2}ff 00 /)
  assert.match(shown(Uint8Array.of(0xff, 0xff), 60).remark as string, /application\/cbor/)
})

test('a way to show it that was asked for is an error where it cannot be', () => {
  assert.throws(() => shown(bytes('x'), 0, 'json'), { exitCode: 65, message: /^the content cannot be shown as json: / })
  assert.equal(shown(bytes('{}'), 0, 'json').content, '{}')
  assert.deepEqual(shown(Uint8Array.of(1), 0, 'raw').content, Uint8Array.of(1))
})

test('control characters are shown in every format that is text', () => {
  assert.equal(shown(bytes('\x1b[2J'), 0).content, '\\u{1b}[2J')
  assert.equal(shown(bytes('"\\u001b[2J\u009b"'), 50).content, '"\\u001b[2J\\u{9b}"')
  assert.equal(shown(encodeCbor('\u009b2J'), 60).content, '"\\u009b2J"')
  assert.match(shown(bytes('</a>;title="\u009b2J"'), 40).content as string, /\\u\{9b\}2J$/)
})
