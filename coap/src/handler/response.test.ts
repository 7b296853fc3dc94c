import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { Response, ResponseError } from './response.ts'

test('a diagnostic payload is UTF-8 without a Content-Format (RFC 7252 5.5.2)', () => {
  const response = Response.diagnostic(Code.Conflict, 'das Ventil ist zu groß')
  assert.deepEqual(response.payload, new TextEncoder().encode('das Ventil ist zu groß'))
  assert.equal(response.contentFormat, undefined)
})

test('a diagnostic payload is read into the error that orThrow throws (RFC 7252 5.5.2)', () => {
  const response = Response.diagnostic(Code.Conflict, 'the valve is in use')
  assert.throws(() => response.orThrow(), { code: 'COAP_RESPONSE', message: '4.09 Conflict: the valve is in use' })
  assert.equal(Response.of(Code.Content, 'on').orThrow().ok, true)
})

test('what has a Content-Format, or is no UTF-8, is no diagnostic payload (RFC 7252 5.5.1)', () => {
  const described = Response.of(Code.NotFound, 'a page about it', ContentFormat.text)
  assert.equal(new ResponseError(described).message, '4.04 Not Found')
  const garbage = new Response({ code: Code.NotFound, payload: Uint8Array.of(0xff, 0xfe) })
  assert.equal(new ResponseError(garbage).message, '4.04 Not Found')
})
