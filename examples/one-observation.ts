// The promise: a valve observes its setpoint from behind a NAT. The NAT box forgets it and gives it another address, and the one observation
// goes on. The server knows by `request.identity` who that is, before and after; the address is only where. Exit code 0 if all of it is so.
//
// toySecurity stands for DTLS here. It protects nothing, but behaves the same: a handshake, an identity, a session that outlives an address.

import assert from 'node:assert/strict'
import { Client, describeIdentity, Response, Router, Subject } from 'coapstone'
import { Endpoint } from 'coapstone/endpoint'
import { createContext, MemoryHub, NatBox, toySecurity } from 'coapstone/testing'

const context = createContext(1) // its clock stands still until it is turned
const hub = new MemoryHub(context)

// The server knows its valves by their keys.
const setpoint = new Subject()
let temperature = 20
const asked: { readonly who: string; readonly from: string }[] = []
const router = new Router().get('/setpoint', (request) => {
  const who = describeIdentity(request.identity)
  const from = request.association?.path.remote.host ?? 'nowhere'
  asked.push({ who, from })
  console.log(`server: ${who} at ${from} gets ${temperature} °C`)
  return Response.text(`${temperature} °C`).observing(setpoint)
})
const server = await new Endpoint({
  context,
  transports: [
    toySecurity(hub.network({ host: '192.0.2.1', port: 5684 }), {
      credentials: async () => ({ secret: 'open sesame' }),
    }),
  ],
  handler: router.handlerOn(context),
}).open()

// The valve is behind a NAT box that has two addresses outside, one for now and one for later.
const outside = hub.network(['198.51.100.1', '203.0.113.9'].map((host) => ({ host, port: 40_000 })))
const box = new NatBox(outside)
const identity = { id: 'valve-7', secret: 'open sesame' }
const valve = await new Endpoint({
  context,
  transports: [toySecurity(box.network({ host: '10.0.0.2', port: 5684 }), { identity })],
}).open()
const client = new Client({ endpoint: valve })

const observation = client.observe('coaps://192.0.2.1/setpoint')
const heard: string[] = []
async function listen(): Promise<void> {
  for await (const response of observation) {
    heard.push(await response.body.text())
    console.log(`valve:  hears ${heard.at(-1)}`)
  }
}
const listening = listen()
await context.clock.advance(1000)

box.rebind()
console.log('NAT:    has forgotten the valve')
const ping = client.ping('coaps://192.0.2.1') // whatever the valve sends next leaves from the other address
await context.clock.advance(1000)
await ping

temperature = 23
setpoint.changed()
await context.clock.advance(1000)

const [before, after] = asked
assert.deepEqual(heard, ['20 °C', '23 °C'], 'the notification has arrived')
assert.equal(after?.who, before?.who, 'the identity is the same')
assert.notEqual(after?.from, before?.from, 'the address is another')
assert.equal(server.statistics.requests, 1, 'the valve has asked once: it is the same observation')
console.log(`one observation, one identity, two addresses: ${before?.from}, ${after?.from}`)

await observation.close()
await listening
await valve.close()
await server.close()
