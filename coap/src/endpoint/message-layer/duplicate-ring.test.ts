import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DuplicateRing } from './duplicate-ring.ts'

const lifetime = 247_000
/** In chunks of 8 entries. */
const tiny = 4096
const small = 64 * 1024

interface Message {
  readonly key: number
  readonly epoch: number
  readonly id: number
  readonly token: number
}

type Operation =
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'reply'; readonly age: number; readonly length: number }
  | { readonly kind: 'later'; readonly by: number }

const message: fc.Arbitrary<Message> = fc.record({
  key: fc.constantFrom(0, 1, 2, 5, 0x1_0000_0005, 0x2_0000_0005, 2 ** 53 - 1),
  epoch: fc.nat(2),
  id: fc.oneof(fc.nat(3), fc.nat(0xffff)),
  token: fc.oneof(fc.nat(2), fc.nat(0xffff_ffff)),
})
const operation: fc.Arbitrary<Operation> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('message' as const), message }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reply' as const),
      age: fc.oneof(fc.nat(3), fc.nat(700)),
      length: fc.oneof({ weight: 9, arbitrary: fc.integer({ min: 4, max: 60 }) }, fc.integer({ min: 4, max: 1200 })),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('later' as const), by: fc.nat(9000) }) },
)

for (const forgetful of [true, false]) {
  describe(forgetful ? 'a ring that may forget' : 'a ring that must not forget', () => {
    for (const budget of [small, tiny]) {
      test(`finds what a list would find, each with its reply, within ${budget} bytes`, () => {
        fc.assert(
          fc.property(fc.array(operation, { minLength: 1, maxLength: 1500, size: 'max' }), (operations) => {
            const both = new Both(budget, forgetful)
            for (const each of operations) both.run(each)
            both.compareAll()
          }),
          { numRuns: 30, endOnFailure: true },
        )
      })
    }

    test('memory comes as it is needed, and no more than its budget', () => {
      const ring = new DuplicateRing(small, forgetful)
      assert.ok(ring.footprint < 500)
      fill(ring, 2000, { reply: 16 })
      assert.ok(ring.size > 1200, `${ring.size}`)
      assert.ok(ring.footprint > 0.9 * small && ring.footprint <= small, `${ring.footprint}`)
    })

    test('long replies are kept as long as there is room for them', () => {
      const ring = new DuplicateRing(small, forgetful)
      fill(ring, 200, { reply: 1000 })
      assert.ok(ring.footprint > 0.9 * small && ring.footprint <= small, `${ring.footprint}`)
    })

    test('the memory of a burst goes little by little, and what has ended is not found meanwhile', () => {
      const ring = new DuplicateRing(small, forgetful)
      fill(ring, 1000, { reply: 16 })
      const before = ring.footprint
      const now = lifetime + 1000
      assert.equal(ring.find(300, 0, 300, 0, now), -1)
      let { size } = ring
      for (let number = 0; number < 400; number++) {
        ring.insert(2000 + number, 0, number, 0, now, lifetime)
        assert.ok(ring.size > size - 300, 'not all at once')
        size = ring.size
      }
      assert.ok(size < 700, `${size}`)
      assert.ok(ring.footprint < before)
    })
  })
}

test('an entry takes 26 bytes, a place among the buckets, and its reply', () => {
  const ring = new DuplicateRing(32 * 1024 * 1024, true)
  fill(ring, 100_000, { reply: 16 })
  assert.ok(ring.footprint / 100_000 < 26 + 5.25 + 16.5, `${ring.footprint / 100_000}`)
})

test('one Message ID with ever new tokens costs no more than other messages', () => {
  const elapsed = (): number => {
    const ring = new DuplicateRing(8 * 1024 * 1024, true)
    const start = performance.now()
    for (let number = 0; number < 40_000; number++) {
      if (ring.find(5, 0, 77, number, 0) >= 0) assert.fail()
      ring.insert(5, 0, 77, number, 0, lifetime)
    }
    return performance.now() - start
  }
  elapsed() // until it is compiled
  assert.ok(elapsed() < 400, 'in one chain, it would be 800 million steps')
})

test('a full ring forgets its oldest messages, if it may', () => {
  const ring = new DuplicateRing(tiny, true)
  fill(ring, 200)
  assert.equal(ring.find(0, 0, 0, 0, 0), -1)
  for (let number = 199; number > 100; number--) assert.equal(ring.find(number, 0, number, 0, 0), number)
})

test('a full ring that must not forget refuses what is new, until something has ended', () => {
  const ring = new DuplicateRing(tiny, false)
  const accepted = fill(ring, 1000)
  assert.ok(accepted > 100 && accepted < 200, `${accepted}`)
  assert.equal(ring.find(0, 0, 0, 0, 0), 0)
  assert.equal(ring.insert(5000, 0, 1, 0, lifetime - 1, lifetime), -1)
  assert.equal(ring.insert(5000, 0, 1, 0, lifetime + 63, lifetime), accepted)
})

test('one sender gets an eighth of a ring that must not forget; another one still finds room', () => {
  const ring = new DuplicateRing(tiny, false)
  const fit = (): number => {
    for (let number = 0; ; number++) if (ring.insert(3, 0, number, 0, 0, lifetime) < 0) return number
  }
  assert.equal(fit(), Math.floor(tiny / 8 / 26))
  assert.ok(ring.insert(4, 0, 8, 0, 0, lifetime) >= 0)
  for (let number = 0; number < 8; number++) ring.insert(100 + number, 0, 8, 0, lifetime + 100, lifetime)
  assert.ok(ring.insert(3, 0, 8, 0, lifetime + 100, lifetime) >= 0, 'when its messages have ended, it has room again')
})

test('replies count for the quota of their sender', () => {
  const ring = new DuplicateRing(small, false)
  const reply = new Uint8Array(1000)
  let accepted = 0
  for (; accepted < 1000; accepted++) {
    const entry = ring.insert(3, 0, accepted, 0, 0, lifetime)
    if (entry < 0) break
    ring.store(entry, reply, reply.length)
  }
  assert.equal(accepted, 8)
  assert.ok(ring.insert(4, 0, 1, 0, 0, lifetime) >= 0)
})

test('a message whose reply finds no room is as new, in a ring that may forget', () => {
  const ring = new DuplicateRing(tiny, true)
  const entry = ring.insert(1, 0, 1, 0, 0, lifetime)
  ring.store(entry, new Uint8Array(5000), 5000)
  assert.equal(ring.find(1, 0, 1, 0, 0), -1)
})

test('a message whose reply finds no room stays known without it, in a ring that must not forget', () => {
  const ring = new DuplicateRing(tiny, false)
  const entry = ring.insert(1, 0, 1, 0, 0, lifetime)
  ring.store(entry, new Uint8Array(5000), 5000)
  assert.equal(ring.find(1, 0, 1, 0, 0), entry)
  assert.equal(ring.reply(entry), undefined)
})

test('replies out of turn stay with their messages', () => {
  const ring = new DuplicateRing(small, false)
  fill(ring, 300)
  const order = Array.from({ length: 300 }, (_, at) => (at * 7) % 300)
  for (const entry of order) ring.store(entry, new Uint8Array(20).fill(entry), 20)
  for (const entry of order) assert.deepEqual(ring.reply(entry), new Uint8Array(20).fill(entry))
})

/** Messages with ever new senders and IDs, as long as they are accepted: how many were. */
function fill(ring: DuplicateRing, count: number, { reply = 0 } = {}): number {
  for (let number = 0; number < count; number++) {
    const entry = ring.insert(number, 0, number & 0xffff, 0, 0, lifetime)
    if (entry < 0) return number
    if (reply > 0) ring.store(entry, new Uint8Array(reply), reply)
  }
  return count
}

interface Known extends Message {
  /** What the ring calls it. */
  readonly entry: number
  ends: number
  reply: Uint8Array | undefined
}

/** A ring, and a list of all that it was told. */
class Both {
  readonly #ring: DuplicateRing
  readonly #budget: number
  readonly #forgetful: boolean
  readonly #all: Known[] = []
  #largest = 0
  #now = 0
  #replies = 0

  constructor(budget: number, forgetful: boolean) {
    this.#ring = new DuplicateRing(budget, forgetful)
    this.#budget = budget
    this.#forgetful = forgetful
  }

  run(operation: Operation): void {
    if (operation.kind === 'later') this.#now += operation.by
    else if (operation.kind === 'reply') this.#reply(this.#all.at(-1 - operation.age), operation.length)
    else if (this.compare(operation.message) < 0) this.#insert(operation.message)
    this.#largest = Math.max(this.#largest, this.#ring.footprint)
    assert.ok(this.#ring.footprint <= this.#budget)
  }

  compareAll(): void {
    for (const each of this.#all) this.compare(each)
  }

  /** What the ring finds. */
  compare({ key, epoch, id, token }: Message): number {
    const known = this.#all.findLast(
      (each) =>
        each.key === key && each.epoch === epoch && each.id === id && each.token === token && each.ends > this.#now,
    )
    const found = this.#ring.find(key, epoch, id, token, this.#now)
    if (found !== (known?.entry ?? -1)) {
      assert.equal(found, -1)
      assert.ok(this.#forgetful && this.#wasFull, 'nothing is forgotten without need, or by who must not')
    } else if (found >= 0) {
      const reply = this.#ring.reply(found)
      if (reply !== undefined || !this.#wasFull) assert.deepEqual(reply, known?.reply)
    }
    return found
  }

  #insert(message: Message): void {
    const { key, epoch, id, token } = message
    const entry = this.#ring.insert(key, epoch, id, token, this.#now, lifetime)
    if (entry < 0) {
      const share = this.#all.filter((each) => each.key >>> 0 === key >>> 0)
      const bytes = share.reduce((sum, { reply }) => sum + 26 + (reply?.length ?? 0), 26)
      assert.ok(!this.#forgetful && (this.#wasFull || bytes * 8 > this.#budget), 'nothing is refused without need')
      return
    }
    assert.ok(entry > (this.#all.at(-1)?.entry ?? -1))
    this.#all.push({ ...message, entry, ends: Math.ceil((this.#now + lifetime) / 62.5) * 62.5, reply: undefined })
  }

  #reply(known: Known | undefined, length: number): void {
    if (known === undefined) return
    // Unlike any other.
    const reply = new Uint8Array(length).fill(this.#replies)
    reply[0] = this.#replies >>> 8
    this.#replies++
    const { key, epoch, id, token, entry } = known
    this.#ring.store(entry, reply, reply.length)
    const expected = reply.slice()
    reply.fill(0xee)
    const found = this.#ring.find(key, epoch, id, token, this.#now)
    const kept = found === entry ? this.#ring.reply(entry) : undefined
    if (kept?.join() === expected.join() || known.ends <= this.#now) known.reply = expected
    else if (!this.#wasFull) {
      assert.ok(this.#ring.footprint + Math.max(length, 1024) > this.#budget, 'no reply is lost without need')
      if (this.#forgetful) known.ends = 0
    }
  }

  /** It had no room for a further chunk, or a long reply, once. */
  get #wasFull(): boolean {
    return this.#largest > 0.6 * this.#budget
  }
}
