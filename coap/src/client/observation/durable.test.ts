// An observation that lasts: what makes it register again, what its reader is told, and when it ends (RFC 7641 3.3.1).

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { toHex } from '../../bytes/hex.ts'
import { Endpoint } from '../../endpoint/endpoint.ts'
import type { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Subject } from '../../handler/subject.ts'
import { blockwiseServer } from '../../layers/blockwise/server.ts'
import { Code } from '../../message/code.ts'
import { ETag, MaxAge } from '../../message/option.ts'
import { MemoryHub } from '../../network/memory.ts'
import { NatBox } from '../../network/nat.ts'
import { CachingResolver } from '../../network/resolver.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { Client } from '../client.ts'
import type { ObservationEvent } from './event.ts'
import type { Observation } from './observation.ts'
import type { ObserveInit } from './observe-init.ts'

const url = 'coap://device.example/value'

/** A server with a value, and a client behind a NAT box. */
class World {
  readonly context = createContext(1)
  readonly hub = new MemoryHub(this.context, { latency: 10 })
  /** What the name means. */
  address = '192.0.2.1'
  value = 'first'
  maxAge = 60
  etag = false
  observed = true
  /** In place of the value. */
  error: Response | undefined = undefined
  subject = new Subject()
  /** What has arrived: when, with which Observe and token. */
  readonly asked: { readonly at: number; readonly observe: number | undefined; readonly request: Request }[] = []
  server: Endpoint | undefined
  client = new Client()
  box: NatBox | undefined

  readonly #handler = (request: Request): Response => {
    this.asked.push({ at: this.context.now(), observe: request.observes ? 0 : undefined, request })
    if (this.error !== undefined) return this.error
    const etag = new TextEncoder().encode(this.value).subarray(0, 8)
    const known = this.etag && request.options.getAll(ETag).some((each) => toHex(each) === toHex(etag))
    const response = known ? Response.of(Code.Valid) : Response.text(this.value)
    const options = response.options.clone().set(MaxAge, this.maxAge)
    if (this.etag) options.set(ETag, etag)
    const shown = response.with({ options })
    return this.observed ? shown.observing(this.subject) : shown
  }

  async serve(host = this.address): Promise<Endpoint> {
    const { context } = this
    const transports = [plain(this.hub.network({ host, port: 5683 }))]
    const handler = blockwiseServer()(this.#handler, context)
    this.server = await new Endpoint({ context, handler, transports }).open()
    return this.server
  }

  async restart(gap = 0): Promise<void> {
    await this.server?.close()
    this.subject = new Subject()
    await this.pass(gap)
    await this.serve()
  }

  async begin(t: TestContext): Promise<this> {
    const { context } = this
    await this.serve()
    const resolver = new CachingResolver(
      { resolve: async () => ({ addresses: [this.address], ttl: 3_600_000 }), forget() {} },
      context,
    )
    const outside = this.hub.network(['198.51.100.1', '198.51.100.2'].map((host) => ({ host, port: 40_000 })))
    this.box = new NatBox(outside, { mappingTimeout: 10_000_000 })
    const network = this.box.network({ host: '10.0.0.2', port: 5683 })
    const endpoint = await new Endpoint({ context, transports: [plain(network, { resolver })] }).open()
    this.client = new Client({ endpoint })
    t.after(() => this.client.close({ timeout: 0 }))
    return this
  }

  pass(time: number): Promise<void> {
    return this.context.clock.advance(time)
  }

  async change(value: string): Promise<void> {
    this.value = value
    this.subject.changed()
    await this.pass(1000)
  }

  /** Reads its events as they come. */
  async watch(init: ObserveInit = {}): Promise<Watch> {
    const watch = new Watch(this.client.observe(url, init))
    await this.pass(1000)
    return watch
  }
}

class Watch {
  readonly observation: Observation
  readonly events: ObservationEvent[] = []
  /** As words: `notification first`, `stale max-age`. */
  readonly words: string[] = []

  constructor(observation: Observation) {
    this.observation = observation
    void this.#read()
  }

  /** What has happened since this was asked last. */
  take(): string[] {
    return this.words.splice(0)
  }

  get last(): ObservationEvent | undefined {
    return this.events.at(-1)
  }

  async #read(): Promise<void> {
    for await (const event of this.observation.events()) {
      this.events.push(event)
      this.words.push(await wordsOf(event))
    }
  }
}

async function wordsOf(event: ObservationEvent): Promise<string> {
  if (event.type === 'notification')
    return event.response.ok ? `notification ${await event.response.body.text()}` : 'notification of an error'
  if (event.type === 'moved') return `moved ${event.from.host} ${event.to.host}`
  return `${event.type} ${event.reason}`
}

const world = (t: TestContext): Promise<World> => new World().begin(t)

test('5 to 15 seconds after Max-Age is over it registers again, with the same token and all options', async (t) => {
  const w = await world(t)
  const watch = await w.watch({ accept: 'text/plain' })
  await w.pass(62_000)
  assert.deepEqual(watch.take(), ['notification first', 'stale max-age'])
  await w.pass(15_000)
  assert.deepEqual(watch.take(), ['re-registered max-age'])
  const [first, second] = w.asked
  assert(first !== undefined && second !== undefined)
  const waited = second.at - first.at - 60_000
  assert(waited > 5000 && waited < 15_100, `waited ${waited}`)
  assert.equal(toHex(second.request.token), toHex(first.request.token))
  assert.deepEqual([...second.request.options], [...first.request.options])
  assert.equal(w.server?.sizes.observations, 1)
})

test('clients whose states age together wait for different times', async (t) => {
  const w = await world(t)
  const urls = Array.from({ length: 10 }, (_, number) => `${url}?${number}`)
  for (const each of urls) void w.client.observe(each).next()
  await w.pass(80_000)
  const times = w.asked.slice(10).map(({ at }) => Math.round(at))
  assert.equal(times.length, 10)
  assert.equal(new Set(times).size, 10)
  assert((times.at(-1) as number) - (times[0] as number) > 3000)
})

test('each notification makes it fresh: it does not register again while they come', async (t) => {
  const w = await world(t)
  const watch = await w.watch()
  for (let count = 0; count < 5; count++) {
    await w.pass(50_000)
    await w.change(`state ${count}`)
  }
  assert.equal(w.asked.length, 6, 'the first time, and five asked for the notification')
  assert(watch.words.every((word) => word.startsWith('notification')))
})

test('a change that it was not told of is found when it registers again', async (t) => {
  const w = await world(t)
  const observation = w.client.observe(url)
  const first = observation.next()
  await w.pass(1000)
  assert.equal(await (await first).value?.body.text(), 'first')
  w.value = 'second' // and nobody is told
  const second = observation.next()
  await w.pass(80_000)
  assert.equal(await (await second).value?.body.text(), 'second')
})

test('the ETag that it holds is named, and what it names is not read twice', async (t) => {
  const w = await world(t)
  w.etag = true
  const watch = await w.watch()
  await w.pass(80_000)
  assert.deepEqual(watch.take(), ['notification first', 'stale max-age', 're-registered max-age'])
  assert.deepEqual(w.asked.at(-1)?.request.options.getAll(ETag), [new TextEncoder().encode('first')])
  await w.change('second')
  await w.change('first')
  assert.deepEqual(watch.take(), ['notification second', 'notification first'], 'a 2.03 is the state that it names')
})

for (const [told, title] of [
  [true, 'a server that restarts is found again, also if the network says that nobody is there'],
  [false, 'a server that restarts is found again, whenever it is back'],
] as const) {
  test(title, async (t) => {
    const w = await world(t)
    w.hub.unreachable = told
    const watch = await w.watch()
    w.value = 'second'
    await w.restart(400_000)
    await w.pass(500_000)
    assert.equal(watch.take().filter((word) => word === 'stale lost').length, 1)
    assert.equal(w.server?.sizes.observations, 1)
    await w.change('third')
    assert.equal(watch.take().at(-1), 'notification third')
  })
}

test('attempts come ever more rarely, up to a bound, and not at the same time as those of others', async (t) => {
  const w = await world(t)
  const watch = await w.watch({ durable: { minBackoff: 10_000, maxBackoff: 80_000 } })
  await w.server?.close()
  const before = w.hub.undeliverable
  const times: number[] = []
  for (let second = 0; second < 1000; second++) {
    await w.pass(1000)
    if (w.hub.undeliverable - before > times.length) times.push(w.context.now())
  }
  const waits = times.slice(1).map((time, at) => time - (times[at] as number))
  const bounds = [10_000, 20_000, 40_000, 80_000, 80_000, 80_000]
  for (const [at, bound] of bounds.entries()) {
    const wait = waits[at] as number
    assert(wait > bound - 1000 && wait < bound * 1.5 + 1000, `wait ${at} is ${wait}`)
  }
  assert.deepEqual(watch.words, ['notification first', 'stale max-age', 'stale lost'])
})

test('what failed before is forgotten with the first success', async (t) => {
  const w = await world(t)
  const watch = await w.watch()
  for (let outage = 0; outage < 2; outage++) {
    await w.restart(300_000)
    await w.pass(300_000)
  }
  const failures = watch.events.flatMap((event) => (event.type === 're-registered' ? [event.failures] : []))
  const [first, ...later] = failures.filter((count) => count > 0)
  assert(first !== undefined && first < 8)
  assert.equal(later.length, 1)
  assert(Math.abs((later[0] as number) - first) <= 2, `${failures}`)
  assert.equal(failures.at(-1), 0)
})

test('it is given up when that has taken as long as it may', async (t) => {
  const w = await world(t)
  const observation = w.client.observe(url, { durable: { giveUpAfter: 200_000 } })
  void observation.next()
  await w.pass(1000)
  await w.server?.close()
  const end = assert.rejects(observation.next(), { code: 'COAP_UNREACHABLE' })
  await w.pass(1_000_000)
  await end
})

test('5.03 is for now: it registers again when its Max-Age is over', async (t) => {
  const w = await world(t)
  const watch = await w.watch()
  const busy = Response.of(Code.ServiceUnavailable)
  w.error = busy.with({ options: busy.options.clone().set(MaxAge, 200) })
  w.subject.gone(w.error)
  await w.pass(1000)
  assert.deepEqual(watch.take(), ['notification first', 'stale unavailable'])
  await w.pass(180_000)
  assert.equal(w.asked.length, 1, 'not before')
  w.error = undefined
  await w.pass(40_000)
  assert.deepEqual(watch.take(), ['re-registered unavailable'])
  await w.change('second')
  assert.deepEqual(watch.take(), ['notification second'])
})

test('an error is its last response, also as the answer to a registration', async (t) => {
  const w = await world(t)
  const watch = await w.watch()
  w.error = Response.of(Code.NotFound)
  await w.pass(80_000)
  assert.deepEqual(watch.take(), ['notification first', 'stale max-age', 'notification of an error', 'ended response'])
  await w.pass(1_000_000)
  assert.equal(w.asked.length, 2)
})

test('a server that observes no longer is asked whenever Max-Age is over, until it observes again', async (t) => {
  const w = await world(t)
  const watch = await w.watch()
  w.observed = false
  await w.pass(80_000)
  const [, , declined] = watch.events
  assert(declined?.type === 're-registered' && !declined.observed)
  w.value = 'second'
  w.observed = true
  await w.pass(80_000)
  const again = watch.events.at(-2)
  assert(again?.type === 're-registered' && again.observed)
  assert.equal(watch.take().at(-1), 'notification second')
  await w.change('third')
  assert.deepEqual(watch.take(), ['notification third'])
})

test('a name that means another address is followed, and the one that was there is told', async (t) => {
  const w = await world(t)
  const watch = await w.watch()
  const old = w.server
  w.address = '192.0.2.2'
  await w.serve()
  await w.pass(80_000)
  assert.deepEqual(watch.take(), [
    'notification first',
    'stale max-age',
    'moved 192.0.2.1 192.0.2.2',
    're-registered max-age',
  ])
  assert.equal(old?.sizes.observations, 0)
  assert.equal(w.server?.sizes.observations, 1)
})

test('a server that has gone to another address is followed', async (t) => {
  const w = await world(t)
  w.hub.unreachable = false
  const watch = await w.watch()
  await w.server?.close()
  w.address = '192.0.2.2'
  w.value = 'second'
  await w.serve()
  await w.pass(80_000)
  assert.deepEqual(watch.take().slice(2), ['moved 192.0.2.1 192.0.2.2', 're-registered max-age', 'notification second'])
})

test('where a NAT box has given it another address it is told again after Max-Age', async (t) => {
  const w = await world(t)
  w.hub.unreachable = false
  const watch = await w.watch()
  w.box?.rebind()
  await w.change('second')
  await w.change('third') // both go to where nobody is any more
  assert.deepEqual(watch.take(), ['notification first'])
  await w.pass(80_000)
  assert.deepEqual(watch.take(), ['stale max-age', 're-registered max-age', 'notification third'])
  await w.change('fourth')
  assert.deepEqual(watch.take(), ['notification fourth'])
})

test('a state of many blocks is registered for again under its own token, and read whole', async (t) => {
  const w = await world(t)
  w.value = 'a'.repeat(3000)
  const watch = await w.watch()
  const [first] = w.asked
  w.value = 'b'.repeat(3000) // and nobody is told
  await w.pass(80_000)
  await w.change('c'.repeat(3000))
  const states = watch.take().filter((word) => word.startsWith('notification'))
  assert.deepEqual(
    states,
    ['a', 'b', 'c'].map((letter) => `notification ${letter.repeat(3000)}`),
  )
  const registrations = w.asked.filter(({ observe }) => observe === 0)
  assert(registrations.every(({ request }) => toHex(request.token) === toHex(first?.request.token ?? new Uint8Array())))
  assert.equal(w.server?.sizes.observations, 1)
})

test('observing by FETCH registers again with the same body', async (t) => {
  const w = await world(t)
  void (await w.watch({ method: 'FETCH', body: 'temperature' }))
  await w.pass(80_000)
  assert.deepEqual(
    w.asked.map(({ request }) => [request.code, new TextDecoder().decode(request.payload)]),
    [
      [Code.FETCH, 'temperature'],
      [Code.FETCH, 'temperature'],
    ],
  )
})

test('what does not read, or cannot be asked for again, is not observed', async (t) => {
  const w = await world(t)
  await assert.rejects(w.client.observe(url, { method: 'POST' }).next(), { code: 'COAP_USAGE' })
  const body = new ReadableStream<Uint8Array>()
  await assert.rejects(w.client.observe(url, { method: 'FETCH', body }).next(), { code: 'COAP_USAGE' })
})

test('without durability nothing is asked for twice, and the loss of the peer is the end', async (t) => {
  const w = await world(t)
  const watch = await w.watch({ durable: false })
  await w.pass(600_000)
  assert.equal(w.asked.length, 1)
  assert.deepEqual(watch.take(), ['notification first', 'stale max-age'])
  w.subject.gone(Response.of(Code.ServiceUnavailable))
  await w.pass(1000)
  assert.deepEqual(watch.take(), ['notification of an error', 'ended response'])
})

test('who closes it while it waits is at its end, and no timer stays', async (t) => {
  const w = await world(t)
  const watch = await w.watch()
  await w.server?.close()
  await w.pass(200_000)
  await watch.observation.close()
  await w.pass(500_000)
  assert.equal(watch.take().at(-1), 'ended closed')
  assert.equal(w.context.clock.timers.next, undefined)
})

test('closing the client waits until the server knows', async (t) => {
  const w = await world(t)
  await w.watch()
  let closed = false
  const closing = w.client.close().then(() => {
    closed = true
  })
  await w.pass(15)
  assert(!closed)
  await w.pass(10)
  await closing
  assert(closed)
  assert.equal(w.server?.sizes.observations, 0)
})

test('it does not wait for long for a server that does not answer', async (t) => {
  const w = await world(t)
  w.hub.unreachable = false
  await w.watch()
  await w.server?.close()
  let closed = false
  const closing = w.client.close({ timeout: 2000 }).then(() => {
    closed = true
  })
  await w.pass(1990)
  assert(!closed)
  await w.pass(20)
  await closing
  assert(closed)
})
