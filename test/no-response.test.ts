// Requests that want no response, or none of some classes (RFC 7967): what a server sends, message by message.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Endpoint } from '../coap/src/endpoint/endpoint.ts'
import type { Handler } from '../coap/src/handler/handler.ts'
import { Request } from '../coap/src/handler/request.ts'
import { Response } from '../coap/src/handler/response.ts'
import { Code } from '../coap/src/message/code.ts'
import { Type } from '../coap/src/message/datagram.ts'
import { NoResponse, option } from '../coap/src/message/option.ts'
import { opaque } from '../coap/src/message/option-format.ts'
import { Options } from '../coap/src/message/options.ts'
import { MemoryHub } from '../coap/src/network/memory.ts'
import { Router } from '../coap/src/server/router.ts'
import { createContext } from '../coap/src/testing/context.ts'
import { plain } from '../coap/src/transport/plain.ts'
import { CoapUri } from '../coap/src/uri/coap-uri.ts'
import { type Asking, observed } from './observe/observer.ts'

const sparing = (value: number): Options => new Options().add(NoResponse, value)

test('a Confirmable request is handled, and only the responses that it wants are sent', () =>
  assertSpared(Type.Confirmable))

test('a Non-confirmable request is handled, and only the responses that it wants are sent', () =>
  assertSpared(Type.NonConfirmable))

test('an option of the wrong length is ignored: it is elective', async () => {
  const { observer } = await observed()
  const long = new Options().add(option(NoResponse.number, 'long', opaque, [0, 9]), Uint8Array.of(0, 26))
  await observer.ask({ more: long })
  assert.deepEqual(observer.seen, ['ACK 2.05 0'])
})

test('a response that comes late and is not wanted is not sent: its request has been acknowledged, and that is all', async () => {
  const { context, observer } = await observed({
    handler: () => new Promise((resolve) => answers.push(resolve)),
  })
  const answers: ((response: Response) => void)[] = []
  await observer.ask({ more: sparing(2) })
  await context.clock.advance(5000)
  assert.deepEqual(observer.seen, ['ACK 0.00'])
  answers[0]?.(Response.text('late'))
  await context.clock.advance(100_000)
  assert.deepEqual(observer.seen, ['ACK 0.00'])
})

test('what the server itself has against a request is held back as well', async () => {
  const router = new Router().get('/a', () => Response.text('a'))
  const { observer } = await observed({ handler: router.handlerOn(createContext(1)) })
  const refused: readonly Asking[] = [{ path: 'nowhere' }, { code: Code.PUT }, { code: 31 }]
  for (const asking of refused) await observer.ask({ ...asking, more: sparing(8) })
  assert.deepEqual(observer.seen, ['ACK 0.00', 'ACK 0.00', 'ACK 0.00'])
  for (const asking of refused) await observer.ask({ ...asking, more: sparing(18) })
  assert.deepEqual(
    observer.seen.slice(3).map((line) => line.slice(0, 8)),
    ['ACK 4.04', 'ACK 4.05', 'ACK 4.05'],
  )
})

test('an observation is ended without a response, if none is wanted', async () => {
  const { server, subject, observer } = await observed()
  await observer.register()
  await observer.ask({ observe: 1, type: Type.NonConfirmable, more: sparing(26) })
  assert.equal(server.sizes.observations, 0)
  subject.changed()
  await observer.wait(1000)
  assert.deepEqual(observer.seen, ['ACK 2.05 0'])
})

test('who wants no response of any class waits for none', async () => {
  for (const confirmable of [true, false]) {
    const { context, client, uri } = await asking(() => Response.of(Code.Changed))
    const request = new Request({ code: Code.PUT, uri, confirmable, options: sparing(26) })
    const asked = Promise.resolve(client.send(request))
    await context.clock.advance(30_000) // a Non-confirmable one takes the time that PROBING_RATE gives it
    assert.equal(await asked, Response.none)
    assert.equal(client.sizes.exchanges, 0)
  }
})

test('who wants no response of any class is told if nobody acknowledges', async () => {
  const { context, client, uri } = await asking(() => Response.of(Code.Changed), 'coap://192.0.2.3')
  const asked = Promise.resolve(client.send(new Request({ code: Code.PUT, uri, options: sparing(26) })))
  asked.catch(() => {})
  await context.clock.advance(100_000)
  await assert.rejects(asked, { code: 'COAP_TIMEOUT' })
})

test('who wants responses of some classes only waits for one until the time-out', async () => {
  const { context, client, uri } = await asking(() => Response.of(Code.Changed))
  const asked = Promise.resolve(client.send(new Request({ code: Code.PUT, uri, options: sparing(2) })))
  asked.catch(() => {})
  await context.clock.advance(92_000)
  assert.equal(client.sizes.exchanges, 1)
  await context.clock.advance(2000)
  await assert.rejects(asked, { code: 'COAP_TIMEOUT' })
})

test('who wants errors only is given one', async () => {
  const { context, client, uri } = await asking(async () => Response.of(Code.NotFound))
  const asked = Promise.resolve(client.send(new Request({ code: Code.PUT, uri, options: sparing(2) })))
  await context.clock.advance(1000)
  assert.equal((await asked).code, Code.NotFound)
})

/** A client and a server, between them a network without hints of who is not there. */
async function asking(handler: Handler, url = 'coap://192.0.2.1') {
  const context = createContext(1)
  const hub = new MemoryHub(context, { unreachable: false })
  const open = (host: string) =>
    new Endpoint({ context, handler, transports: [plain(hub.network({ host, port: 5683 }))] }).open()
  await open('192.0.2.1')
  return { context, client: await open('192.0.2.2'), uri: CoapUri.parse(url) }
}

async function assertSpared(type: Type): Promise<void> {
  const confirmable = type === Type.Confirmable
  const silence = confirmable ? ['ACK 0.00'] : []
  const kind = confirmable ? 'ACK' : 'NON'
  for (const [code, value, expected] of [
    [Code.Changed, 2, silence],
    [Code.Changed, 26, silence],
    [Code.Changed, 24, [`${kind} 2.04`]],
    [Code.Changed, 0, [`${kind} 2.04`]],
    [Code.NotFound, 8, silence],
    [Code.NotFound, 2, [`${kind} 4.04`]],
    [Code.ServiceUnavailable, 16, silence],
    [Code.ServiceUnavailable, 10, [`${kind} 5.03`]],
  ] as const) {
    let handled = 0
    const handler: Handler = () => {
      handled++
      return Response.of(code)
    }
    const { observer } = await observed({ handler })
    await observer.ask({ type, code: Code.PUT, more: sparing(value) })
    await observer.wait(100_000)
    assert.deepEqual([observer.seen, handled], [expected, 1], `${code}, ${value}`)
  }
}
