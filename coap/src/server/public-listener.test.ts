import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isPublic } from './public-listener.ts'

test('who listens at all addresses, or at one that is known everywhere, is asked from the Internet', () => {
  for (const host of ['::', '0.0.0.0', '192.0.2.1', '2001:db8::1']) assert.equal(isPublic(at(host)), true, host)
  assert.equal(isPublic(at('127.0.0.1', '192.0.2.1')), true)
})

test('who listens in this machine, on a link or in a site is not', () => {
  for (const host of ['localhost', '127.0.0.1', '::1', '192.168.1.1', 'fe80::1', 'fd12:3456::1'])
    assert.equal(isPublic(at(host)), false, host)
})

function at(...hosts: string[]) {
  return hosts.map((host) => ({ host, port: 5683 }))
}
