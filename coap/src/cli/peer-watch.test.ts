// What is worth telling to a person who waits.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client } from '../client/client.ts'
import { Endpoint } from '../endpoint/endpoint.ts'
import { Response } from '../handler/response.ts'
import { MemoryHub } from '../network/memory.ts'
import { createContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import { PeerWatch } from './peer-watch.ts'

const resolver = { resolve: async () => ({ addresses: ['192.0.2.1'], ttl: 60_000 }), forget() {} }

async function world() {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10, unreachable: false })
  const told: string[] = []
  const network = new PeerWatch(hub.network({ host: '192.0.2.9', port: 5683 }), {
    askedAgain: () => told.push('asked again'),
    garbage: (packet, { host }) => told.push(`${packet.length} bytes from ${host}`),
  })
  const endpoint = await new Endpoint({ context, transports: [plain(network, { resolver })] }).open()
  /** Asks, and lets time pass. */
  const ask = async (): Promise<void> => {
    const answer = new Client({ endpoint }).get('coap://device.example/')
    await Promise.all([answer.catch(() => {}), context.clock.advance(300_000)])
  }
  return { context, hub, told, ask }
}

test('that it was asked again is told once, however often it is', async () => {
  const { told, ask } = await world()
  await ask()
  assert.deepEqual(told, ['asked again'])
})

test('nothing is told where somebody answers', async () => {
  const { told, ask, hub, context } = await world()
  const transports = [plain(hub.network({ host: '192.0.2.1', port: 5683 }), { resolver })]
  await new Endpoint({ context, transports, handler: () => Response.text('') }).open()
  await ask()
  await ask()
  assert.deepEqual(told, [])
})

test('what comes and is no CoAP is told each time', async () => {
  const { told, ask, hub } = await world()
  const joker = hub.network({ host: '192.0.2.1', port: 5683 })
  const receiver = { drained() {}, unreachable() {}, tooBig() {} }
  await joker.open({ ...receiver, packet: (_packet, from) => void joker.send(new Uint8Array(3), 3, from) })
  await ask()
  assert.deepEqual(told, Array(5).fill('3 bytes from 192.0.2.1'))
})
