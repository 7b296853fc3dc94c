import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isGlobal } from './global-address.ts'

test('addresses that anybody may have are global', () => {
  for (const host of [
    ...['192.0.2.1', '8.8.8.8', '11.0.0.1', '100.63.255.255', '100.128.0.0', '172.15.0.1', '172.32.0.1', '192.167.1.1'],
    ...['2001:db8::1', '2606:4700::1111', '::ffff:8.8.8.8', 'fec0::1', 'fd::1', '::2'],
  ])
    assert.equal(isGlobal(host), true, host)
})

test('those of this machine, a link or a site are not', () => {
  for (const host of [
    ...['0.0.0.0', '127.0.0.1', '127.8.9.1', '10.1.2.3', '169.254.1.1', '192.168.1.1', '172.16.0.1', '172.31.255.255'],
    ...[
      '100.64.0.1',
      '100.127.255.255',
      '::',
      '::1',
      'fe80::1',
      'febf::1',
      'fc00::1',
      'fd12:3456::1',
      '::ffff:10.0.0.1',
    ],
  ])
    assert.equal(isGlobal(host), false, host)
})
