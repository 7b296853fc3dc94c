import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { problem } from './problem.ts'

test('a problem is a response with details that a client reads back', () => {
  const error = problem(Code.Conflict, { title: 'the valve is in use', detail: 'until 12:00' })
  assert.equal(error.response.code, Code.Conflict)
  assert.equal(error.response.contentFormat, ContentFormat.problemDetails)
  assert.deepEqual(error.problem, { title: 'the valve is in use', detail: 'until 12:00' })
  assert.equal(error.message, '4.09 Conflict: the valve is in use: until 12:00')
})

test('a problem may tell its code, but no other one', () => {
  assert.equal(problem(Code.Conflict, { responseCode: Code.Conflict }).problem?.responseCode, Code.Conflict)
  const usage = (message: RegExp) => ({ code: 'COAP_USAGE', message })
  assert.throws(() => problem(Code.Conflict, { responseCode: Code.NotFound }), usage(/4\.09 Conflict/))
})

test('a success is no problem, and a problem without details is none', () => {
  assert.throws(() => problem(Code.Content, { title: 'fine' }), { code: 'COAP_USAGE', message: /not 2\.05 Content/ })
  assert.throws(() => problem(Code.NotFound, {}), { code: 'COAP_USAGE', message: /at least one entry/ })
})
