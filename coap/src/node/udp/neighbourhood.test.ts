import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Neighbourhood } from './neighbourhood.ts'

const here = new Neighbourhood([
  { host: '127.0.0.1', loopback: true, subnet: '127.0.0.1/8' },
  { host: '203.0.113.2', loopback: false, subnet: '203.0.113.2/24' },
  { host: '2001:db8::2', loopback: false, subnet: '2001:db8::2/64' },
  { host: 'fe80::2%eth0', loopback: false, subnet: 'fe80::2/64' },
  { host: 'fe80::3%eth1', loopback: false, subnet: 'fe80::3/64' },
])

describe('near is', () => {
  for (const host of ['10.1.2.3', '172.31.0.1', '192.168.9.9', '169.254.1.1', 'fd12::1', 'fe80::9%eth1', '::1'])
    test(`${host}, an address of a site`, () => assert.ok(here.has(host)))
  for (const host of ['203.0.113.77', '2001:db8::77'])
    test(`${host}, in a subnet of this machine`, () => assert.ok(here.has(host)))
  for (const host of ['198.51.100.1', '203.0.114.1', '172.32.0.1', '2001:db8:1::1', '::ffff:198.51.100.1'])
    test(`not ${host}`, () => assert.ok(!here.has(host)))
})

test('what is in a zone, or in a subnet, has the local address there beside it', () => {
  assert.equal(here.beside('fe80::9%eth1'), 'fe80::3%eth1')
  assert.equal(here.beside('203.0.113.9'), '203.0.113.2')
  assert.equal(here.beside('2001:db8::9'), '2001:db8::2')
  assert.equal(here.beside('fe80::9%eth7'), undefined)
  assert.equal(here.beside('198.51.100.1'), undefined)
})
