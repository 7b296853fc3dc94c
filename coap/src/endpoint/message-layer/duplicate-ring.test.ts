import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { DuplicateRing } from './duplicate-ring.ts'

const lifetime = 247_000
/** As small as a ring gets: 64 entries, of which a share may have 8. */
const tiny = 1
/** 512 entries, and 43,008 bytes of replies. */
const small = 64 * 1024

const key = fc.constantFrom(0, 1, 2, 5, 0x1_0000_0005, 0x2_0000_0005, 2 ** 53 - 1)
const message = fc.record({
  key,
  epoch: fc.nat(2),
  id: fc.oneof(fc.nat(3), fc.nat(0xffff)),
  token: fc.oneof(fc.nat(2), fc.nat(0xffff_ffff)),
})
const operation = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('message' as const), message }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('reply' as const),
      age: fc.oneof(fc.nat(3), fc.nat(700)),
      length: fc.integer({ min: 4, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('later' as const), by: fc.nat(9000) }) },
)

for (const forgetful of [true, false]) {
  describe(forgetful ? 'a ring that may forget' : 'a ring that must not forget', () => {
    for (const [name, budget, entries] of [
      ['finds what a list would find, each with its reply', small, 512],
      ['has the reply of just this message, or none, when replies have to make room', tiny, 64],
    ] as const) {
      test(name, () => {
        fc.assert(
          fc.property(fc.array(operation, { minLength: 1, maxLength: 1500, size: 'max' }), (operations) => {
            const both = new Both(new DuplicateRing(budget, forgetful), new Model(entries, forgetful), budget === small)
            for (const each of operations) both.run(each)
            both.compareAll()
          }),
          { numRuns: 60 },
        )
      })
    }

    test('memory comes as it is needed, and no more than its budget', () => {
      const ring = new DuplicateRing(small, forgetful)
      assert.ok(ring.footprint < 5000, `${ring.footprint}`)
      const reply = new Uint8Array(200)
      for (let number = 0; number < 2000; number++) {
        const entry = ring.insert(number * 7919, 0, number, 0, 0, lifetime)
        if (entry >= 0) ring.store(entry, reply, reply.length)
      }
      assert.equal(ring.size, 512)
      assert.ok(ring.footprint > small / 2 && ring.footprint <= small, `${ring.footprint}`)
    })

    test('what ended in a burst goes a few with each message, and is not found meanwhile', () => {
      const ring = new DuplicateRing(small, forgetful)
      for (let number = 0; number < 100; number++) ring.insert(number, 0, number, 0, 0, lifetime)
      ring.insert(7, 1, 1, 1, lifetime + 1000, lifetime)
      assert.equal(ring.size, 93)
      assert.equal(ring.find(50, 0, 50, 0, lifetime + 1000), -1)
    })
  })
}

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

test('a full ring forgets its oldest message, if it may', () => {
  const ring = new DuplicateRing(tiny, true)
  for (let number = 0; number < 65; number++) assert.equal(ring.insert(9, 0, number, 0, 0, lifetime), number)
  assert.equal(ring.find(9, 0, 0, 0, 0), -1)
  assert.equal(ring.find(9, 0, 1, 0, 0), 1)
})

test('a full ring that must not forget refuses what is new, until something has ended', () => {
  const ring = new DuplicateRing(tiny, false)
  for (let number = 0; number < 64; number++) assert.equal(ring.insert(number, 0, 1, 0, number, lifetime), number)
  assert.equal(ring.insert(100, 0, 1, 0, 100, lifetime), -1)
  assert.equal(ring.find(0, 0, 1, 0, 100), 0)
  assert.equal(ring.insert(100, 0, 1, 0, lifetime + 63, lifetime), 64)
})

test('one sender gets an eighth of a ring that must not forget; another one still finds room', () => {
  const ring = new DuplicateRing(tiny, false)
  for (let number = 0; number < 8; number++) assert.ok(ring.insert(3, 0, number, 0, 0, lifetime) >= 0)
  assert.equal(ring.insert(3, 0, 8, 0, 0, lifetime), -1)
  assert.ok(ring.insert(4, 0, 8, 0, 0, lifetime) >= 0)
  assert.ok(ring.insert(3, 0, 8, 0, lifetime + 100, lifetime) >= 0, 'when its messages have ended, it has room again')
})

test('a message whose reply had to make room is as new, in a ring that may forget', () => {
  const ring = new DuplicateRing(tiny, true)
  const reply = new Uint8Array(500)
  const first = ring.insert(1, 0, 1, 0, 0, lifetime)
  ring.store(first, reply, 500)
  for (let number = 2; number <= 4; number++) ring.store(ring.insert(1, 0, number, 0, 0, lifetime), reply, 500)
  assert.equal(ring.find(1, 0, 1, 0, 0), -1)
  assert.equal(ring.find(1, 0, 4, 0, 0), 3)
})

test('a message whose reply had to make room stays known, in a ring that must not forget', () => {
  const ring = new DuplicateRing(tiny, false)
  const reply = new Uint8Array(500)
  for (let number = 0; number < 4; number++) ring.store(ring.insert(1, 0, number, 0, 0, lifetime), reply, 500)
  assert.equal(ring.find(1, 0, 0, 0, 0), 0)
  assert.equal(ring.reply(0), undefined)
})

test('a reply longer than all the room there is is not kept', () => {
  const ring = new DuplicateRing(tiny, true)
  const entry = ring.insert(1, 0, 1, 0, 0, lifetime)
  ring.store(entry, new Uint8Array(5000), 5000)
  assert.equal(ring.reply(entry), undefined)
  assert.equal(ring.find(1, 0, 1, 0, 0), -1)
})

interface Known {
  readonly key: number
  readonly epoch: number
  readonly id: number
  readonly token: number
  readonly ends: number
  reply: Uint8Array | undefined
}

/** What a ring does, told as simply as can be. */
class Model {
  readonly entries: Known[] = []
  tail = 0
  readonly #most: number
  readonly #forgetful: boolean

  constructor(most: number, forgetful: boolean) {
    this.#most = most
    this.#forgetful = forgetful
  }

  find({ key, epoch, id, token }: Omit<Known, 'ends' | 'reply'>, now: number): number {
    for (let number = this.entries.length - 1; number >= this.tail; number--) {
      const each = this.entries[number] as Known
      if (each.key === key && each.epoch === epoch && each.id === id && each.token === token && each.ends > now)
        return number
    }
    return -1
  }

  insert(message: Omit<Known, 'ends' | 'reply'>, now: number): number {
    for (let drops = 0; drops < 8; drops++) {
      const oldest = this.entries[this.tail]
      if (oldest !== undefined && oldest.ends <= now) this.tail++
    }
    if (this.entries.length - this.tail === this.#most) {
      if (!this.#forgetful) return -1
      this.tail++
    }
    const share = (known: { key: number }): number => (known.key >>> 0) % 1024
    const ofShare = this.entries.slice(this.tail).filter((each) => share(each) === share(message)).length
    if (!this.#forgetful && ofShare * 8 >= this.#most) return -1
    const ends = Math.ceil((now + lifetime) / 62.5) * 62.5
    return this.entries.push({ ...message, ends, reply: undefined }) - 1
  }
}

class Both {
  readonly #ring: DuplicateRing
  readonly #model: Model
  /** There is room for all replies. */
  readonly #roomy: boolean
  #now = 0
  #replies = 0

  constructor(ring: DuplicateRing, model: Model, roomy: boolean) {
    this.#ring = ring
    this.#model = model
    this.#roomy = roomy
  }

  run(operation: Operation): void {
    if (operation.kind === 'later') this.#now += operation.by
    else if (operation.kind === 'reply') {
      const entry = this.#model.entries.length - 1 - operation.age
      if (entry < 0) return
      // As long as it is unlike any other.
      const reply = new Uint8Array(operation.length).fill(this.#replies)
      reply[0] = this.#replies >>> 8
      this.#replies++
      this.#ring.store(entry, reply, reply.length)
      const known = this.#model.entries[entry] as Known
      if (entry >= this.#model.tail) known.reply = reply.slice()
      reply.fill(0xee)
    } else if (this.compare(operation.message) < 0) {
      assert.equal(this.#insert(operation.message), this.#model.insert(operation.message, this.#now))
    }
  }

  compareAll(): void {
    for (const each of this.#model.entries) this.compare(each)
    assert.equal(this.#ring.size, this.#model.entries.length - this.#model.tail)
  }

  /** The number that both find. */
  compare(message: Omit<Known, 'ends' | 'reply'>): number {
    const { key, epoch, id, token } = message
    const expected = this.#model.find(message, this.#now)
    const found = this.#ring.find(key, epoch, id, token, this.#now)
    const expectedReply = this.#model.entries[expected]?.reply
    if (this.#roomy || expectedReply === undefined) assert.equal(found, expected)
    else if (found >= 0) assert.equal(found, expected)
    const reply = found < 0 ? undefined : this.#ring.reply(found)
    if (this.#roomy || reply !== undefined) assert.deepEqual(reply, expectedReply)
    return found
  }

  #insert({ key, epoch, id, token }: Omit<Known, 'ends' | 'reply'>): number {
    return this.#ring.insert(key, epoch, id, token, this.#now, lifetime)
  }
}

type Operation = typeof operation extends fc.Arbitrary<infer One> ? One : never
