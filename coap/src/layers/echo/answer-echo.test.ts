import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { Endpoint } from '../../endpoint/endpoint.ts'
import type { Handler } from '../../handler/handler.ts'
import { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { Echo } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { MemoryHub } from '../../network/memory.ts'
import { createContext } from '../../testing/context.ts'
import { plain } from '../../transport/plain.ts'
import { CoapUri } from '../../uri/coap-uri.ts'
import { type AnswerEchoOptions, answerEcho } from './answer-echo.ts'

describe('a challenge', () => {
  test('is answered by the same request with its value, whatever the method (2.3)', async () => {
    const { ask, seen } = await bench([challenge(1), Response.of(Code.Changed)])
    assert.equal((await ask(Code.POST)).code, Code.Changed)
    assert.deepEqual(seen, ['a: POST x', 'a: POST x Echo 01'])
  })

  test('that comes again and again is answered twice, and then given to the caller', async () => {
    const { ask, seen } = await bench([challenge(1), challenge(2), challenge(3), challenge(4)])
    const response = await ask(Code.POST)
    assert.equal(response.code, Code.Unauthorized)
    assert.deepEqual(seen, ['a: POST x', 'a: POST x Echo 01', 'a: POST x Echo 02'])
  })

  test('with the value that was just sent is not answered: it was not taken', async () => {
    const { ask, seen } = await bench([challenge(1), challenge(1), Response.of(Code.Changed)])
    assert.equal((await ask(Code.POST)).code, Code.Unauthorized)
    assert.equal(seen.length, 2)
  })

  test('without a value, or with a malformed one, is an answer for the caller', async () => {
    const malformed = new Options().add({ ...Echo, length: [0, 100] }, new Uint8Array(41))
    for (const refusal of [
      Response.of(Code.Unauthorized),
      new Response({ code: Code.Unauthorized, options: malformed }),
    ]) {
      const { ask, seen } = await bench([refusal])
      assert.equal((await ask(Code.GET)).code, Code.Unauthorized)
      assert.equal(seen.length, 1)
    }
  })

  test('of a request that has a value by its caller is for the caller', async () => {
    const { ask, seen } = await bench([challenge(1)])
    assert.equal((await ask(Code.GET, { options: new Options().add(Echo, Uint8Array.of(9)) })).code, Code.Unauthorized)
    assert.deepEqual(seen, ['a: GET Echo 09'])
  })
})

describe('a value', () => {
  test('that came with any answer goes with the next requests, for a minute (2.3)', async () => {
    const { ask, seen, context } = await bench([withEcho(1), ok, ok, ok])
    for (const wait of [0, 59_000, 2000]) {
      await ask(Code.GET)
      await context.clock.advance(wait)
    }
    await ask(Code.GET)
    assert.deepEqual(seen, ['a: GET', 'a: GET Echo 01', 'a: GET Echo 01', 'a: GET'])
  })

  test('gives way to a newer one', async () => {
    const { ask, seen } = await bench([withEcho(1), withEcho(2), ok])
    for (let count = 0; count < 3; count++) await ask(Code.GET)
    assert.deepEqual(seen, ['a: GET', 'a: GET Echo 01', 'a: GET Echo 02'])
  })

  test('is not kept if that is not wanted', async () => {
    const { ask, seen } = await bench([withEcho(1), challenge(2), ok], { reuse: 0 })
    for (let count = 0; count < 2; count++) await ask(Code.GET)
    assert.deepEqual(seen, ['a: GET', 'a: GET', 'a: GET Echo 02'])
  })

  test('goes to nobody but who gave it: also where a name means somebody else by now (2.3)', async () => {
    const { ask, seen, move } = await bench([withEcho(1), ok, ok])
    await ask(Code.GET)
    move()
    await ask(Code.GET)
    assert.deepEqual(seen, ['a: GET', 'b: GET'])
  })
})

const ok = Response.of(Code.Content)

function challenge(value: number): Response {
  return new Response({ code: Code.Unauthorized, options: new Options().add(Echo, Uint8Array.of(value)) })
}

function withEcho(value: number): Response {
  return new Response({ code: Code.Content, options: new Options().add(Echo, Uint8Array.of(value)) })
}

/** A client of a server `a`, and of `b` once it has moved; both give these answers, in this order. */
async function bench(answers: Response[], options: AnswerEchoOptions = {}) {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const seen: string[] = []
  const serve = async (name: string, host: string): Promise<void> => {
    const handler: Handler = ({ code, options: sent, payload }) => {
      const value = sent.get(Echo)
      const method = code === Code.POST ? 'POST' : 'GET'
      const words = [`${name}:`, method, new TextDecoder().decode(payload), value && `Echo 0${value[0]}`]
      seen.push(words.filter(Boolean).join(' '))
      return answers.shift() ?? Response.of(Code.InternalServerError)
    }
    await new Endpoint({ context, handler, transports: [plain(hub.network({ host, port: 5683 }))] }).open()
  }
  await serve('a', '192.0.2.1')
  await serve('b', '192.0.2.2')
  let address = '192.0.2.1'
  const resolver = { resolve: async () => ({ addresses: [address], ttl: 0 }), forget() {} }
  const network = hub.network({ host: '192.0.2.9', port: 0 })
  const client = await new Endpoint({ context, transports: [plain(network, { resolver })] }).open()
  const handler = answerEcho(options)(client.send, context)
  const uri = CoapUri.parse('coap://server.example/')
  const ask = async (code: Code, more: { readonly options?: Options } = {}): Promise<Response> => {
    const payload = code === Code.POST ? new TextEncoder().encode('x') : new Uint8Array()
    const asked = handler(new Request({ code, uri, payload, ...more }))
    await context.clock.advance(0)
    await context.clock.advance(1)
    return asked
  }
  const move = (): void => {
    address = '192.0.2.2'
  }
  return { ask, seen, context, move }
}
