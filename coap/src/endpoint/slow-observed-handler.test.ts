// Handlers that take their time, and resources that change meanwhile: in the end an observer has the last state (RFC 7641 1.3).

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Timer } from '../context/timer.ts'
import type { Handler } from '../handler/handler.ts'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Subject } from '../handler/subject.ts'
import { Code } from '../message/code.ts'
import { Observe } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { MemoryHub } from '../network/memory.ts'
import { createContext } from '../testing/context.ts'
import { plain } from '../transport/plain.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { Endpoint } from './endpoint.ts'

/** A server that looks at its state when it is asked and answers a second later, or at once, and what an observer is told. */
async function world() {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const subject = new Subject()
  const state = { value: '1', delay: 1000 }
  const told: string[] = []
  const show: Handler = () => {
    const { value, delay } = state
    const response = value === 'gone' ? Response.of(Code.NotFound) : Response.text(value).observing(subject)
    if (delay === 0) return response
    return new Promise((resolve) => context.timers.arm(new Timer(() => resolve(response)), delay))
  }
  const open = (host: string) => {
    const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
    const transports = [plain(hub.network({ host, port: 5683 }), { resolver })]
    return new Endpoint({ context, transports, handler: show }).open()
  }
  await open('192.0.2.1')
  const client = await open('192.0.2.2')
  const observe = async (told: string[]): Promise<void> => {
    const uri = CoapUri.parse('coap://192.0.2.1/x')
    const response = await client.send(new Request({ code: Code.GET, uri, options: new Options().add(Observe, 0) }))
    told.push(await response.body.text())
    for await (const each of response.notifications ?? []) told.push(each.ok ? await each.body.text() : 'gone')
  }
  observe(told).catch(() => {}) // it never ends
  const change = (value: string): void => {
    state.value = value
    if (value === 'gone') subject.gone()
    else subject.changed()
  }
  return { clock: context.clock, subject, state, told, change, observe }
}

test('a change while the first response is made reaches the observer after it', async () => {
  const { clock, told, change } = await world()
  await clock.advance(500)
  change('2')
  await clock.advance(10_000)
  assert.deepEqual(told, ['1', '2'])
})

test('without a change the first response is not followed by another', async () => {
  const { clock, told, change } = await world()
  change('2')
  await clock.advance(10_000)
  assert.deepEqual(told, ['2'])
})

test('a resource that goes while the first response is made is known to be gone', async () => {
  const { clock, told, change } = await world()
  await clock.advance(500)
  change('gone')
  await clock.advance(10_000)
  assert.deepEqual(told, ['1', 'gone'])
})

test('a state that comes along with its change is not followed by the older one that the handler was about to give', async () => {
  const { clock, subject, told, change } = await world()
  await clock.advance(2000)
  change('2')
  await clock.advance(500)
  subject.changed(Response.text('3'))
  await clock.advance(10_000)
  assert.deepEqual(told, ['1', '3'])
})

test('a resource that changes and goes in one moment is gone, whatever its handler would still say', async () => {
  const { clock, subject, state, told, change } = await world()
  await clock.advance(2000)
  change('2')
  subject.gone()
  await clock.advance(10_000)
  assert.deepEqual(told, ['1', 'gone'])
  assert.equal(state.value, '2')
  assert.equal(subject.watched, false)
})

test('who comes while the handler is asked is not told an older state than it got itself', async () => {
  const { clock, state, told, change, observe } = await world()
  await clock.advance(2000)
  change('2')
  await clock.advance(500) // the handler has looked at 2
  state.delay = 0
  change('3')
  const others: string[] = []
  observe(others).catch(() => {}) // it never ends
  await clock.advance(10_000)
  assert.deepEqual(told, ['1', '2', '3'])
  assert.deepEqual(others, ['3', '3'])
})

test('who came while the handler was asked is told what it says the next time', async () => {
  const { clock, subject, state, told, change, observe } = await world()
  await clock.advance(2000)
  change('2') // the handler looks at it, and answers in a second
  await clock.advance(100)
  subject.changed(Response.text('3')) // which is newer
  state.value = '3'
  state.delay = 0
  const others: string[] = []
  observe(others).catch(() => {}) // it never ends
  await clock.advance(2000)
  state.delay = 1000
  change('4')
  await clock.advance(10_000)
  assert.deepEqual(told, ['1', '3', '4'])
  assert.deepEqual(others, ['3', '4'])
})
