// What an attacker, or a server at fault, may want a cache to believe.

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Response } from '../../coap/src/handler/response.ts'
import { Code } from '../../coap/src/message/code.ts'
import { ETag, LocationPath, type Option, option, UriHost } from '../../coap/src/message/option.ts'
import { opaque } from '../../coap/src/message/option-format.ts'
import type { Identity } from '../../coap/src/transport/identity.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { bytes, response, seconds, text, world } from './world.ts'

describe('poisoning', () => {
  test('a 2.03 for what was not offered is believed by nobody: the representation is asked for', async () => {
    const { ask, asked, context, answer } = world()
    answer(text('content', [ETag, Uint8Array.of(1)]))
    for (const forged of [response(Code.Valid), response(Code.Valid, [ETag, Uint8Array.of(2)])]) {
      await ask()
      await context.clock.advance(61 * seconds)
      answer(forged, text('asked for anew', [ETag, Uint8Array.of(1)]))
      assert.equal(await (await ask()).body.text(), 'asked for anew')
      assert.equal(asked.at(-1)?.options.has(ETag), false)
      await context.clock.advance(61 * seconds)
      answer(text('content', [ETag, Uint8Array.of(1)]))
    }
  })

  test('a 2.03 with a payload changes no content', async () => {
    const { ask, context, answer } = world()
    answer(text('content', [ETag, Uint8Array.of(1)]))
    await ask()
    await context.clock.advance(61 * seconds)
    answer(response(Code.Valid, [ETag, Uint8Array.of(1)]).with({ payload: bytes('other') }))
    assert.equal(await (await ask()).body.text(), 'content')
    assert.equal(await (await ask()).body.text(), 'content')
  })

  test('who has proved another identity validates nothing that somebody else said', async () => {
    const identity = (id: number): Identity => ({ method: 'psk', id: Uint8Array.of(id), claims: {} })
    const by = (id: number, given: Response) => given.with({ peer: { associations: [], identity: identity(id) } })
    const { ask, asked, context, answer } = world()
    answer(by(1, text('said by 1', [ETag, Uint8Array.of(1)])))
    await ask()
    await context.clock.advance(61 * seconds)
    answer(by(2, response(Code.Valid, [ETag, Uint8Array.of(1)])), by(2, text('said by 2')))
    assert.equal(await (await ask()).body.text(), 'said by 2')
    assert.equal(asked.length, 3)
  })

  test('a server speaks for itself alone: a Location makes nothing stale at another one, and nothing is stored for it', async () => {
    const elsewhere = { uri: CoapUri.parse('coap://evil.example/a') }
    const { ask, asked } = world(({ uri, code }) => {
      if (uri?.host === 'device.example') return text('true')
      return code === Code.GET
        ? text('false', [LocationPath, 'a'], [UriHost, 'device.example'])
        : response(Code.Created, [LocationPath, 'a'], [UriHost, 'device.example'])
    })
    await ask()
    await ask(elsewhere)
    await ask({ ...elsewhere, code: Code.POST })
    assert.equal(await (await ask()).body.text(), 'true')
    assert.equal(asked.length, 3)
  })

  test('no request can be made to look like another one: values are kept apart from each other', async () => {
    const part: Option<Uint8Array> = option(65_000, 'Part', opaque, [0, 200], true)
    let count = 0
    const { ask } = world(() => text(String(count++)))
    const requests = [
      [[part, bytes('a,65000:1.b')]],
      [[part, bytes('a')], [part, bytes('b')]],
      [[part, bytes('ab')]],
      [[part, bytes('b')], [part, bytes('a')]],
      [[part, bytes('')], [part, bytes('ab')]],
      [[part, bytes(' 5:0.')]],
    ] as const // biome-ignore format: a table
    for (const each of requests) await ask({}, ...each)
    assert.equal(count, requests.length)
  })
})
