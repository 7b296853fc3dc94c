import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Code } from './code.ts'
import { decodeDatagram } from './datagram.ts'
import { Message } from './message.ts'

test('what is left out of a message is empty', () => {
  const { token, payload, options } = new Message({ code: Code.GET })
  assert.deepEqual([token.length, payload.length, options.isEmpty], [0, 0, true])
})

test('a message is shown without its payload', () => {
  const payload = new TextEncoder().encode('secret')
  assert.equal(inspect(new Message({ code: Code.Content, payload })), 'Message(2.05 Content, 6 bytes)')
  const received = decodeDatagram(Uint8Array.of(0x40, 0x45, 0, 1, 0xff, ...payload))
  assert.equal(inspect(received), 'Datagram(2.05 Content, 6 bytes)')
})
