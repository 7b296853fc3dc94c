// mDNS on loopback, at a port of its own, so that nobody else hears it.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import type { FoundService } from '../network/service-directory.ts'
import { mdns } from './mdns.ts'

test('a service that is announced is found by its name with its port, and is lost when it says goodbye', async () => {
  const directory = mdns(assert.fail, { port: await freePort(), interface: '127.0.0.1' })
  const withdraw = await directory.announce('coap', { name: 'Kitchen', port: 56_830 })
  const { promise: found, resolve: tellFound } = Promise.withResolvers<FoundService>()
  const { promise: lost, resolve: tellLost } = Promise.withResolvers<FoundService>()
  const stop = await directory.browse('coap', { found: tellFound, lost: tellLost })
  try {
    const { name, port, host } = await found
    assert.deepEqual([name, port], ['Kitchen', 56_830])
    assert.match(host, /\.local$/)
    await withdraw()
    assert.equal((await lost).name, 'Kitchen')
  } finally {
    await stop()
  }
})

async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, resolve))
  const { port } = socket.address()
  await new Promise<void>((resolve) => socket.close(() => resolve()))
  return port
}
