// How to test what you wrote for a bad network: a network in memory that loses every third packet or so, and a clock that you turn.
// Minutes of time-outs and retransmissions take milliseconds, and the seed repeats every chance.

import assert from 'node:assert/strict'
import { Client, Code, contentOf, Response, Router } from 'coapstone'
import { Endpoint } from 'coapstone/endpoint'
import { createContext, FaultInjector, MemoryHub } from 'coapstone/testing'
import { plain } from 'coapstone/transport'

/** What is tested here: your code. It takes its client from outside, so that a test can hand it one. */
async function report(client: Client, readings: readonly number[]): Promise<void> {
  for (const celsius of readings) (await client.post('coap://192.0.2.1/readings', { json: { celsius } })).orThrow()
}

const context = createContext(7) // the seed
const hub = new MemoryHub(context)

const stored: unknown[] = []
const router = new Router().post('/readings', (request) => {
  stored.push(contentOf(request))
  return Response.of(Code.Created)
})
const server = await new Endpoint({
  context,
  transports: [plain(hub.network({ host: '192.0.2.1', port: 5683 }))],
  handler: router.handlerOn(context),
}).open()

const radio = new FaultInjector(hub.network({ host: '192.0.2.2', port: 5683 }), { loss: 0.3, delay: [20, 200] })
const device = await new Endpoint({ context, transports: [plain(radio)] }).open()

const reporting = report(new Client({ endpoint: device }), [20.5, 21, 21.5, 22])
await context.clock.advance(600_000)
await reporting

assert.deepEqual(stored, [{ celsius: 20.5 }, { celsius: 21 }, { celsius: 21.5 }, { celsius: 22 }])
assert.ok(device.statistics.retransmissions > 0, 'there were packets to send again')
const { outgoing, incoming } = radio.counters
console.log(`${outgoing.lost + incoming.lost} packets lost, ${device.statistics.retransmissions} sent again`)
console.log(`${server.statistics.duplicates} came twice, and each reading is stored once`)

await device.close()
await server.close()
