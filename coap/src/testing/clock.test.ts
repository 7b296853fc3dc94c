import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Timer } from '../context/timer.ts'
import { UsageError } from '../errors.ts'
import { TurnedClock } from './clock.ts'

const day = 86_400_000

test('time stands still until it is turned', async () => {
  const clock = new TurnedClock({ start: 5 })
  assert.equal(clock.now(), 5)
  await clock.advance(10)
  assert.equal(clock.now(), 15)
})

test('timers fire in order while time moves from deadline to deadline', async () => {
  const { clock, fired, arm } = bench()
  arm('b', 2000)
  arm('a', 1000)
  arm('c', 3001)
  await clock.advance(3000)
  assert.deepEqual(fired, ['a@1000', 'b@2000'])
  assert.equal(clock.now(), 3000)
})

test('promises have their turn between two deadlines', async () => {
  const { clock, fired, arm } = bench()
  const deep = async (depth: number): Promise<void> => (depth === 0 ? undefined : await deep(depth - 1))
  arm('request', 1000, () => deep(20).then(() => arm('answer', 500)))
  arm('later', 2000)
  await clock.advance(5000)
  assert.deepEqual(fired, ['request@1000', 'answer@1500', 'later@2000'])
})

test('what was begun before the clock is turned happens first', async () => {
  const { clock, fired, arm } = bench()
  const begun = async () => {
    await undefined
    arm('a', 100)
  }
  const done = begun()
  await clock.advance(100)
  await done
  assert.deepEqual(fired, ['a@100'])
})

test('a test can wait for more than microtasks between two deadlines', async () => {
  const { clock, fired, arm } = bench(() => new Promise((resolve) => setImmediate(resolve)))
  arm('request', 1000, () => setImmediate(() => arm('answer', 500)))
  arm('later', 2000)
  await clock.advance(5000)
  assert.deepEqual(fired, ['request@1000', 'answer@1500', 'later@2000'])
})

test('without promises time is turned within one call', () => {
  const { clock, fired, arm } = bench()
  arm('a', 1000, () => arm('b', 10))
  clock.advanceNow(1010)
  assert.deepEqual(fired, ['a@1000', 'b@1010'])
})

test('it moves to the next deadline, and says when there is none', async () => {
  const { clock, fired, arm } = bench()
  arm('a', 12_345)
  assert.equal(await clock.advanceToNext(), true)
  assert.deepEqual([fired, clock.now()], [['a@12345'], 12_345])
  assert.equal(await clock.advanceToNext(), false)
  assert.equal(clock.now(), 12_345)
})

test('it runs until no timer is armed', async () => {
  const { clock, fired, arm } = bench()
  arm('a', 1000, () => arm('b', 247_000))
  await clock.runUntilIdle()
  assert.deepEqual(fired, ['a@1000', 'b@248000'])
  assert.equal(clock.now(), 248_000)
})

test('what never becomes idle is an error that says so', async () => {
  const { clock, arm } = bench()
  const again = () => arm('a', 1000, again)
  again()
  await assert.rejects(clock.runUntilIdle(5500), /still not idle after 5500 ms: a timer fires 500 ms later/)
})

test('timers that arm each other without delay are an error, not an endless loop', () => {
  const { clock, arm } = bench()
  const again = () => arm('a', 0, again)
  again()
  assert.throws(() => clock.advanceNow(1), /time stands at 0/)
})

test('time does not go back', async () => {
  const clock = new TurnedClock()
  await assert.rejects(clock.advance(-1), UsageError)
  assert.throws(() => clock.advanceNow(Number.NaN), UsageError)
})

test('the error of a timer is the error of turning the clock', async () => {
  const { clock, arm } = bench()
  arm('a', 10, () => {
    throw new Error('broken')
  })
  await assert.rejects(clock.advance(10), /broken/)
})

test('a day of retransmissions passes in milliseconds', async () => {
  const { clock, fired, arm } = bench()
  const again = () => arm('keep-alive', 25_000, again)
  again()
  const start = performance.now()
  await clock.advance(day)
  assert.equal(fired.length, day / 25_000)
  assert.ok(performance.now() - start < 10_000)
})

function bench(settle?: () => Promise<void>) {
  const clock = new TurnedClock(settle ? { settle } : {})
  const fired: string[] = []
  const arm = (name: string, delay: number, deed: () => unknown = () => {}) => {
    const timer = new Timer(() => {
      fired.push(`${name}@${clock.now()}`)
      deed()
    })
    clock.timers.arm(timer, delay)
  }
  return { clock, fired, arm }
}
