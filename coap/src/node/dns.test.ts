// What the system's resolver answers.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { systemResolver } from './dns.ts'

test('localhost and the names below it are this machine, whatever DNS or a hosts file says', async () => {
  for (const name of ['localhost', 'coap.localhost']) {
    assert.deepEqual((await systemResolver.resolve(name)).addresses, ['127.0.0.1', '::1'])
  }
})

test('a name without an address is an error that says what to look at', async () => {
  await assert.rejects(systemResolver.resolve('no-such-host.invalid'), {
    code: 'COAP_HOST_NOT_FOUND',
    message:
      "no address for the name 'no-such-host.invalid': is it spelled right, and does this machine reach its DNS?",
  })
})

test('what only looks like an address of IPv4 is asked of nobody', async () => {
  for (const name of ['4711', '127.1', '0x7f.1', '0x7f000001', '192.0.2.010', '1.2.3.4.5', '0x', '127.0.0.1.']) {
    await assert.rejects(systemResolver.resolve(name), {
      code: 'COAP_HOST_NOT_FOUND',
      message: `'${name}' is neither a name nor an address: those of IPv4 are four decimal numbers`,
    })
  }
})
