import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Code, type Method } from '../../message/code.ts'
import { Echo } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { createContext } from '../../testing/context.ts'
import { RecordingTransport } from '../../testing/recording-transport.ts'
import type { Peer } from '../../transport/transport.ts'
import { demandEcho, type EchoDemand } from './demand-echo.ts'

test('what may change something is not handled until it is known to be new; what reads is', () => {
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'iPATCH'] as const) {
    const { ask, handled } = lock({ fresh: 1000 })
    const refused = ask(method)
    assert.equal(refused.code, Code.Unauthorized)
    assert.deepEqual(handled, [])
    assert.equal(ask(method, refused.options.get(Echo)).code, Code.Changed)
    assert.deepEqual(handled, [Code[method]])
  }
  for (const method of ['GET', 'FETCH'] as const) {
    const answer = lock({ fresh: 1000 }).ask(method)
    assert.equal(answer.code, Code.Changed)
    assert.equal(answer.options.has(Echo), false)
  }
})

test('a value that is as old as it may be is too old', async () => {
  const { ask, context } = lock({ fresh: 1000 })
  const value = ask('PUT').options.get(Echo)
  await context.clock.advance(999)
  assert.equal(ask('PUT', value).code, Code.Changed)
  await context.clock.advance(1)
  const late = ask('PUT', value)
  assert.equal(late.code, Code.Unauthorized)
  assert.equal(ask('PUT', late.options.get(Echo)).code, Code.Changed)
})

test('age and events may both be asked for: good for one event, and not for long', async () => {
  let events = 0
  const { ask, context } = lock({ fresh: 1000, events: () => events })
  const first = ask('PUT').options.get(Echo)
  events++
  assert.equal(ask('PUT', first).code, Code.Unauthorized)
  const second = ask('PUT').options.get(Echo)
  await context.clock.advance(1000)
  assert.equal(ask('PUT', second).code, Code.Unauthorized)
})

test('which requests are to be fresh can be said', () => {
  const { ask } = lock({ fresh: 1000, when: ({ code }) => code === Code.GET })
  assert.equal(ask('GET').code, Code.Unauthorized)
  assert.equal(ask('PUT').code, Code.Changed)
})

test('a challenge leaves once, where it is a message of its own (2.4)', () => {
  assert.equal(lock({ fresh: 1000 }).ask('PUT').sentOnce, true)
})

test('who has shown a value is at its address', () => {
  const { ask, peer } = lock({ fresh: 1000 })
  const { options } = ask('PUT')
  assert.equal(peer.reachedAt, undefined)
  ask('PUT', options.get(Echo))
  assert.equal(peer.reachedAt, 0)
})

test('a demand that asks for nothing is a mistake', () => {
  assert.throws(() => demandEcho({}), { code: 'COAP_USAGE' })
  assert.throws(() => demandEcho({ fresh: 0 }), { code: 'COAP_USAGE' })
})

function lock(demand: EchoDemand) {
  const context = createContext(1)
  const handled: Code[] = []
  const layer = demandEcho(demand)
  const handler = layer(({ code }) => {
    handled.push(code)
    return new Response({ code: Code.Changed })
  }, context)
  const peer: Peer = { associations: [new RecordingTransport().association(1)], identity: { method: 'none' } }
  const ask = (method: Method, value?: Uint8Array): Response => {
    const options = new Options()
    if (value !== undefined) options.add(Echo, value)
    return handler(new Request({ code: Code[method], peer, options })) as Response
  }
  return { ask, context, handled, peer }
}
