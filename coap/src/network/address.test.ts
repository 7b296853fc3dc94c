import assert from 'node:assert/strict'
import { test } from 'node:test'
import { describeAddress, isMulticast, literalAddress } from './address.ts'

test('an address reads as in a URI', () => {
  assert.equal(describeAddress({ host: '192.0.2.1', port: 5683 }), '192.0.2.1:5683')
  assert.equal(describeAddress({ host: '2001:db8::1', port: 5683 }), '[2001:db8::1]:5683')
  assert.equal(describeAddress({ host: 'fe80::1', port: 5683, zone: 'eth0' }), '[fe80::1%eth0]:5683')
})

test('a literal address gets its recommended form and keeps its zone', () => {
  const address = literalAddress({ host: 'FE80:0::1', port: 1, zone: 'eth0' })
  assert.deepEqual(address, { host: 'fe80::1', port: 1, zone: 'eth0' })
})

test('a name is not a literal address', () => {
  assert.throws(() => literalAddress({ host: 'a.example', port: 1 }), { code: 'COAP_USAGE' })
})

test('multicast addresses are known by their prefix', () => {
  for (const host of ['224.0.1.187', '239.255.255.255', 'ff02::fd', 'FF05::1']) assert.equal(isMulticast(host), true)
  for (const host of ['223.255.255.255', '240.0.0.1', '2001:db8::ff', 'ff::1', 'fe80::1']) {
    assert.equal(isMulticast(host), false, host)
  }
})
