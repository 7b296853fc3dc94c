import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Handler } from '../handler/handler.ts'
import { Request, type RequestInit } from '../handler/request.ts'
import { Response, ResponseError } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { Observe, UriPath, UriQuery } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { createContext } from '../testing/context.ts'
import type { Identity } from '../transport/identity.ts'
import type { Association } from '../transport/transport.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import { log } from './log.ts'

test('a line says who asked for what, how it ended and how long it took', async () => {
  const { lines, context, ask } = bench(async () => {
    await context.clock.advance(12.34)
    return Response.text('21.5')
  })
  await ask({ options: path('time').set(UriQuery, ['unit=s']) })
  assert.deepEqual(lines, ['nobody at 192.0.2.1:5000: GET /time?unit=s → 2.05 Content, 4 bytes, 12.3 ms'])
})

test('who has proved its identity is named by it', async () => {
  const { lines, ask } = bench(() => Response.of(Code.Changed))
  const claims = { principal: 'pump 7' }
  await ask({ code: Code.PUT, identities: [{ method: 'psk', id: Uint8Array.of(1), claims }] })
  await ask({ association: association({ method: 'psk', id: new TextEncoder().encode('device-1'), claims: {} }) })
  assert.match(lines[0] as string, /^pump 7 at 192\.0\.2\.1:5000: PUT \/ → 2\.04 Changed, 0 bytes/)
  assert.match(lines[1] as string, /^psk device-1 at 192\.0\.2\.1:5000: GET/)
})

test('it says when a request is Non-confirmable, and when it observes', async () => {
  const { lines, ask } = bench(() => Response.none)
  await ask({ options: path('a').add(Observe, 0), confirmable: false })
  assert.match(lines[0] as string, /GET \/a non-confirmable observe → no response, 0\.0 ms$/)
})

test('an error is logged as the response that it becomes, and goes on', async () => {
  const conflict = new ResponseError(Response.diagnostic(Code.Conflict, 'in use'))
  const failures: readonly (readonly [Handler, RegExp])[] = [
    [() => { throw conflict }, /→ 4\.09 Conflict, 6 bytes/],
    [async () => { throw conflict }, /→ 4\.09 Conflict, 6 bytes/],
    [() => { throw new TypeError('no such\nthing') }, /→ 5\.00 Internal Server Error: TypeError: no such thing, 0\.0 ms$/],
  ] // biome-ignore format: a table
  for (const [handler, expected] of failures) {
    const { lines, ask } = bench(handler)
    await assert.rejects(async () => ask({}))
    assert.equal(lines.length, 1)
    assert.match(lines[0] as string, expected)
  }
})

test('whatever is asked for, a line is one line', async () => {
  const { lines, ask } = bench(() => Response.of(Code.NotFound))
  await ask({ options: path('a\nb', '\u001b[31m', 'c/d').set(UriQuery, ['\u2028']) })
  assert.match(lines[0] as string, /GET \/a%0Ab\/%1B%5B31m\/c%2Fd\?%E2%80%A8 → 4\.04 Not Found/)
})

test('neither payloads nor what a program must not look at are touched', async () => {
  const notes = { lookedAtPeer: false }
  const { lines, ask } = bench(() => Response.text('secret answer'))
  await ask({ payload: new TextEncoder().encode('secret question'), notes })
  assert.doesNotMatch(lines.join(), /secret/)
  assert.equal(notes.lookedAtPeer, false)
})

test('what was answered at once is passed on at once, as it is', () => {
  const response = Response.text('')
  const { ask } = bench(() => response)
  assert.equal(ask({}), response)
})

test('on a client the line begins with the method, and has the whole URI', async () => {
  const { lines, handler } = bench(() => Response.text('on'))
  await handler(new Request({ code: Code.GET, uri: CoapUri.parse('coap://example.com/light') }))
  assert.deepEqual(lines, ['GET coap://example.com/light → 2.05 Content, 2 bytes, 0.0 ms'])
})

function bench(inner: Handler) {
  const context = createContext(1)
  const lines: string[] = []
  const handler = log((line) => lines.push(line))(inner, context)
  const ask = (init: Partial<RequestInit>) =>
    handler(new Request({ code: Code.GET, association: association({ method: 'none' }), ...init }))
  return { context, lines, handler, ask }
}

function path(...segments: string[]): Options {
  return new Options().set(UriPath, segments)
}

/** What a log reads of one. */
function association(identity: Identity): Association {
  const remote = { host: '192.0.2.1', port: 5000 }
  return { identity, path: { remote } } as unknown as Association
}
