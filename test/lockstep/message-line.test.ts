import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { encodePattern, formatDatagram, formatDatagramPattern, matches, parseDatagram } from './message-line.ts'
import { type Bindings, fromHex, toHex } from './values.ts'
import { ScriptError, Words } from './words.ts'

const corpus = readFileSync(new URL('../../vectors/fuzz/datagrams.txt', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))

const lines: readonly (readonly [line: string, bytes: string])[] = [
  ['CON GET 0x7d34 Uri-Path "temperature"', '40017d34bb74656d7065726174757265'],
  ['ACK 2.05 0x7d35 token 20 "22.3 C"', '61457d3520ff32322e332043'],
  ['RST 0x0000', '70000000'],
  ['NON 4.04 0x952a token 86', '5184952a86'],
  ['CON 0.31 0x0001', '401f0001'],
  [
    'CON PUT 0x0001 If-Match 0x0102 If-None-Match Observe 0 Content-Format 50 payload 0xff00',
    '4003000112010240106132ffff00',
  ],
  ['CON GET 0x0001 Content-Format 0x0032 Option-65001 0x61', '40010001c20032e1fce061'.replace('fce0', 'fcd0')],
  ['CON GET 0x0001 Uri-Path 0xff Uri-Path "é\\n\\""', '40010001b1ff04c3a90a22'],
  ['bytes ff 00', 'ff00'],
]

test('a line is encoded as the message that it says, and the message is written as this line', () => {
  for (const [line, bytes] of lines) {
    assert.equal(toHex(encodePattern(read(line), new Map())), bytes, line)
    assert.equal(formatDatagram(fromHex(bytes)), line)
    assert.equal(formatDatagramPattern(read(line)), line)
  }
})

test('what any datagram is written as is read as the same bytes', () => {
  for (const bytes of corpus) {
    const line = formatDatagram(fromHex(bytes))
    assert.equal(toHex(encodePattern(read(line), new Map())), bytes, line)
  }
})

test('a placeholder stands for what it meets first, and for nothing else from then on', () => {
  const bindings: Bindings = new Map()
  const pattern = read('CON 2.05 $id token $token Observe $n')
  assert.equal(formatDatagramPattern(pattern), 'CON 2.05 $id token $token Observe $n')
  assert.ok(matches(pattern, encode('CON 2.05 0x1234 token 4a Observe 7'), bindings))
  assert.deepEqual(
    [...bindings],
    [
      ['$id', 0x1234],
      ['$token', '4a'],
      ['$n', 7],
    ],
  )
  assert.ok(matches(pattern, encode('CON 2.05 0x1234 token 4a Observe 7'), bindings))
  assert.ok(!matches(pattern, encode('CON 2.05 0x1235 token 4a Observe 7'), bindings))
  assert.ok(!matches(pattern, encode('CON 2.05 0x1234 token 4b Observe 7'), bindings))
  assert.ok(!matches(pattern, encode('CON 2.05 0x1234 token 4a Observe 8'), bindings))
  assert.equal(toHex(encodePattern(read('RST $id'), bindings)), '70001234')
})

test('bytes may have placeholders among them', () => {
  const bindings: Bindings = new Map<string, number | string>([
    ['$id', 0x12],
    ['$token', 'abcd'],
  ])
  const pattern = read('bytes 42 00 $id $token ff')
  assert.equal(formatDatagramPattern(pattern), 'bytes 42 00 $id $token ff')
  assert.equal(toHex(encodePattern(pattern, bindings)), '42000012abcdff')
  assert.ok(matches(pattern, fromHex('42000012abcdff'), bindings))
})

test('a message that does not fit binds nothing', () => {
  const bindings: Bindings = new Map()
  assert.ok(!matches(read('CON 2.05 $id token $token "a"'), encode('CON 2.05 0x1234 token 4a "b"'), bindings))
  assert.equal(bindings.size, 0)
})

test('each part of a message counts', () => {
  const pattern = read('CON 2.05 0x1234 token 4a Max-Age 1 "a"')
  for (const other of [
    'NON 2.05 0x1234 token 4a Max-Age 1 "a"',
    'CON 2.04 0x1234 token 4a Max-Age 1 "a"',
    'CON 2.05 0x1235 token 4a Max-Age 1 "a"',
    'CON 2.05 0x1234 token 4a00 Max-Age 1 "a"',
    'CON 2.05 0x1234 token 4a Max-Age 2 "a"',
    'CON 2.05 0x1234 token 4a Max-Age 0x0001 "a"',
    'CON 2.05 0x1234 token 4a "a"',
    'CON 2.05 0x1234 token 4a Max-Age 1 Size1 1 "a"',
    'CON 2.05 0x1234 token 4a Max-Age 1',
    'bytes 40',
  ])
    assert.ok(!matches(pattern, encode(other), new Map()), other)
  assert.ok(matches(pattern, encode('CON 2.05 0x1234 token 4a Max-Age 1 "a"'), new Map()))
})

test('a payload may be so many bytes, whatever they say', () => {
  assert.equal(toHex(encode('CON PUT 0x0001 payload 3 bytes')), '40030001ff616161')
})

test('any payload is one that is there', () => {
  const pattern = read('ACK 4.02 0x0001 payload any')
  assert.ok(matches(pattern, encode('ACK 4.02 0x0001 "what?"'), new Map()))
  assert.ok(!matches(pattern, encode('ACK 4.02 0x0001'), new Map()))
})

test('a line that makes no message says what was expected', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['GET 0x1234', /a message is CON, NON, ACK or RST/],
    ['CON GET 1234', /expected a Message ID like 0x1234 or \$id, not '1234'/],
    ['CON GET', /expected a Message ID like 0x1234 or \$id at the end of the line/],
    ['CON 2.5 0x1234', /expected a code like GET or 2\.05, not '2\.5'/],
    ['CON GET 0x1234 token 4', /expected an even number of hexadecimal digits, not '4'/],
    ['CON GET 0x1234 Uri-Pat "a"', /expected an option like Uri-Path or Option-65001, not 'Uri-Pat'/],
    ['CON GET 0x1234 Uri-Path a', /expected the value of Uri-Path in quotation marks, not a/],
    ['CON GET 0x1234 Max-Age "a"', /expected the value of Max-Age, not a text/],
    ['CON GET 0x1234 ETag 01', /expected bytes like 0x0102, not '01'/],
    ['CON GET 0x1234 "a" Max-Age 1', /expected the end of the line, not 'Max-Age'/],
    ['CON GET 0x1234 "a', /this text does not end: "a/],
  ]
  for (const [line, message] of wrong) assert.throws(() => read(line), message, line)
})

test('what the endpoint has not sent yet cannot be sent back', () => {
  assert.throws(() => encode('ACK $id'), /\$id is not known yet/)
  assert.throws(() => encode('ACK 2.05 0x1234 payload any'), ScriptError)
})

function read(line: string): ReturnType<typeof parseDatagram> {
  return parseDatagram(new Words(line))
}

function encode(line: string): Uint8Array {
  return encodePattern(read(line), new Map())
}
