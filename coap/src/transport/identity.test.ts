import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { anonymous, type Claims, describeIdentity, hasExpired, type Identity, sameIdentity } from './identity.ts'

test('the same credential proves the same identity, another one another', () => {
  assert.ok(sameIdentity(psk('valve'), psk('valve')))
  assert.ok(!sameIdentity(psk('valve'), psk('pump')))
  assert.ok(!sameIdentity(psk(''), psk('1')))
})

test('nobody is the same as nobody', () => {
  assert.ok(!sameIdentity(anonymous, anonymous))
  assert.ok(!sameIdentity(anonymous, psk('valve')))
})

test('a principal stands for all its credentials, and for no other principal', () => {
  assert.ok(sameIdentity(psk('old board', { principal: 'cellar' }), psk('new board', { principal: 'cellar' })))
  assert.ok(!sameIdentity(psk('board', { principal: 'cellar' }), psk('board', { principal: 'attic' })))
  assert.ok(!sameIdentity(psk('cellar'), psk('x', { principal: 'cellar' })))
})

test('a credential that ends has ended at that time of the wall clock, one without an end never', async () => {
  const context = createContext(1)
  const expires = context.wallClock() + 1000
  assert.ok(!hasExpired(psk('valve', { expires }), context))
  await context.clock.advance(1000)
  assert.ok(hasExpired(psk('valve', { expires }), context))
  assert.ok(!hasExpired(psk('valve'), context))
  assert.ok(!hasExpired(anonymous, context))
})

test('it is described by what people know it by, and never by more than its name', () => {
  assert.equal(describeIdentity(anonymous), 'nobody')
  assert.equal(describeIdentity(psk('valve 7')), 'psk 76616c76652037') // no printable name: it has a space
  assert.equal(describeIdentity(psk('valve')), 'psk valve')
  assert.equal(describeIdentity(psk('\u0000\u00ff')), 'psk 00ff')
  assert.equal(describeIdentity(psk('x', { principal: 'cellar valve' })), 'cellar valve')
})

function psk(id: string, claims: Claims = {}): Identity {
  return { method: 'psk', id: Uint8Array.from(id, (character) => character.charCodeAt(0)), claims }
}
