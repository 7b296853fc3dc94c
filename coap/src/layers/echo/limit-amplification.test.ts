import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Timer } from '../../context/timer.ts'
import { Endpoint } from '../../endpoint/endpoint.ts'
import type { Handler } from '../../handler/handler.ts'
import { Request } from '../../handler/request.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { Subject } from '../../handler/subject.ts'
import { Code, formatCode } from '../../message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, Type } from '../../message/datagram.ts'
import { Message } from '../../message/message.ts'
import { Echo, LocationPath, Observe, UriPath } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { createContext } from '../../testing/context.ts'
import { RecordingTransport } from '../../testing/recording-transport.ts'
import type { Identity } from '../../transport/identity.ts'
import { type AmplificationOptions, limitAmplification } from './limit-amplification.ts'

/** What a request and its answer have of Ethernet, IPv4 and UDP (RFC 9175 2.4). */
const headers = 42

describe('an answer to who may not have asked', () => {
  test('is at most three times as long as its request, headers included; the challenge is much shorter', async () => {
    const { ask, transport } = await bench(({ payload }) => Response.bytes(new Uint8Array((payload[0] as number) * 4)))
    const codes = new Map<string, number>()
    for (let words = 0; words < 250; words++) {
      const { code, request } = ask({ port: words + 1, payload: Uint8Array.of(words) })
      const answer = transport.sent.at(-1)?.bytes.length ?? 0
      assert.ok(answer + headers <= 3 * (request + headers), `${answer} bytes for ${request}`)
      codes.set(code, (codes.get(code) ?? 0) + 1)
    }
    assert.ok((codes.get('2.05') as number) >= 20 && (codes.get('4.01') as number) > 200)
  })

  test('may have its length in options, or be an error that was thrown', async () => {
    const long = new Options()
    for (let count = 0; count < 20; count++) long.add(LocationPath, 'segments')
    for (const handler of [
      (): Response => new Response({ code: Code.Created, options: long }),
      (): never => {
        throw new ResponseError(Response.diagnostic(Code.NotFound, 'x'.repeat(300)))
      },
      async (): Promise<Response> => {
        throw new ResponseError(Response.diagnostic(Code.NotFound, 'x'.repeat(300)))
      },
    ] as Handler[]) {
      const { ask, settle } = await bench(handler)
      ask({ port: 1 })
      assert.equal(await settle(), '4.01')
    }
  })

  test('comes whole for as long as its client was reached within the hour', async () => {
    const { ask, context } = await bench(long)
    const { echo } = ask({ port: 1 })
    assert.equal(ask({ port: 1, echo }).code, '2.05')
    await context.clock.advance(3_600_000)
    assert.equal(ask({ port: 1 }).code, '2.05')
    await context.clock.advance(2000)
    assert.equal(ask({ port: 1 }).code, '4.01')
  })

  test('comes whole if the client has answered a request of ours: it has its token', async () => {
    const { ask, endpoint, transport, context } = await bench(long)
    ask({ port: 1 })
    const [peer] = endpoint.peers
    const asked = endpoint.send(new Request({ code: Code.GET, ...(peer && { peer }) }))
    await context.clock.advance(0)
    const { id, token } = decodeDatagram(transport.sent.at(-1)?.bytes as Uint8Array) as Datagram
    const bytes = new Uint8Array(100)
    const answer = new Message({ code: Code.Content })
    transport.receive(bytes.subarray(0, encodeDatagram(Type.Acknowledgement, id, token, answer, bytes, 0)), 1)
    await asked
    assert.equal(ask({ port: 1 }).code, '2.05')
  })

  test('is not whole for a bare acknowledgement: its 16 bits can be guessed', async () => {
    const { ask, endpoint, transport, context } = await bench(long)
    ask({ port: 1 })
    const [peer] = endpoint.peers
    const asked = endpoint.send(new Request({ code: Code.GET, ...(peer && { peer }) }))
    Promise.resolve(asked).catch(() => {}) // nobody answers it
    await context.clock.advance(0)
    const { id } = decodeDatagram(transport.sent.at(-1)?.bytes as Uint8Array) as Datagram
    transport.receive(Uint8Array.of(0x60, 0, id >>> 8, id & 0xff), 1)
    assert.equal(ask({ port: 1 }).code, '4.01')
  })

  test('comes whole under security: a handshake has proved the address', async () => {
    const { ask } = await bench(long, {}, { method: 'psk', id: Uint8Array.of(1), claims: {} })
    assert.equal(ask({ port: 1 }).code, '2.05')
  })

  test('needs a value that is not older than five minutes', async () => {
    const { ask, context } = await bench(long)
    const { echo } = ask({ port: 1 })
    await context.clock.advance(300_001)
    assert.equal(ask({ port: 1, echo }).code, '4.01')
  })

  test('may be as many times as long as is said', async () => {
    const { ask } = await bench(() => Response.bytes(new Uint8Array(400)), { factor: 10 })
    assert.equal(ask({ port: 1 }).code, '2.05')
    assert.throws(() => limitAmplification({ factor: 0.5 }), { code: 'COAP_USAGE' })
  })
})

describe('an answer that comes late', () => {
  test('leaves once: whoever did not ask does not acknowledge it (RFC 9175 2.4)', async () => {
    for (const [length, code] of [
      [10, '2.05'],
      [400, '4.01'],
    ] as const) {
      const { ask, transport, context, answer } = await held()
      ask({ port: 1 })
      await context.clock.advance(200)
      answer(Response.bytes(new Uint8Array(length)))
      await context.clock.advance(100_000)
      const kinds = transport.sent.map(({ bytes }) => decodeDatagram(bytes) as Datagram)
      assert.deepEqual(
        kinds.map((message) => [message.type, formatCode(message.code)]),
        [
          [Type.Acknowledgement, '0.00'],
          [Type.NonConfirmable, code],
        ],
      )
    }
  })

  test('is sent until it is acknowledged to who was reached', async () => {
    const { ask, transport, context, answer, endpoint } = await held()
    ask({ port: 1 })
    for (const peer of endpoint.peers) peer.reachedAt = 0
    await context.clock.advance(200)
    answer(Response.bytes(new Uint8Array(10)))
    await context.clock.advance(1000)
    assert.equal((decodeDatagram(transport.sent[1]?.bytes as Uint8Array) as Datagram).type, Type.Confirmable)
  })
})

describe('an observation', () => {
  test('is not begun with who may not have asked, and its handler shows it to who has', async () => {
    const subject = new Subject()
    const { ask, endpoint } = await bench(() => Response.text('x').observing(subject))
    const { code, echo } = ask({ port: 1, observe: true })
    assert.equal(code, '4.01')
    assert.equal(endpoint.sizes.observations, 0)
    assert.equal(ask({ port: 1, observe: true, echo }).code, '2.05')
    assert.equal(endpoint.sizes.observations, 1)
  })
})

describe('a spoofer', () => {
  test('makes its victim get at most three times what it sends itself, whatever it asks for', async () => {
    const subject = new Subject()
    const { send, transport, context } = await bench(({ path: [path], payload }) => {
      if (path === 'observed') return Response.text('state').observing(subject)
      const content = Response.bytes(new Uint8Array(4 * payload.length + 40))
      return path === 'slow'
        ? new Promise((resolve) => context.timers.arm(new Timer(() => resolve(content)), 500))
        : content
    })
    let spoofed = 0
    for (let round = 0; round < 400; round++) {
      const path = ['quick', 'slow', 'observed'][round % 3] as string
      const method = round % 4 === 0 ? Code.POST : Code.GET
      const type = round % 5 === 0 ? Type.NonConfirmable : Type.Confirmable
      const payload = new Uint8Array((round * 7) % 200)
      spoofed += headers + send({ port: 1, path, method, type, payload, observe: path === 'observed' })
      subject.changed()
      await context.clock.advance(100)
    }
    await context.clock.advance(1_000_000)
    const got = transport.sent.reduce((sum, { bytes }) => sum + headers + bytes.length, 0)
    assert.ok(got > spoofed / 2 && got <= 3 * spoofed, `${got} bytes for ${spoofed}`)
  })

  test('does not stand in the way of a client in whose name it asks for slow answers (RFC 7252 11.4)', async () => {
    const { ask, transport, context, answer } = await held()
    for (let count = 0; count < 3; count++) ask({ port: 1 })
    await context.clock.advance(200)
    for (let count = 0; count < 3; count++) answer(Response.text('x'))
    await context.clock.advance(0)
    const separate = transport.sent
      .map(({ bytes }) => decodeDatagram(bytes) as Datagram)
      .filter(({ code }) => code !== 0)
    assert.deepEqual(
      separate.map(({ type }) => type),
      [Type.NonConfirmable, Type.NonConfirmable, Type.NonConfirmable],
    )
  })
})

describe('what was carried out', () => {
  test('is not carried out again when it comes with a value: its answer has waited', async () => {
    const { ask, handled } = await bench(long)
    const { code, echo } = ask({ port: 1, method: Code.POST })
    assert.equal(code, '4.01')
    assert.equal(handled(), 1)
    assert.equal(ask({ port: 1, method: Code.POST, echo }).code, '2.05')
    assert.equal(handled(), 1)
    assert.equal(ask({ port: 1, method: Code.POST }).code, '2.05')
    assert.equal(handled(), 2)
  })

  test('is told from other requests of the same client, and each has its answer', async () => {
    const { ask, handled, transport } = await bench(({ payload }) =>
      Response.bytes(new Uint8Array(400).fill(payload[0] as number)),
    )
    const [one, two] = [1, 2].map((value) => ask({ port: 1, method: Code.POST, payload: Uint8Array.of(value) }))
    for (const [value, challenge] of [
      [2, two],
      [1, one],
    ] as const) {
      ask({ port: 1, method: Code.POST, payload: Uint8Array.of(value), echo: challenge?.echo })
      assert.equal((decodeDatagram(transport.sent.at(-1)?.bytes as Uint8Array) as Datagram).payload[0], value)
    }
    assert.equal(handled(), 2)
  })

  test('keeps no more answers than the limit says: then nothing is carried out for who has not shown where it is', async () => {
    const { ask, handled, context } = await bench(long, { withheld: 3 })
    for (let port = 1; port <= 1000; port++) assert.equal(ask({ port, method: Code.POST }).code, '4.01')
    assert.equal(handled(), 3)
    const { echo } = ask({ port: 2000, method: Code.POST })
    assert.equal(ask({ port: 2000, method: Code.POST, echo }).code, '2.05')
    assert.equal(handled(), 4)
    await context.clock.advance(247_001)
    ask({ port: 3000, method: Code.POST })
    assert.equal(handled(), 5)
  })

  test('says that much if there is no room left by then', async () => {
    const { ask, answer, settle } = await held({ withheld: 1 })
    for (const port of [1, 2]) ask({ port, method: Code.POST })
    answer(Response.bytes(new Uint8Array(400)))
    assert.equal(await settle(), '4.01')
    answer(Response.bytes(new Uint8Array(400)))
    assert.equal(await settle(), '2.05')
  })
})

function long(): Response {
  return Response.bytes(new Uint8Array(400))
}

interface Asking {
  readonly port: number
  readonly path?: string
  readonly type?: Type
  readonly method?: Code
  readonly payload?: Uint8Array
  readonly echo?: Uint8Array | undefined
  readonly observe?: boolean
}

/** A server behind the layer, and clients at 192.0.2.2. */
async function bench(handler: Handler, options: AmplificationOptions = {}, identity?: Identity) {
  const context = createContext(1)
  const transport = new RecordingTransport(identity === undefined ? {} : { identity })
  let asked = 0
  const counted: Handler = (request) => {
    asked++
    return handler(request)
  }
  const layered = limitAmplification(options)(counted, context)
  const endpoint = await new Endpoint({ context, handler: layered, transports: [transport] }).open()
  let id = 0
  const last = (): Datagram | undefined => {
    const sent = transport.sent.at(-1)
    return sent && decodeDatagram(sent.bytes)
  }
  /** Says how long the request is. */
  const send = ({
    port,
    path = 'x',
    type = Type.Confirmable,
    method = Code.GET,
    payload,
    echo,
    observe,
  }: Asking): number => {
    const sent = new Options().add(UriPath, path)
    if (observe) sent.add(Observe, 0)
    if (echo !== undefined) sent.add(Echo, echo)
    const bytes = new Uint8Array(1000)
    const token = Uint8Array.of(7, port >> 8, port & 255)
    const message = new Message({ code: method, options: sent, ...(payload && { payload }) })
    const length = encodeDatagram(type, ++id, token, message, bytes, 0)
    transport.receive(bytes.subarray(0, length), port)
    return length
  }
  const ask = (asking: Asking) => {
    const request = send(asking)
    const answer = last()
    return {
      code: answer === undefined ? 'nothing' : formatCode(answer.code),
      echo: answer?.options.get(Echo),
      request,
    }
  }
  const settle = async (): Promise<string> => {
    await context.clock.advance(0)
    return formatCode(last()?.code ?? 0)
  }
  return { ask, send, transport, endpoint, context, settle, handled: () => asked }
}

/** Its handler answers when it is told to. */
async function held(options: AmplificationOptions = {}) {
  const waiting: ((response: Response) => void)[] = []
  const inner = await bench(() => new Promise((resolve) => waiting.push(resolve)), options)
  return { ...inner, answer: (response: Response): void => waiting.shift()?.(response) }
}
