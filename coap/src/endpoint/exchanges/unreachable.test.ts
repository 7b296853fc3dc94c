// What an ICMP error ends, and what it does not.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { MemoryHub } from '../../network/memory.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { CoapUri } from '../../uri/coap-uri.ts'
import { Endpoint } from '../endpoint.ts'

const uri = CoapUri.parse('coap://192.0.2.1/x')

async function world() {
  const context = createContext(1)
  const hub = new MemoryHub(context, { latency: 10 })
  const open = (host: string) => {
    const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
    const transports = [plain(hub.network({ host, port: 5683 }), { resolver })]
    return new Endpoint({ context, transports, handler: () => Response.text('here') }).open()
  }
  return { clock: context.clock, open, client: await open('192.0.2.2') }
}

test('what waits for its turn ends too, and does not leave in the same moment', async () => {
  const { clock, client } = await world()
  const ask = (code: Code) => Promise.resolve(client.send(new Request({ code, uri })))
  const asked = [ask(Code.GET), ask(Code.POST), client.ping(uri), ask(Code.POST)]
  for (const each of asked) each.catch(() => {}) // looked at below
  await clock.advance(10)
  assert.equal(client.statistics.sent, 1)
  for (const each of asked) await assert.rejects(each, { code: 'COAP_UNREACHABLE' })
})

test('a request that comes after it is sent: the server may have come too', async () => {
  const { clock, open, client } = await world()
  const ask = () => Promise.resolve(client.send(new Request({ code: Code.POST, uri })))
  const first = ask()
  first.catch(() => {})
  await clock.advance(10)
  await assert.rejects(first, { code: 'COAP_UNREACHABLE' })
  await open('192.0.2.1')
  const second = ask()
  await clock.advance(100)
  assert.equal(await (await second).body.text(), 'here')
})
