import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getHeapStatistics } from 'node:v8'
import fc from 'fast-check'
import { UsageError } from '../errors.ts'
import { Timer } from './timer.ts'
import { longestDelay, TimerWheel } from './timer-wheel.ts'

const day = 86_400_000

test('a timer fires once, when its delay has passed, and not a moment earlier', () => {
  const bench = new Bench()
  bench.arm('a', 100)
  bench.advance(99)
  assert.deepEqual(bench.fired, [])
  bench.advance(1)
  bench.advance(day)
  assert.deepEqual(bench.fired, ['a@100'])
})

test('a deadline between two milliseconds is rounded up', () => {
  const bench = new Bench(0.75)
  bench.arm('a', 10.5)
  assert.equal(bench.wheel.next, 12)
})

test('timers fire in order of deadline, those with the same deadline in order of arming', () => {
  const bench = new Bench()
  bench.arm('late', 40_000)
  bench.arm('first', 1000)
  bench.advance(990)
  bench.arm('second', 10)
  bench.arm('never', 5)
  bench.wheel.cancel(bench.timer('never'))
  bench.advance(39_010)
  assert.deepEqual(bench.fired, ['first@1000', 'second@1000', 'late@40000'])
})

test('a timer of no delay fires in the next turn, never within the call that arms it', () => {
  const bench = new Bench()
  bench.arm('a', 0)
  bench.arm('b', -5)
  assert.deepEqual(bench.fired, [])
  bench.advance(0)
  assert.deepEqual(bench.fired, ['a@0', 'b@0'])
})

test('a timer armed by one that fires waits for the next turn, even without a delay', () => {
  const bench = new Bench()
  bench.arm('a', 10, () => bench.arm('b', 0))
  bench.time = 10
  bench.wheel.turn()
  assert.deepEqual(bench.fired, ['a@10'])
  bench.wheel.turn()
  assert.deepEqual(bench.fired, ['a@10', 'b@10'])
})

test('timers that are overdue since the machine slept fire once each, in order of deadline', () => {
  const bench = new Bench()
  bench.arm('c', 5 * day)
  bench.arm('b', 2000)
  bench.arm('a', 3)
  bench.time = 3 * day
  bench.wheel.turn()
  assert.deepEqual(bench.fired, ['a@259200000', 'b@259200000'])
  bench.advance(2 * day)
  assert.deepEqual(bench.fired.slice(2), ['c@432000000'])
})

test('one timer may cancel another that is due in the same turn', () => {
  const bench = new Bench()
  bench.arm('a', 10, () => bench.wheel.cancel(bench.timer('b')))
  bench.arm('b', 10)
  bench.arm('c', 10)
  bench.advance(20)
  assert.deepEqual(bench.fired, ['a@10', 'c@10'])
})

test('a timer may arm itself again while it fires', () => {
  const bench = new Bench()
  const again = () => bench.arm('a', 25, again)
  bench.arm('a', 25, again)
  bench.advance(100)
  assert.deepEqual(bench.fired, ['a@25', 'a@50', 'a@75', 'a@100'])
})

test('a timer that throws keeps no other from firing, and its error comes out of the turn', () => {
  const bench = new Bench()
  const failure = new Error('no')
  bench.arm('a', 10, () => {
    throw failure
  })
  bench.arm('b', 10)
  bench.arm('c', 11)
  assert.throws(
    () => bench.advance(10),
    (error) => error === failure,
  )
  bench.advance(1)
  assert.deepEqual(bench.fired, ['a@10', 'b@10', 'c@11'])
})

test('several timers that throw in one turn make one AggregateError', () => {
  const bench = new Bench()
  for (const name of ['a', 'b']) {
    bench.arm(name, 10, () => {
      throw new Error(name)
    })
  }
  assert.throws(
    () => bench.advance(10),
    (error) => error instanceof AggregateError && error.errors.map((each: Error) => each.message).join() === 'a,b',
  )
})

test('a wake-up is asked for only when something is due earlier than the one that was asked for', () => {
  const bench = new Bench()
  bench.arm('a', 10)
  assert.equal(bench.wakes, 1)
  for (let at = 0; at < 100; at++) bench.arm(`later ${at}`, 11 + at)
  assert.equal(bench.wakes, 1)
  bench.arm('b', 9)
  assert.equal(bench.wakes, 2)
  bench.wheel.cancel(bench.timer('b'))
  bench.wheel.cancel(bench.timer('a'))
  assert.equal(bench.wakes, 2)
})

test('no wake-up is longer than what setTimeout takes', () => {
  const delays: number[] = []
  const wheel = new TimerWheel(
    () => 0,
    (delay) => delays.push(delay),
  )
  wheel.arm(new Timer(() => {}), 136 * 365 * day)
  assert.deepEqual(delays, [2 ** 31 - 1])
})

test('a timer of 49 days takes fewer than ten wake-ups', () => {
  const bench = new Bench(123_456.7)
  bench.arm('a', 49 * day)
  bench.advance(49 * day)
  assert.deepEqual(bench.fired, [])
  bench.advance(1)
  assert.deepEqual(bench.fired, ['a@4233723457'])
  assert.ok(bench.wakes < 10, `${bench.wakes}`)
})

test('a timer armed on a wheel that idled for days is not late', () => {
  const bench = new Bench()
  bench.arm('far', 40 * day)
  bench.time = 3 * day
  bench.arm('a', 7)
  bench.advance(7)
  assert.deepEqual(bench.fired, ['a@259200007'])
})

test('a clock that has counted for centuries loses no precision', () => {
  const bench = new Bench(2 ** 44 + 5)
  bench.arm('a', 3)
  bench.arm('b', longestDelay)
  bench.advance(3)
  assert.deepEqual(bench.fired, [`a@${2 ** 44 + 8}`])
  bench.advance(longestDelay)
  assert.equal(bench.fired.length, 2)
})

test('a delay that is no number, or longer than five centuries, is a usage error and leaves the timer as it was', () => {
  const bench = new Bench()
  bench.arm('a', 10)
  for (const delay of [Number.NaN, Number.POSITIVE_INFINITY, longestDelay + 1]) {
    assert.throws(() => bench.wheel.arm(bench.timer('a'), delay), UsageError)
  }
  bench.advance(10)
  assert.deepEqual(bench.fired, ['a@10'])
})

test('it does what a sorted list does, whatever is armed, moved and cancelled, also while timers fire', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 40 }), fc.array(step, { maxLength: 60 }), sameAsModel), {
    numRuns: 1000,
  })
})

test('a million pairs of arm and cancel are quick', () => {
  const churn = millionPairs()
  churn()
  const start = performance.now()
  churn()
  const elapsed = performance.now() - start
  assert.ok(elapsed < 2000, `${elapsed} ms`) // it takes about 50 ns a pair; the rest is room for a busy machine
})

const counted = allocated() !== undefined
test('arm and cancel allocate no object', { skip: !counted && 'this Node does not count allocations' }, () => {
  const churn = millionPairs()
  churn()
  const before = allocated() as number
  churn()
  const bytes = ((allocated() as number) - before) / 1_000_000
  assert.ok(bytes < 40, `${bytes} bytes a pair`) // a number of 16 bytes now and then; an object would have 64 more
})

function millionPairs(): () => void {
  const wheel = new TimerWheel(
    () => 1000,
    () => {},
  )
  const timers = Array.from({ length: 1000 }, () => new Timer(() => {}))
  return () => {
    for (let round = 0; round < 1000; round++) {
      for (const timer of timers) wheel.arm(timer, 2000 + round)
      for (const timer of timers) wheel.cancel(timer)
    }
    assert.equal(wheel.next, undefined)
  }
}

/** Bytes allocated since the start, collected or not. Node 24's types and older Nodes do not have it. */
function allocated(): number | undefined {
  const statistics: object = getHeapStatistics()
  return (statistics as { total_allocated_bytes?: number }).total_allocated_bytes
}

/** A wheel on a clock that is turned by hand, which wakes the wheel when and only when it has asked for it. */
class Bench {
  time: number
  wakes = 0
  readonly fired: string[] = []
  readonly wheel: TimerWheel
  readonly #timers = new Map<string, Timer>()
  readonly #deeds = new Map<string, () => void>()
  #wakeAt: number | undefined = undefined

  constructor(time = 0) {
    this.time = time
    this.wheel = new TimerWheel(
      () => this.time,
      (delay) => {
        assert.ok(Number.isInteger(delay) && delay >= 0)
        this.#wakeAt = this.time + delay
        this.wakes++
      },
    )
  }

  timer(name: string): Timer {
    const known = this.#timers.get(name)
    if (known !== undefined) return known
    const timer = new Timer(() => {
      this.fired.push(`${name}@${this.time}`)
      this.#deeds.get(name)?.()
    })
    this.#timers.set(name, timer)
    return timer
  }

  arm(name: string, delay: number, deed: () => void = () => {}): void {
    this.#deeds.set(name, deed)
    this.wheel.arm(this.timer(name), delay)
  }

  advance(delay: number): void {
    const until = this.time + delay
    while (this.#wakeAt !== undefined && this.#wakeAt <= until) {
      this.time = Math.max(this.time, Math.floor(this.#wakeAt)) // to the millisecond
      this.#wakeAt = undefined
      this.wheel.turn()
    }
    this.time = until
  }
}

interface Step {
  readonly what: 'arm' | 'cancel' | 'advance' | 'sleep'
  readonly name: string
  readonly delay: number
  /** What the timer does when it fires. */
  readonly deed: { readonly what: 'arm' | 'cancel' | 'nothing'; readonly name: string; readonly delay: number }
}

const name = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const delay = fc.oneof(
  fc.integer({ min: 0, max: 70 }),
  fc.integer({ min: 0, max: 300_000 }),
  fc.integer({ min: 0, max: 49 * day }),
  fc.double({ min: 0, max: 3000, noNaN: true }),
)
const step: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('arm', 'arm', 'arm', 'cancel', 'advance', 'sleep'),
  name,
  delay,
  deed: fc.record({ what: fc.constantFrom('arm', 'cancel', 'nothing'), name, delay }),
})

function sameAsModel(start: number, steps: readonly Step[]): void {
  const bench = new Bench(start)
  const model = new Model(start)
  for (const { what, name, delay, deed } of steps) {
    if (what === 'arm') {
      bench.arm(name, delay, () => {
        if (deed.what === 'arm') bench.arm(deed.name, deed.delay)
        if (deed.what === 'cancel') bench.wheel.cancel(bench.timer(deed.name))
      })
      model.arm(name, delay, () => {
        if (deed.what === 'arm') model.arm(deed.name, deed.delay)
        if (deed.what === 'cancel') model.cancel(deed.name)
      })
    }
    if (what === 'cancel') {
      bench.wheel.cancel(bench.timer(name))
      model.cancel(name)
    }
    if (what === 'advance') {
      bench.advance(delay)
      model.advance(delay)
    }
    if (what === 'sleep') {
      bench.time = model.time += Math.floor(delay) // and nothing turns the wheel
    }
    assert.deepEqual(bench.fired, model.fired)
    assert.equal(bench.wheel.next, model.next)
  }
}

/** The same as a list, in the plainest way. */
class Model {
  time: number
  readonly fired: string[] = []
  #armed: { name: string; deadline: number; deed: () => void }[] = []
  #due: { name: string; deadline: number; deed: () => void }[] = []

  constructor(time: number) {
    this.time = time
  }

  arm(name: string, delay: number, deed: () => void = () => {}): void {
    this.cancel(name)
    this.#armed.push({ name, deadline: Math.ceil(this.time + delay), deed })
  }

  cancel(name: string): void {
    this.#armed = this.#armed.filter((timer) => timer.name !== name)
    this.#due = this.#due.filter((timer) => timer.name !== name)
  }

  turn(): void {
    const isDue = (timer: { deadline: number }) => timer.deadline <= this.time
    this.#due = this.#armed.filter(isDue).sort((one, other) => one.deadline - other.deadline)
    this.#armed = this.#armed.filter((timer) => !isDue(timer))
    for (let timer = this.#due.shift(); timer !== undefined; timer = this.#due.shift()) {
      this.fired.push(`${timer.name}@${this.time}`)
      timer.deed()
    }
  }

  advance(delay: number): void {
    const until = this.time + delay
    for (let next = this.next; next !== undefined && next <= until; next = this.next) {
      this.time = Math.max(this.time, next)
      this.turn()
    }
    this.time = until
  }

  get next(): number | undefined {
    return this.#armed.length === 0 ? undefined : Math.min(...this.#armed.map((timer) => timer.deadline))
  }
}
