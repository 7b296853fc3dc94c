// Message IDs of a busy endpoint (RFC 7252 4.4): 65,536 towards one peer within EXCHANGE_LIFETIME, and none twice.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { encodeDatagram, Type } from '../../message/datagram.ts'
import { Message, noBytes } from '../../message/message.ts'
import { MemoryHub } from '../../network/memory.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { Endpoint } from '../endpoint.ts'

test('65,536 messages to one peer leave at once, the next one when the ID of the first is free (RFC 7252 4.4)', async () => {
  const { context, ask, ids } = await server()
  for (let count = 0; count < 0x10000; count++) ask(count)
  await context.clock.advance(0)
  assert.equal(ids.length, 0x10000)
  assert.equal(new Set(ids).size, 0x10000)
  await context.clock.advance(200_000)
  ask(0)
  await context.clock.advance(46_999)
  assert.equal(ids.length, 0x10000)
  await context.clock.advance(1)
  assert.equal(ids.length, 0x10001)
  assert.equal(ids.at(-1), ids[0])
})

test('a second peer has Message IDs of its own (RFC 7252 4.4)', async () => {
  const { context, ask, ids, other } = await server()
  for (let count = 0; count < 0x10000; count++) ask(count)
  other.ask(1)
  await context.clock.advance(0)
  assert.deepEqual([ids.length, other.ids.length], [0x10000, 1])
})

/** A server, and two peers of it that note the Message IDs of its Non-confirmable responses. */
async function server() {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const address = { host: '192.0.2.1', port: 5683 }
  const network = hub.network(address, { backlog: 100_000 })
  await new Endpoint({ context, transports: [plain(network)], handler: () => Response.of(Code.Valid) }).open()
  const peer = async (host: string) => {
    const network = hub.network({ host, port: 5683 }, { backlog: 100_000 })
    const ids: number[] = []
    await network.open({
      packet: ([, , high = 0, low = 0]) => ids.push((high << 8) | low),
      ...{ drained() {}, unreachable() {}, tooBig() {} },
    })
    const get = new Message({ code: Code.GET })
    const into = new Uint8Array(8)
    const ask = (id: number): void => {
      const length = encodeDatagram(Type.NonConfirmable, id, noBytes, get, into, 0)
      network.send(into, length, network.path(address))
    }
    return { ids, ask }
  }
  return { context, ...(await peer('192.0.2.2')), other: await peer('192.0.2.3') }
}
