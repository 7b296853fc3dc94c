// What is told while a whole system is at work: the members that docs/tracing.md lists, and never a payload or a key.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { before, test } from 'node:test'
import { inspect } from 'node:util'
import { Endpoint } from '../coap/src/endpoint/endpoint.ts'
import type { Handler } from '../coap/src/handler/handler.ts'
import { Request } from '../coap/src/handler/request.ts'
import { Response } from '../coap/src/handler/response.ts'
import { Subject } from '../coap/src/handler/subject.ts'
import { Code } from '../coap/src/message/code.ts'
import { Observe } from '../coap/src/message/option.ts'
import { Options } from '../coap/src/message/options.ts'
import { FaultInjector } from '../coap/src/network/fault-injector.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import { NatBox } from '../coap/src/network/nat.ts'
import { createContext, type TraceEvent } from '../coap/src/testing/context.ts'
import { toySecurity } from '../coap/src/testing/toy-security/toy-security.ts'
import { CoapUri } from '../coap/src/uri/coap-uri.ts'

const confidential = 'the-words-of-a-payload'
const key = 'the-bytes-of-a-key'
let events: readonly TraceEvent[] = []

before(async () => {
  events = await dayInTheLife()
})

test('each event has the members that its line in docs/tracing.md lists, and no other', () => {
  const guide = readFileSync(join(import.meta.dirname, '../docs/tracing.md'), 'utf8')
  for (const { name, event } of events) {
    const line = guide.split('\n').find((each) => each.startsWith(`| \`${name}\``)) ?? ''
    const listed = [...(line.split('|')[3] ?? '').matchAll(/`(\w+)`/g)].map(([, member]) => member)
    for (const member of Object.keys(event)) assert.ok(listed.includes(member), `${name} has ${member}`)
  }
})

test('this happens to tell nearly all that there is to tell', () => {
  const names = new Set(events.map(({ name }) => name))
  assert.deepEqual([...names].sort(), [
    'coapstone:association:closed',
    'coapstone:association:established',
    'coapstone:association:moved',
    'coapstone:exchange:settled',
    'coapstone:handler:failed',
    'coapstone:message:dropped',
    'coapstone:message:received',
    'coapstone:message:sent',
    'coapstone:observation:ended',
  ])
})

test('a retransmission is told as sent again', () => {
  const again = events.filter(({ name, event }) => name === 'coapstone:message:sent' && event['again'] === true)
  assert.ok(again.length > 0)
})

test('neither payloads nor keys are told, however deep one looks', () => {
  for (const { name, event } of events) {
    const options = { depth: 12, showHidden: true, compact: false, maxArrayLength: null, maxStringLength: null }
    const shown = inspect(event, options).replace(/\s+/g, '')
    for (const secret of [confidential, key]) {
      assert.ok(!shown.includes(secret), `${name} shows a secret`)
      const bytes = [...secret].map((character) => character.charCodeAt(0))
      assert.ok(!shown.includes(bytes.join(',')), `${name} has the bytes of a secret`)
    }
  }
})

/** A client asks, observes, moves, is lied to, and leaves; a handler fails; packets are lost. */
async function dayInTheLife(): Promise<readonly TraceEvent[]> {
  const context = createContext(1, { trace: true })
  const hub = new MemoryHub(context)
  const lossy = new FaultInjector(hub.network({ host: '192.0.2.1', port: 5684 }), { loss: 0.3 })
  const subject = new Subject()
  const handler: Handler = (request) => {
    if (request.path[0] === 'broken') throw new Error('broken')
    return Response.text(confidential).observing(subject)
  }
  const serving = toySecurity(lossy, { credentials: async () => ({ secret: key }) })
  const server = await new Endpoint({ context, transports: [serving], handler }).open()
  const box = new NatBox(hub.network([1, 2].map((last) => ({ host: `198.51.100.${last}`, port: 4000 }))))
  const asking = toySecurity(box.network({ host: '10.0.0.2', port: 1 }), { identity: { id: 'valve', secret: key } })
  const client = await new Endpoint({ context, transports: [asking] }).open()
  const ask = async (path: string, code: Code, options = new Options()): Promise<Response> => {
    const uri = CoapUri.parse(`coaps://192.0.2.1/${path}`)
    const payload = new TextEncoder().encode(code === Code.POST ? confidential : '')
    const response = Promise.resolve(client.send(new Request({ code, uri, options, payload })))
    response.catch(() => {}) // looked at below
    await context.clock.advance(100_000)
    return response
  }
  for (let count = 0; count < 10; count++) await ask('x', Code.POST)
  await ask('broken', Code.GET)
  const { notifications } = await ask('x', Code.GET, new Options().add(Observe, 0))
  subject.changed()
  await context.clock.advance(100_000)
  box.rebind()
  await ask('x', Code.GET)
  await notifications?.[Symbol.asyncIterator]().return?.()
  await context.clock.advance(100_000)
  const [association] = [...client.peers][0]?.associations ?? []
  assert(association !== undefined)
  const unknownResponse = Uint8Array.of(0x51, Code.Content, 0, 9, 0x77)
  asking.send(unknownResponse, unknownResponse.length, association)
  await context.clock.advance(1000)
  await client.close()
  await context.clock.advance(1000)
  await server.close()
  return context.events
}
