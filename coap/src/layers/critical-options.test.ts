import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, Type } from '../message/datagram.ts'
import { Message } from '../message/message.ts'
import {
  Accept,
  ETag,
  IfNoneMatch,
  type Option,
  option,
  ProxyScheme,
  ProxyUri,
  UriHost,
  UriPath,
  UriPort,
  UriQuery,
} from '../message/option.ts'
import { opaque, uint } from '../message/option-format.ts'
import { Options } from '../message/options.ts'
import { createContext } from '../testing/context.ts'
import { criticalOptions, understands } from './critical-options.ts'

const critical: Option<Uint8Array> = option(65001, 'Critical', opaque, [0, 4])
const elective: Option<Uint8Array> = option(65002, 'Elective', opaque, [0, 4])

test('a request passes with the options that name a resource, Accept, and elective ones', () => {
  const options = new Options()
    .add(UriHost, 'a')
    .add(UriPort, 1)
    .add(UriPath, 'b')
    .add(UriQuery, 'c')
    .add(Accept, 0)
    .add(ETag, Uint8Array.of(1))
    .add(elective, Uint8Array.of(1))
  assert.equal(ask(options).code, Code.Content)
  assert.equal(ask(new Options()).code, Code.Content)
})

test('a critical option that nobody deals with gets 4.02 and is named, in Confirmable and Non-confirmable requests', () => {
  for (const confirmable of [true, false]) {
    const response = ask(new Options().add(critical, new Uint8Array(1)).add(IfNoneMatch, true), [], confirmable)
    assert.equal(response.code, Code.BadOption)
    assert.equal(response.contentFormat, undefined)
    assert.equal(textOf(response), 'not understood: If-None-Match, Option-65001')
  }
})

test('an option that a layer deals with passes', () => {
  const options = new Options().add(critical, new Uint8Array(1)).add(IfNoneMatch, true)
  assert.equal(textOf(ask(options, [critical])), 'not understood: If-None-Match')
  assert.equal(ask(options, [critical, IfNoneMatch]).code, Code.Content)
  assert.deepEqual(understands(critical).understands, [critical])
})

test('an option that is malformed, or there too often, counts as one that nobody understands', () => {
  for (const [{ number, name }, length] of [
    [UriHost, 0],
    [UriPort, 3],
    [Accept, 3],
    [UriPath, 256],
  ] as const) {
    const response = ask(new Options().add(option(number, 'raw', opaque, [0, 300]), new Uint8Array(length)))
    assert.equal(response.code, Code.BadOption)
    assert.equal(textOf(response), `malformed, or there too often: ${name}`)
  }
  const twice = new Options().add(option(Accept.number, 'twice', uint, [0, 2], true), 0)
  twice.add(option(Accept.number, 'twice', uint, [0, 2], true), 50)
  assert.equal(textOf(ask(twice)), 'malformed, or there too often: Accept')
})

test('who asks for a proxy where there is none gets 5.05', () => {
  for (const options of [
    new Options().add(ProxyUri, 'http://example.com/'),
    new Options().add(ProxyScheme, 'http'),
    new Options().add(ProxyScheme, 'http').add(IfNoneMatch, true),
  ]) {
    const response = ask(options)
    assert.equal(response.code, Code.ProxyingNotSupported)
    assert.equal(textOf(response), 'this server is no proxy')
  }
  assert.equal(ask(new Options().add(ProxyScheme, 'http'), [ProxyScheme]).code, Code.Content)
})

test('thousands of strange options get an answer that is not longer for it', () => {
  const options = new Options()
  for (let number = 1001; number < 5001; number += 2)
    options.add(option(number, 'strange', opaque, [0, 0]), new Uint8Array())
  const response = ask(options)
  assert.equal(response.code, Code.BadOption)
  assert.ok(response.payload.length < 200)
  assert.match(textOf(response), /^not understood: Option-1001, .*Option-1015, …$/)
})

/** As it is received: written into a packet and read from it. */
function ask(options: Options, understood: readonly Option<unknown>[] = [], confirmable = true): Response {
  const buffer = new Uint8Array(20_000)
  const type = confirmable ? Type.Confirmable : Type.NonConfirmable
  const length = encodeDatagram(type, 1, new Uint8Array(0), new Message({ code: Code.GET, options }), buffer, 0)
  const received = decodeDatagram(buffer.subarray(0, length)) as Datagram
  const handler = criticalOptions(...understood)(() => Response.text('passed'), createContext(1))
  const { code } = received
  return handler(new Request({ code, options: received.options, confirmable })) as Response
}

function textOf(response: Response): string {
  return new TextDecoder().decode(response.payload)
}
