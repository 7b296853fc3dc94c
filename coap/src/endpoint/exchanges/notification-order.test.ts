import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { NotificationOrder } from './notification-order.ts'

test('a notification is newer by its number, or by the time that has passed, as RFC 7641 3.4 says', () => {
  const number = fc.oneof(
    fc.nat(0xffffff),
    fc.constantFrom(0, 1, 2 ** 23 - 1, 2 ** 23, 2 ** 23 + 1, 2 ** 24 - 2, 2 ** 24 - 1),
  )
  const delay = fc.oneof(fc.nat(1000), fc.constantFrom(127_999, 128_000, 128_001))
  fc.assert(
    fc.property(number, fc.array(fc.tuple(number, delay), { maxLength: 50 }), (first, later) => {
      const order = new NotificationOrder(first, 0)
      let [v1, t1] = [first, 0]
      let t2 = 0
      for (const [v2, passed] of later) {
        t2 += passed
        const newer = (v1 < v2 && v2 - v1 < 2 ** 23) || (v1 > v2 && v1 - v2 > 2 ** 23) || t2 > t1 + 128_000
        assert.equal(order.advance(v2, t2), newer)
        if (newer) [v1, t1] = [v2, t2]
      }
    }),
  )
})

test('numbers go round at 2^24', () => {
  const order = new NotificationOrder(0xfffffe, 0)
  assert.deepEqual(
    [0xffffff, 0, 1, 0xffffff, 0].map((sequence) => order.advance(sequence, 0)),
    [true, true, true, false, false],
  )
})

test('the same number again is no newer notification, until 128 seconds have passed', () => {
  const order = new NotificationOrder(7, 1000)
  assert.equal(order.advance(7, 129_000), false)
  assert.equal(order.advance(7, 129_001), true)
})
