import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ReplyStore } from './reply-store.ts'

test('what is there is what was put there, whatever wraps, grows or makes room', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1024, max: 20_000 }),
      fc.array(fc.record({ length: fc.integer({ min: 1, max: 700 }), wanted: fc.nat(40) }), {
        maxLength: 300,
        size: 'max',
      }),
      (most, puts) => {
        const store = new ReplyStore(most)
        const kept: { place: number; reply: Uint8Array }[] = []
        for (const [number, { length, wanted }] of puts.entries()) {
          const reply = new Uint8Array(length).fill(number)
          const oldest = kept.at(-1 - wanted)?.place ?? store.head
          const place = store.put(reply, length, oldest)
          assert.ok(place !== undefined)
          kept.push({ place, reply })
          for (const each of kept) {
            if (store.has(each.place)) assert.deepEqual(store.get(each.place, each.reply.length), each.reply)
          }
        }
        assert.ok(store.capacity <= most)
      },
    ),
    { numRuns: 100 },
  )
})

test('what is wanted is not overwritten as long as there may be more room', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 1, maxLength: 60 }), (lengths) => {
      const store = new ReplyStore(64 * 1024)
      const places = lengths.map((length) => store.put(new Uint8Array(length), length, 0) as number)
      assert.ok(places.every((place) => store.has(place)))
    }),
  )
})

test('it stays small while nothing is wanted for long', () => {
  const store = new ReplyStore(64 * 1024)
  for (let count = 0; count < 1000; count++) store.put(new Uint8Array(300), 300, store.head)
  assert.equal(store.capacity, 1024)
})

test('it takes no more room than it may, and then the oldest goes', () => {
  const store = new ReplyStore(3000)
  const places = [1, 2, 3, 4].map((value) => store.put(new Uint8Array(900).fill(value), 900, 0) as number)
  assert.deepEqual(
    places.map((place) => store.has(place)),
    [false, true, true, true],
  )
  assert.equal(store.capacity, 3000)
})

test('what is longer than all the room is not kept, and costs nobody his room', () => {
  const store = new ReplyStore(1024)
  const place = store.put(Uint8Array.of(1, 2, 3), 3, 0) as number
  assert.equal(store.put(new Uint8Array(1025), 1025, 0), undefined)
  assert.deepEqual(store.get(place, 3), Uint8Array.of(1, 2, 3))
})
