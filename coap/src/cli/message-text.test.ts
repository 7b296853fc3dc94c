// Messages as lines, for --verbose.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code } from '../message/code.ts'
import { encodeDatagram, Type } from '../message/datagram.ts'
import { Message } from '../message/message.ts'
import {
  Accept,
  Block2,
  ContentFormatOption,
  ETag,
  IfNoneMatch,
  MaxAge,
  Observe,
  option,
  UriPath,
} from '../message/option.ts'
import { opaque } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import { messageText } from './message-text.ts'

const plain = (_style: string, text: string): string => text

function line(type: Type, code: Code, options = new Options(), payload: string | Uint8Array = ''): string {
  const into = new Uint8Array(2048)
  const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload
  const end = encodeDatagram(type, 7, Uint8Array.of(0xa, 0xb), new Message({ code, options, payload: bytes }), into, 0)
  return messageText(into.subarray(0, end), plain)
}

test('type, code, Message ID, token, options by name', () => {
  const options = new Options().add(UriPath, 'a').add(UriPath, 'b c').add(Accept, 50).add(Observe, 0)
  assert.equal(
    line(Type.Confirmable, Code.GET, options),
    'CON GET MID=7 token=0a0b Observe=register Uri-Path=a Uri-Path="b c" Accept=application/json',
  )
})

test('values are shown as what they mean', () => {
  const options = new Options()
    .add(ETag, Uint8Array.of(1, 0xff))
    .add(Observe, 12)
    .add(ContentFormatOption, 65_000)
    .add(MaxAge, 0)
    .add(Block2, (3 << 4) | 8 | 6)
    .add(option(65_001, 'Mine', opaque, [0, 8]), Uint8Array.of(2))
  assert.equal(
    line(Type.Acknowledgement, Code.Content, options),
    'ACK 2.05 Content MID=7 token=0a0b ETag=0x01ff Observe=12 Content-Format=Content-Format 65000 Max-Age=0 Block2=3/1/1024 Option-65001=0x02',
  )
  const put = line(Type.NonConfirmable, Code.PUT, new Options().add(IfNoneMatch, true).add(Observe, 1))
  assert.equal(put, 'NON PUT MID=7 token=0a0b If-None-Match Observe=deregister')
})

test('a payload is text where it can be, else bytes; long ones are cut', () => {
  assert.match(line(0, Code.POST, new Options(), '21.5 "x"'), / "21\.5 \\"x\\""$/)
  assert.match(line(0, Code.POST, new Options(), Uint8Array.of(0, 0xff)), / \(2 bytes: 00ff\)$/)
  assert.match(line(0, Code.POST, new Options(), 'x'.repeat(100)), / "x{60}"… \(100 bytes\)$/)
  assert.match(line(0, Code.POST, new Options(), new Uint8Array(100)), / \(100 bytes: (00){20}…\)$/)
})

test('an empty message, and what is no message', () => {
  assert.equal(messageText(Uint8Array.of(0x70, 0, 0, 9), plain), 'RST Empty MID=9')
  assert.equal(messageText(Uint8Array.of(0x48, 0x54), plain), 'malformed (short), 2 bytes: 4854')
})
