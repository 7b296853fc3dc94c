import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Bag, type Bagged } from './bag.ts'

class Thing implements Bagged {
  place = -1
}

describe('a bag', () => {
  it('has what was added and not deleted, whatever the order', () => {
    const bag = new Bag<Thing>()
    const things = Array.from({ length: 200 }, () => new Thing())
    for (const thing of things) bag.add(thing)
    assert.equal(bag.size, 200)
    for (let at = 0; at < 200; at += 2) assert.equal(bag.delete(things[at] as Thing), true)
    assert.equal(bag.size, 100)
    assert.deepEqual(new Set(bag), new Set(things.filter((_, at) => at % 2 === 1)))
    for (const thing of bag) bag.delete(thing)
    assert.deepEqual([...bag], [])
    bag.add(things[0] as Thing)
    assert.deepEqual([...bag], [things[0]])
  })

  it('deletes nothing that is not in it', () => {
    const [one, other] = [new Bag<Thing>(), new Bag<Thing>()]
    const [here, there] = [new Thing(), new Thing()]
    one.add(here)
    other.add(there)
    assert.equal(one.delete(there), false)
    assert.equal(one.delete(new Thing()), false)
    assert.equal(one.delete(here), true)
    assert.equal(one.delete(here), false)
    assert.deepEqual([one.size, other.size], [0, 1])
  })

  it('gives those that were in it when it was asked', () => {
    const bag = new Bag<Thing>()
    const things = [new Thing(), new Thing(), new Thing()]
    for (const thing of things) bag.add(thing)
    const given: Thing[] = []
    for (const thing of bag) {
      given.push(thing)
      for (const each of things) bag.delete(each)
      bag.add(new Thing())
    }
    assert.deepEqual(given, things)
  })
})
