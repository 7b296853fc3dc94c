// Requests of ours, step by step: queued, on their way, acknowledged, answered, observing; and that nothing of them stays.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Request, type RequestInit } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, Type } from '../../message/datagram.ts'
import { Message, noBytes } from '../../message/message.ts'
import { Observe } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { createContext, type TestContext } from '../../testing/context.ts'
import { RecordingTransport, type RecordingTransportOptions } from '../../testing/recording-transport.ts'
import { CoapUri } from '../../uri/coap-uri.ts'
import { Endpoint, type EndpointOptions } from '../endpoint.ts'

const reason = new Error('enough')

describe('an abort', () => {
  test('before the request: it is never sent', async () => {
    const bench = await open()
    const abort = new AbortController()
    abort.abort(reason)
    await assert.rejects(bench.ask('a', { signal: abort.signal }), reason)
    assert.deepEqual(bench.sent, [])
    bench.nothingStays()
  })

  test('while the request is looked up: it is never sent', async () => {
    const bench = await open()
    const abort = new AbortController()
    const response = bench.ask('a', { signal: abort.signal })
    abort.abort(reason)
    await assert.rejects(response, reason)
    assert.deepEqual(bench.sent, [])
    bench.nothingStays()
  })

  test('while it waits for its turn: it never leaves', async () => {
    const bench = await open()
    const first = bench.ask('a')
    const abort = new AbortController()
    const response = bench.ask('b', { signal: abort.signal })
    await bench.pass()
    abort.abort(reason)
    await assert.rejects(response, reason)
    bench.answer('a')
    await first
    assert.deepEqual(bench.sent, ['a'])
    bench.nothingStays()
  })

  test('on its way: it is not sent again, and the next one leaves', async () => {
    const bench = await open()
    const abort = new AbortController()
    const response = bench.ask('a', { signal: abort.signal })
    const next = bench.ask('b')
    await bench.pass()
    abort.abort(reason)
    await assert.rejects(response, reason)
    assert.deepEqual(bench.sent, ['a', 'b'])
    bench.answer('b')
    await next
    bench.nothingStays()
  })

  test('when it is acknowledged: the response that comes is rejected', async () => {
    const bench = await open()
    const abort = new AbortController()
    const response = bench.ask('a', { signal: abort.signal })
    await bench.pass()
    bench.acknowledge('a')
    abort.abort(reason)
    await assert.rejects(response, reason)
    bench.answer('a', { type: Type.Confirmable, id: 77 })
    assert.deepEqual(bench.last, { type: Type.Reset, id: 77, code: Code.Empty })
    bench.nothingStays()
  })

  test('while observing: the server is told with the same token, and reading rejects', async () => {
    const bench = await open()
    const abort = new AbortController()
    const { notifications } = await bench.observe('a', { signal: abort.signal })
    const step = notifications?.[Symbol.asyncIterator]().next()
    abort.abort(reason)
    await assert.rejects(step as Promise<unknown>, reason)
    const [registration, cancellation] = bench.messages as [Datagram, Datagram]
    assert.equal(cancellation.options.get(Observe), 1)
    assert.deepEqual(cancellation.token, registration.token)
    bench.answer('a')
    bench.nothingStays()
  })

  test('while observing when no further request is allowed: ends the observation, and throws at nobody', async () => {
    const bench = await open({ limits: { exchanges: 1 } })
    const abort = new AbortController()
    const { notifications } = await bench.observe('a', { signal: abort.signal })
    const other = bench.ask('b').catch(() => {})
    await other // refused: one exchange is the limit
    const step = notifications?.[Symbol.asyncIterator]().next()
    abort.abort(reason)
    await assert.rejects(step as Promise<unknown>, reason)
  })

  test('after the response changes nothing, and nobody listens for it any more', async () => {
    const bench = await open()
    const abort = new AbortController()
    const heard = countListeners(abort.signal)
    const response = bench.ask('a', { signal: abort.signal })
    await bench.pass()
    assert.equal(heard(), 1)
    bench.answer('a')
    await response
    assert.equal(heard(), 0)
    abort.abort(reason)
    bench.nothingStays()
  })

  test('of a signal that is shared: requests that fail at once leave no listener on it', async () => {
    const bench = await open({ limits: { backlog: 1 } })
    const abort = new AbortController()
    const heard = countListeners(abort.signal)
    const responses = ['a', 'b', 'c', 'd'].map((name) => bench.ask(name, { signal: abort.signal }).catch(String))
    await bench.pass()
    assert.equal(heard(), 2, 'one on its way, one in the queue')
    assert.match(String(await responses[2]), /too many requests wait/)
    assert.match(String(await responses[3]), /too many requests wait/)
    abort.abort(reason)
    await Promise.all(responses)
    bench.nothingStays()
  })
})

describe('a time-out', () => {
  test('nobody acknowledges: the name is looked up again', async () => {
    const bench = await open()
    const response = bench.ask('a')
    response.catch(() => {}) // looked at below
    await bench.pass(93_000)
    await assert.rejects(response, { code: 'COAP_TIMEOUT', message: /no acknowledgement after 4 retransmissions/ })
    assert.deepEqual(bench.transport.lookedAgain, ['coap://192.0.2.2:7/a'])
    bench.nothingStays()
  })

  test('acknowledged, and never answered: from the acknowledgement on', async () => {
    const bench = await open()
    const response = bench.ask('a')
    response.catch(() => {}) // looked at below
    await bench.pass(1000)
    bench.acknowledge('a')
    await bench.pass(92_999)
    assert.equal(bench.endpoint.sizes.exchanges, 1)
    await bench.pass(1)
    await assert.rejects(response, { code: 'COAP_TIMEOUT', message: 'no response within 93 s' })
    assert.equal(bench.transport.lookedAgain.length, 1)
    bench.nothingStays()
  })

  test('a Non-confirmable request that nobody answers', async () => {
    const bench = await open()
    const response = bench.ask('a', { confirmable: false, transmission: { responseTimeout: 5000 } })
    response.catch(() => {}) // looked at below
    await bench.pass(5000)
    await assert.rejects(response, { code: 'COAP_TIMEOUT', message: 'no response within 5 s' })
    bench.nothingStays()
  })

  test('an observation has none once it is answered', async () => {
    const bench = await open()
    const { notifications } = await bench.observe('a')
    await bench.pass(1_000_000)
    bench.notify('a', 2)
    assert.equal((await notifications?.[Symbol.asyncIterator]().next())?.value.observe, 2)
  })
})

describe('nobody listens there, says the network', () => {
  test('that ends requests without security at once', async () => {
    const bench = await open()
    const responses = ['a', 'b'].map((name) => bench.ask(name).catch(({ code }) => code))
    await bench.pass()
    bench.unreachable()
    assert.deepEqual(await Promise.all(responses), ['COAP_UNREACHABLE', 'COAP_UNREACHABLE'])
    bench.nothingStays()
  })

  test('under security it proves nothing: the request is sent again, and answered', async () => {
    const bench = await open({}, { identity: { method: 'psk', id: Uint8Array.of(1), claims: {} } })
    const response = bench.ask('a')
    await bench.pass()
    bench.unreachable()
    await bench.pass(3000)
    assert.deepEqual(bench.sent, ['a', 'a'])
    bench.answer('a')
    assert.equal((await response).ok, true)
  })

  test('an observation goes on: its server may come back', async () => {
    const bench = await open()
    const { notifications } = await bench.observe('a')
    bench.unreachable()
    bench.notify('a', 2)
    assert.equal((await notifications?.[Symbol.asyncIterator]().next())?.value.observe, 2)
  })
})

describe('a response', () => {
  test('comes from the peer that was asked; from anybody else it is rejected', async () => {
    const bench = await open()
    const response = bench.ask('a')
    await bench.pass()
    bench.answer('a', { type: Type.Confirmable, id: 5 }, 'forged', 9)
    assert.deepEqual(bench.last, { type: Type.Reset, id: 5, code: Code.Empty })
    bench.answer('a', { type: Type.Confirmable, id: 6 }, 'true')
    assert.equal(await (await response).body.text(), 'true')
  })

  test('that overtakes the acknowledgement ends the retransmission', async () => {
    const bench = await open()
    const response = bench.ask('a')
    await bench.pass()
    bench.answer('a', { type: Type.Confirmable, id: 6 })
    await response
    await bench.pass(100_000)
    assert.deepEqual(bench.sent, ['a'])
    bench.nothingStays()
  })

  test('of a lent packet is kept', async () => {
    const bench = await open({}, { messagesAreOwned: false })
    const response = bench.ask('a')
    await bench.pass()
    bench.answer('a', undefined, 'kept')
    bench.overwrite()
    assert.equal(await (await response).body.text(), 'kept')
  })
})

test('parameters of one request are for this request only', async () => {
  const bench = await open()
  const fast = { ackTimeout: 100, ackRandomFactor: 1, maxRetransmit: 1 }
  const one = bench.ask('a', { transmission: fast }).catch(({ code }) => code)
  const other = bench.ask('b').catch(({ code }) => code)
  await bench.pass(301)
  assert.equal(await one, 'COAP_TIMEOUT')
  assert.deepEqual(bench.sent, ['a', 'a', 'b'])
  await bench.pass(93_000)
  assert.equal(await other, 'COAP_TIMEOUT')
  assert.equal(bench.sent.length, 2 + 5)
})

test('a request that is longer than its transport takes is refused, and leaves nothing behind', async () => {
  const bench = await open({}, { maxMessageSize: 100 })
  const response = bench.ask('a', { code: Code.POST, payload: new Uint8Array(200) })
  await assert.rejects(response, { code: 'COAP_USAGE', message: /longer than the 100 bytes/ })
  bench.nothingStays()
})

test('notifications are counted, those that come in disorder too', async () => {
  const bench = await open()
  await bench.observe('a')
  for (const sequence of [2, 5, 4]) bench.notify('a', sequence)
  assert.equal(bench.endpoint.statistics.notificationsReceived, 3)
  assert.equal(bench.endpoint.statistics.notificationsReordered, 1)
})

test('a notification of what is observed no longer gets a Reset, Confirmable or not', async () => {
  for (const type of [Type.Confirmable, Type.NonConfirmable]) {
    const bench = await open()
    await bench.observe('a')
    bench.answer('a', { type: Type.NonConfirmable, id: 5 }) // the last one: it has no Observe
    bench.answer('a', { type, id: 6 }, '', 7, new Options().add(Observe, 9))
    assert.deepEqual(bench.last, { type: Type.Reset, id: 6, code: Code.Empty })
  }
})

test('a response that nobody waits for is no notification: if it is Non-confirmable, nothing is said', async () => {
  const bench = await open()
  const response = bench.ask('a')
  await bench.pass()
  bench.answer('a')
  await response
  bench.answer('a', { type: Type.NonConfirmable, id: 6 })
  assert.equal(bench.transport.sent.length, 1)
})

test('a token of the caller is used as it is, and refused while it is in use', async () => {
  const bench = await open()
  const token = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
  bench.ask('a', { token }).catch(() => {})
  await bench.pass()
  assert.deepEqual(bench.messages[0]?.token, token)
  await assert.rejects(bench.ask('b', { token }), { code: 'COAP_USAGE' })
})

async function open(options: Partial<EndpointOptions> = {}, transport: RecordingTransportOptions = {}): Promise<Bench> {
  const bench = new Bench(options, transport)
  await bench.endpoint.open()
  return bench
}

/** A client, and a test that is its server. Requests are known by their paths. */
class Bench {
  readonly context: TestContext = createContext(1)
  readonly transport: RecordingTransport
  readonly endpoint: Endpoint
  #lent: Uint8Array = noBytes

  constructor(options: Partial<EndpointOptions>, transport: RecordingTransportOptions) {
    this.transport = new RecordingTransport(transport)
    this.endpoint = new Endpoint({ context: this.context, transports: [this.transport], ...options })
  }

  async ask(name: string, init: Partial<RequestInit> = {}): Promise<Response> {
    return this.endpoint.send(
      new Request({ code: Code.GET, uri: CoapUri.parse(`coap://192.0.2.2:7/${name}`), ...init }),
    )
  }

  async observe(name: string, init: Partial<RequestInit> = {}): Promise<Response> {
    const response = this.ask(name, { ...init, options: new Options().add(Observe, 0) })
    await this.pass()
    this.answer(name, undefined, '', 7, new Options().add(Observe, 1))
    return response
  }

  pass(milliseconds = 0): Promise<void> {
    return this.context.clock.advance(milliseconds)
  }

  get messages(): Datagram[] {
    return this.transport.sent.map(({ bytes }) => decodeDatagram(bytes) as Datagram)
  }

  /** The paths of the requests that were sent. */
  get sent(): string[] {
    return this.messages.filter(({ code }) => code !== Code.Empty).map((request) => new Request(request).path.join('/'))
  }

  get last() {
    const { type, id, code } = this.messages.at(-1) as Datagram
    return { type, id, code }
  }

  acknowledge(name: string): void {
    this.#receive(Type.Acknowledgement, this.#request(name).id, noBytes, new Message({ code: Code.Empty }))
  }

  /** The response to the last request of this name: on its acknowledgement, if nothing else is said. */
  answer(
    name: string,
    { type, id }: { type: Type; id?: number } = { type: Type.Acknowledgement },
    text = '',
    port = 7,
    options = new Options(),
  ): void {
    const request = this.#request(name)
    const response = new Message({ code: Code.Content, options, payload: new TextEncoder().encode(text) })
    this.#receive(type, id ?? request.id, request.token, response, port)
  }

  notify(name: string, sequence: number): void {
    this.answer(name, { type: Type.NonConfirmable, id: 1000 + sequence }, '', 7, new Options().add(Observe, sequence))
  }

  unreachable(): void {
    const { receiver } = this.transport
    receiver?.unreachable(this.transport.association(7), new Error('ECONNREFUSED'))
  }

  overwrite(): void {
    this.#lent.fill(0xee)
  }

  nothingStays(): void {
    assert.equal(this.endpoint.sizes.exchanges, 0)
    assert.equal(this.context.clock.timers.next, undefined)
    for (const peer of this.endpoint.peers) assert.equal((peer as { open?: number }).open, 0)
  }

  #request(name: string): Datagram {
    return this.messages.findLast(
      (message) => message.code !== Code.Empty && new Request(message).path[0] === name,
    ) as Datagram
  }

  #receive(type: Type, id: number, token: Uint8Array, message: Message, port = 7): void {
    const bytes = new Uint8Array(1152)
    this.#lent = bytes.subarray(0, encodeDatagram(type, id, token, message, bytes, 0))
    this.transport.receiver?.received(this.#lent, this.transport.association(port), false)
  }
}

/** How many listeners a signal has now. */
function countListeners(signal: AbortSignal): () => number {
  const listeners = new Set<unknown>()
  const { addEventListener, removeEventListener } = signal
  signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
    listeners.add(args[1])
    addEventListener.apply(signal, args)
  }
  signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
    listeners.delete(args[1])
    removeEventListener.apply(signal, args)
  }
  return () => listeners.size
}
