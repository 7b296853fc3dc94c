import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Linked, Recency } from './recency.ts'

class Thing implements Linked<Thing> {
  older: Thing | undefined = undefined
  newer: Thing | undefined = undefined
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

function filled(): { recency: Recency<Thing>; things: [Thing, Thing, Thing]; names: () => string } {
  const things: [Thing, Thing, Thing] = [new Thing('a'), new Thing('b'), new Thing('c')]
  const recency = new Recency<Thing>()
  for (const thing of things) recency.use(thing)
  return { recency, things, names: () => Array.from(recency, ({ name }) => name).join('') }
}

describe('an order of use', () => {
  it('begins with the longest unused', () => {
    const { recency, things, names } = filled()
    const [a, b, c] = things
    assert.equal(names(), 'abc')
    recency.use(a)
    assert.equal(names(), 'bca')
    recency.use(c)
    assert.equal(names(), 'bac')
    recency.use(c)
    assert.equal(names(), 'bac')
    assert.deepEqual([recency.oldest, recency.size], [b, 3])
  })

  it('goes on without what is deleted, wherever it was', () => {
    for (const [at, left] of ['bc', 'ac', 'ab'].entries()) {
      const { recency, things, names } = filled()
      assert.equal(recency.delete(things[at] as Thing), true)
      assert.equal(recency.delete(things[at] as Thing), false)
      assert.deepEqual([names(), recency.size], [left, 2])
      recency.use(things[at] as Thing)
      assert.equal(names(), left + things[at]?.name)
    }
  })

  it('may lose what was given last while it is gone through', () => {
    const { recency, names } = filled()
    for (const thing of recency) recency.delete(thing)
    assert.deepEqual([names(), recency.size, recency.oldest], ['', 0, undefined])
  })

  it('knows the only one that is in it', () => {
    const recency = new Recency<Thing>()
    const [one, other] = [new Thing('a'), new Thing('b')]
    recency.use(one)
    assert.deepEqual([recency.has(one), recency.has(other)], [true, false])
  })
})
