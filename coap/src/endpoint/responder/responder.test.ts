// Handlers and layers that do what they should not, and responses that do not fit: the endpoint stays whole.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Handler } from '../../handler/handler.ts'
import { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Subject } from '../../handler/subject.ts'
import { Code } from '../../message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, Type } from '../../message/datagram.ts'
import { Message } from '../../message/message.ts'
import { Observe, UriPath } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { createContext, type TestContext } from '../../testing/context.ts'
import { RecordingTransport } from '../../testing/recording-transport.ts'
import { Endpoint } from '../endpoint.ts'

const long = 'x'.repeat(500)

describe('a response that is longer than its transport takes', () => {
  test('becomes 5.01 with the length that there may be', async () => {
    const bench = await open(() => Response.text(long), 300)
    bench.receive(Type.Confirmable)
    assert.deepEqual(bench.sent, ['ACK 5.01 the response is longer than the 300 bytes that one message may have here'])
  })

  test('becomes 5.01 without a word where there is hardly any room', async () => {
    const bench = await open(() => Response.text(long), 30)
    bench.receive(Type.Confirmable)
    assert.deepEqual(bench.sent, ['ACK 5.01 '])
  })

  test('is acknowledged at least', async () => {
    const bench = await open(() => Response.text(long), 4)
    bench.receive(Type.Confirmable)
    assert.deepEqual(bench.sent, ['ACK 0.00 '])
  })

  test('becomes 5.01 also when it comes late, or is Non-confirmable', async () => {
    let answer: (response: Response) => void = () => {}
    const slow = await open(() => new Promise((resolve) => (answer = resolve)), 100)
    slow.receive(Type.Confirmable)
    await slow.context.clock.advance(500)
    answer(Response.text(long))
    await slow.context.clock.advance(0)
    assert.deepEqual(slow.sent, ['ACK 0.00 ', 'CON 5.01 '])
    const once = await open(() => Response.text(long), 100)
    once.receive(Type.NonConfirmable)
    assert.deepEqual(once.sent, ['NON 5.01 '])
  })

  test('is observed by nobody', async () => {
    const subject = new Subject()
    const bench = await open(() => Response.text(long).observing(subject), 100)
    bench.receive(Type.Confirmable, true)
    assert.deepEqual(bench.sent, ['ACK 5.01 '])
    assert.equal(bench.endpoint.sizes.observations, 0)
  })

  test('ends the observation if it is a notification', async () => {
    const subject = new Subject()
    const bench = await open(() => Response.text('short').observing(subject), 100)
    bench.receive(Type.Confirmable, true)
    subject.changed(Response.text(long))
    bench.acknowledgeLast()
    assert.deepEqual(bench.sent, ['ACK 2.05 short', 'CON 5.01 '])
    assert.equal(bench.endpoint.sizes.observations, 0)
  })
})

describe('a handler', () => {
  test('may close the endpoint: it sends nothing any more', async () => {
    const bench = await open(() => {
      void bench.endpoint.close()
      return Response.text('too late')
    })
    bench.receive(Type.Confirmable)
    assert.deepEqual(bench.sent, [])
  })

  test('may see its asker go: nothing is sent', async () => {
    const bench = await open(() => {
      bench.transport.end(bench.transport.association(1))
      return Response.text('to nobody').observing(new Subject())
    })
    bench.receive(Type.Confirmable, true)
    assert.deepEqual(bench.sent, [])
    assert.equal(bench.endpoint.sizes.observations, 0)
  })

  test('that gives what is no response is answered for with 5.00', async () => {
    for (const wrong of [undefined, 'text', Promise.resolve(7)]) {
      const bench = await open((() => wrong) as unknown as Handler) // as a program without types does
      bench.receive(Type.Confirmable)
      await bench.context.clock.advance(0)
      assert.deepEqual(bench.sent, ['ACK 5.00 '])
      assert.equal(bench.endpoint.statistics.handlerErrors, 1)
    }
  })

  test('that answers with the code of a request is answered for with 5.00', async () => {
    const bench = await open(() => Response.of(Code.GET))
    bench.receive(Type.Confirmable)
    assert.deepEqual(bench.sent, ['ACK 5.00 '])
  })

  test('whose subject cannot be watched is answered for with 5.00', async () => {
    const broken = Object.assign(new Subject(), {
      watch() {
        throw new Error('broken')
      },
    })
    const bench = await open(() => Response.text('x').observing(broken))
    bench.receive(Type.Confirmable, true)
    assert.deepEqual(bench.sent, ['ACK 5.00 '])
    assert.equal(bench.endpoint.sizes.observations, 0)
  })

  test('may ask the peer that asks, before it answers', async () => {
    const bench = await open(({ peer }) => {
      Promise.resolve(bench.endpoint.send(new Request({ code: Code.GET, peer }))).catch(() => {}) // nobody answers it
      return Response.text('asked you, too')
    })
    bench.receive(Type.Confirmable)
    await bench.context.clock.advance(0)
    assert.deepEqual(bench.sent.sort(), ['ACK 2.05 asked you, too', 'CON 0.01 '])
  })
})

describe('what a layer does to each notification', () => {
  test('may fail: the observer gets 5.00, and it is the last', async () => {
    const bench = await observed((_, response) => {
      if (response.payload.length > 5) throw new Error('broken')
      return response
    })
    bench.subject.changed(Response.text('second'))
    bench.acknowledgeLast()
    assert.deepEqual(bench.sent, ['ACK 2.05 first', 'CON 5.00 '])
    assert.equal(bench.endpoint.sizes.observations, 0)
    assert.equal(bench.endpoint.statistics.handlerErrors, 1)
  })

  test('may change the subject again: one notification is on its way at a time, and the newest comes next', async () => {
    const bench = await observed((inner, response) => {
      if (decode(response) === 'second') inner.subject.changed(Response.text('third'))
      return response
    })
    bench.subject.changed(Response.text('second'))
    assert.deepEqual(bench.sent, ['ACK 2.05 first', 'CON 2.05 second'])
    bench.acknowledgeLast()
    assert.deepEqual(bench.sent.slice(2), ['CON 2.05 third'])
  })

  test('may close the endpoint', async () => {
    const bench = await observed((inner, response) => {
      if (decode(response) === 'second') void inner.endpoint.close()
      return response
    })
    bench.subject.changed(Response.text('second'))
    assert.deepEqual(bench.sent, ['ACK 2.05 first'])
    assert.equal(bench.context.clock.timers.next, undefined)
  })

  test('may say that the subject is gone: that is the last state', async () => {
    const bench = await observed((inner, response) => {
      if (decode(response) === 'second') inner.subject.gone()
      return response
    })
    bench.subject.changed(Response.text('second'))
    bench.acknowledgeLast()
    bench.acknowledgeLast()
    assert.deepEqual(bench.sent, ['ACK 2.05 first', 'CON 2.05 second', 'CON 4.04 '])
    assert.equal(bench.endpoint.sizes.observations, 0)
  })

  test('may make too long a response of it: the observer gets 5.01, and it is the last', async () => {
    const bench = await observed((_, response) =>
      decode(response) === 'second' ? response.with({ payload: new Uint8Array(1025) }) : response,
    )
    bench.subject.changed(Response.text('second'))
    assert.match(bench.sent[1] as string, /^CON 5\.01 the response has 1025 bytes/)
    bench.acknowledgeLast()
    assert.equal(bench.endpoint.sizes.observations, 0)
  })
})

test('an abort of a request that waits may close the endpoint', async () => {
  const bench = await open(
    (request) =>
      new Promise((resolve) => {
        request.signal?.addEventListener('abort', () => {
          void bench.endpoint.close()
          resolve(Response.text('nobody waits'))
        })
      }),
  )
  bench.receive(Type.Confirmable)
  bench.transport.end(bench.transport.association(1))
  await bench.context.clock.advance(1000)
  assert.deepEqual(bench.sent, [])
  assert.equal(bench.endpoint.sizes.requests, 0)
})

async function open(handler: Handler, maxMessageSize = 1152): Promise<Bench> {
  const bench = new Bench(handler, maxMessageSize)
  await bench.endpoint.open()
  return bench
}

/** Somebody observes 'first', through a layer. */
async function observed(layer: (bench: Bench, response: Response) => Response): Promise<Bench> {
  const bench: Bench = await open(() =>
    Response.text('first')
      .observing(bench.subject)
      .map((response) => layer(bench, response)),
  )
  bench.receive(Type.Confirmable, true)
  return bench
}

class Bench {
  readonly context: TestContext = createContext(1)
  readonly transport: RecordingTransport
  readonly endpoint: Endpoint
  readonly subject = new Subject()

  constructor(handler: Handler, maxMessageSize: number) {
    this.transport = new RecordingTransport({ maxMessageSize })
    this.endpoint = new Endpoint({ context: this.context, transports: [this.transport], handler })
  }

  /** A GET comes. */
  receive(type: Type, observe = false): void {
    const options = new Options().add(UriPath, 'x')
    if (observe) options.add(Observe, 0)
    const bytes = new Uint8Array(100)
    const request = new Message({ code: Code.GET, options })
    this.transport.receive(bytes.subarray(0, encodeDatagram(type, 1, Uint8Array.of(7), request, bytes, 0)), 1)
  }

  acknowledgeLast(): void {
    const { id } = this.messages.at(-1) as Datagram
    this.transport.receive(Uint8Array.of(0x60, 0, id >>> 8, id & 0xff), 1)
  }

  get messages(): Datagram[] {
    return this.transport.sent.map(({ bytes }) => decodeDatagram(bytes) as Datagram)
  }

  /** For instance 'ACK 2.05 text'. */
  get sent(): string[] {
    return this.messages.map((message) => {
      const { type, code } = message
      const name = ['CON', 'NON', 'ACK', 'RST'][type]
      return `${name} ${code >>> 5}.${String(code & 31).padStart(2, '0')} ${decode(message)}`
    })
  }
}

function decode({ payload }: Message): string {
  return new TextDecoder().decode(payload)
}
