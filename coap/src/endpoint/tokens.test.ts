import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { anonymous, type Identity } from '../transport/identity.ts'
import type { Association } from '../transport/transport.ts'
import { Tokens, tokenKey, tokenOf } from './tokens.ts'

const nobodyTaken = (): boolean => false
const secured: Identity = { method: 'psk', id: Uint8Array.of(1), claims: {} }

test('without security a token is 32 bits of randomness (RFC 7252 5.3.1)', () => {
  const tokens = new Tokens(createContext(1))
  const drawn = Array.from({ length: 1000 }, () => tokens.draw(over(anonymous), nobodyTaken))
  assert.ok(drawn.every((token) => token.length === 4))
  assert.equal(new Set(drawn.map(tokenKey)).size, 1000)
  for (let bit = 0; bit < 32; bit++) {
    const ones = drawn.filter((token) => ((token[bit >>> 3] as number) >>> (bit & 7)) & 1).length
    assert.ok(ones > 420 && ones < 580, `bit ${bit} is set in ${ones} of 1000`)
  }
})

test('under security tokens are a sequence, so that none is used again under one key (RFC 9175 4.2)', () => {
  const tokens = new Tokens(createContext(1))
  const drawn = Array.from({ length: 1000 }, () => number(tokens.draw(over(secured), nobodyTaken)))
  for (const [index, value] of drawn.entries()) assert.equal(value, ((drawn[0] as number) + index) >>> 0)
})

test('a token that is in use is not drawn again (RFC 7252 5.3.1)', () => {
  const first = new Tokens(createContext(1)).draw(over(anonymous), nobodyTaken)
  const other = new Tokens(createContext(1)).draw(over(anonymous), (token) => tokenKey(token) === tokenKey(first))
  assert.notDeepEqual(other, first)
})

test('any token can be a key, and be made of one again', () => {
  for (const token of [[], [0], [255, 0, 128], Array.from({ length: 300 }, (_, at) => at & 255)])
    assert.deepEqual(tokenOf(tokenKey(Uint8Array.from(token))), Uint8Array.from(token))
  assert.notEqual(tokenKey(Uint8Array.of(0)), tokenKey(Uint8Array.of(0, 0)))
})

function over(identity: Identity): Association {
  return { identity } as Association // all that a token depends on
}

function number(token: Uint8Array): number {
  return Buffer.from(token).readUInt32BE()
}
