import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createContext } from '../../testing/context.ts'
import { anonymous } from '../../transport/identity.ts'
import type { Peer } from '../../transport/transport.ts'
import type { Registration } from './registration.ts'
import { Registrations } from './registrations.ts'

/** Registrations of which nothing is known but where they observe. */
function watched() {
  const watchers = new Set<(peer: Peer) => void>()
  const registrations = new Registrations({
    context: () => createContext(1),
    ask: () => Promise.reject(new Error('nobody asks')),
    watchPeers: (changed) => {
      watchers.add(changed)
      return () => watchers.delete(changed)
    },
  })
  const interrupted: string[] = []
  const registration = (name: string): Registration =>
    ({ target: undefined, interrupted: () => interrupted.push(name) }) as unknown as Registration
  const peer = (): Peer => ({ associations: [], identity: anonymous })
  const change = (peer: Peer): void => {
    for (const changed of watchers) changed(peer)
  }
  return { registrations, registration, peer, change, interrupted, watchers }
}

describe('registrations', () => {
  it('are interrupted by a change of the peer where they observe, and by no other', () => {
    const { registrations, registration, peer, change, interrupted } = watched()
    const [here, there] = [peer(), peer()]
    const [a, b] = [registration('a'), registration('b')]
    registrations.observing(a, here)
    registrations.observing(b, here)
    registrations.observing(registration('c'), there)
    change(here)
    assert.deepEqual(interrupted, ['a', 'b'])
    registrations.observing(a, there)
    change(here)
    assert.deepEqual(interrupted, ['a', 'b', 'b'])
  })

  it('watch peers once, and no longer than there is one of them', () => {
    const { registrations, registration, peer, watchers } = watched()
    const [a, b] = [registration('a'), registration('b')]
    registrations.observing(a, peer())
    registrations.observing(b, peer())
    assert.equal(watchers.size, 1)
    registrations.ended(a)
    assert.equal(watchers.size, 1)
    registrations.ended(b)
    assert.equal(watchers.size, 0)
    registrations.observing(a, peer())
    assert.equal(watchers.size, 1)
  })
})
