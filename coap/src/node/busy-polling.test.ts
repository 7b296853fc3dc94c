import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { busyPolling, busyPollingTime } from './busy-polling.ts'

/** Turns of an event loop that the test turns. */
function loop(cores = 2) {
  let time = 0
  const soon: (() => void)[] = []
  const expectPacket = busyPolling({ now: () => time, cores: () => cores, soon: (deed) => soon.push(deed) })
  /** How often the loop has looked, if each turn takes so long. */
  const turns = (each: number): number => {
    let count = 0
    for (; soon.length > 0; count++) {
      time += each
      for (const deed of soon.splice(0)) deed()
    }
    return count
  }
  return { expectPacket, turns, pass: (milliseconds: number) => (time += milliseconds), waiting: () => soon.length }
}

describe('busy polling', () => {
  it('looks for the next packet if the one before was soon there, and gives up after a while', () => {
    const { expectPacket, turns, pass } = loop()
    expectPacket()
    assert.equal(turns(0.125), 0, 'nothing is known of the first one')
    pass(0.25)
    expectPacket()
    assert.equal(turns(0.125), busyPollingTime / 0.125)
  })

  it('does not look with a peer that is far away', () => {
    const { expectPacket, turns, pass } = loop()
    for (let count = 0; count < 5; count++) {
      expectPacket()
      assert.equal(turns(0.125), 0)
      pass(1)
    }
  })

  it('is one, however many packets are expected, and goes on with each', () => {
    const { expectPacket, turns, pass, waiting } = loop()
    expectPacket()
    expectPacket()
    pass(0.25)
    expectPacket()
    assert.equal(waiting(), 1)
    assert.equal(turns(0.125), busyPollingTime / 0.125)
  })

  it('leaves the only core to the peer', () => {
    const { expectPacket, turns } = loop(1)
    expectPacket()
    expectPacket()
    assert.equal(turns(0.125), 0)
  })
})
