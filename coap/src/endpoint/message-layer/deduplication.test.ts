import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Code } from '../../message/code.ts'
import { type Datagram, decodeDatagram, Type } from '../../message/datagram.ts'
import { exchangeLifetime, nonLifetime, transmissionDefaults } from '../../message/transmission.ts'
import type { Association } from '../../transport/transport.ts'
import { limitsOf } from '../limits.ts'
import { Deduplication } from './deduplication.ts'

test('the same message from the same place is a duplicate, until its lifetime has passed', () => {
  for (const [type, lifetime] of [
    [Type.Confirmable, exchangeLifetime(transmissionDefaults)],
    [Type.NonConfirmable, nonLifetime(transmissionDefaults)],
  ] as const) {
    for (const code of [Code.GET, Code.POST, Code.Content]) {
      const duplicates = deduplication()
      const message = datagram({ type, code })
      const entry = duplicates.remember(message, alice, 1000)
      assert.equal(duplicates.find(message, alice, 1000 + lifetime - 1), entry)
      assert.equal(duplicates.find(message, alice, 1000 + lifetime + 63), -1) // ends are rounded up to a 16th of a second
    }
  }
})

test('from another place, under another epoch, with another Message ID or token it is a new message', () => {
  const duplicates = deduplication()
  const message = datagram({ id: 7, token: [1, 2] })
  duplicates.remember(message, alice, 0)
  for (const [other, from] of [
    [message, bob],
    [message, { ...alice, epoch: 1 }],
    [datagram({ id: 8, token: [1, 2] }), alice],
    [datagram({ id: 7, token: [1, 3] }), alice],
    [datagram({ id: 7, token: [1] }), alice],
    [datagram({ id: 7, token: [] }), alice],
  ] as const) {
    assert.equal(duplicates.find(other, from, 0), -1)
  }
})

test('when there is no room for what must not be handled twice, there still is for the rest', () => {
  const duplicates = deduplication({ nonIdempotentDuplicates: 1 })
  const post = datagram({ code: Code.POST })
  const remember = (key: number): number => duplicates.remember(post, { ...alice, key }, 0)
  const first = remember(0)
  let key = 1
  while (remember(key) >= 0) assert.ok(key++ < 1000)
  assert.equal(duplicates.find(post, { ...alice, key: 0 }, 0), first)
  assert.ok(duplicates.remember(datagram({ code: Code.GET }), alice, 0) >= 0)
})

test('what may be asked again is forgotten for the sake of newer messages', () => {
  const duplicates = deduplication({ duplicates: 1 })
  for (let id = 0; id <= 1000; id++) assert.ok(duplicates.remember(datagram({ code: Code.PUT, id }), alice, 0) >= 0)
  assert.equal(duplicates.find(datagram({ code: Code.PUT, id: 0 }), alice, 0), -1)
  assert.ok(duplicates.find(datagram({ code: Code.PUT, id: 950 }), alice, 0) >= 0)
})

test('its memory grows with what it remembers, to what the limits say', () => {
  const duplicates = deduplication({ duplicates: 1_000_000, nonIdempotentDuplicates: 500_000 })
  assert.ok(duplicates.footprint < 10_000)
  const reply = new Uint8Array(100)
  for (let count = 0; count < 30_000; count++) {
    const message = datagram({ code: count % 2 === 0 ? Code.GET : Code.POST, id: count & 0xffff })
    duplicates.store(duplicates.remember(message, { ...alice, key: count }, 0), reply, reply.length)
  }
  assert.ok(duplicates.footprint > 700_000 && duplicates.footprint <= 1_500_000, `${duplicates.footprint}`)
})

test('each duplicate gets the reply to the very message that it doubles', () => {
  const message = fc.record({
    code: fc.constantFrom(Code.GET, Code.POST, Code.PATCH, Code.DELETE, Code.Content),
    type: fc.constantFrom(Type.Confirmable, Type.NonConfirmable),
    id: fc.nat(20),
    token: fc.array(fc.nat(2), { maxLength: 2 }),
    from: fc.constantFrom(alice, bob, { ...alice, epoch: 1 }),
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(message, fc.nat(300)), { maxLength: 300, size: 'max' }), (messages) => {
      const duplicates = deduplication()
      const replies = new Map<string, Uint8Array | undefined>()
      for (const [number, [{ from, ...init }, delay]] of messages.entries()) {
        const kind = init.code === Code.POST || init.code === Code.PATCH
        const key = `${from.key} ${from.epoch} ${init.id} ${init.token} ${kind}`
        const received = datagram(init)
        const earlier = duplicates.find(received, from, number)
        assert.equal(earlier >= 0, replies.has(key))
        if (earlier >= 0) {
          assert.deepEqual(duplicates.reply(earlier), replies.get(key))
          continue
        }
        const entry = duplicates.remember(received, from, number)
        const reply = new Uint8Array(4 + (delay % 60)).fill(number)
        if (delay % 3 > 0) duplicates.store(entry, reply, reply.length)
        replies.set(key, delay % 3 > 0 ? reply.slice() : undefined)
      }
    }),
  )
})

const alice = { key: 0x1_2345_6789, epoch: 0 } as Association // no more of it is looked at
const bob = { key: 0x1_2345_678a, epoch: 0 } as Association

function deduplication(limits = {}): Deduplication {
  return new Deduplication(limitsOf(limits), transmissionDefaults)
}

function datagram(init: { type?: Type; code?: Code; id?: number; token?: readonly number[] }): Datagram {
  const { type = Type.Confirmable, code = Code.GET, id = 1, token = [9] } = init
  const packet = Uint8Array.of(0x40 | (type << 4) | token.length, code, id >>> 8, id & 0xff, ...token)
  return decodeDatagram(packet) as Datagram
}
