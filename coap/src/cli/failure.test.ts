// What went wrong, for whoever sits at the terminal.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError, TimeoutError, UsageError } from '../errors.ts'
import { CommandError } from './command-error.ts'
import { ExitCode } from './exit-code.ts'
import { failureOf } from './failure.ts'

test('an error of the library ends by its code', () => {
  const codeOf = (error: unknown) => failureOf(error).exitCode
  assert.equal(codeOf(new UsageError('x')), ExitCode.usage)
  assert.equal(codeOf(new TimeoutError('x')), ExitCode.timeout)
  assert.equal(codeOf(new ConnectionError('x')), ExitCode.unreachable)
  assert.equal(codeOf(new ConnectionError('x', { code: 'COAP_HOST_NOT_FOUND' })), ExitCode.hostNotFound)
  assert.equal(codeOf(new ConnectionError('x', { code: 'COAP_PORT_IN_USE' })), ExitCode.cannotListen)
})

test('an error of a command ends as it says, also one of another copy of its class', () => {
  const error = new CommandError(ExitCode.noInput, 'there is no file x', 'make one')
  assert.deepEqual(failureOf(error), { exitCode: 66, message: 'there is no file x', next: 'make one' })
  const copy = Object.assign(new Error('interrupted'), { exitCode: ExitCode.interrupted, next: undefined })
  assert.deepEqual(failureOf(copy), { exitCode: 130, message: 'interrupted' })
})

test('what nobody foresaw is shown whole, to be reported', () => {
  const { exitCode, message, next } = failureOf(new TypeError('x is not a function'))
  assert.deepEqual([exitCode, next], [ExitCode.failure, 'please report it'])
  assert.match(message, /^unforeseen: TypeError: x is not a function\n {4}at /)
  assert.equal(failureOf('thrown text').message, 'unforeseen: thrown text')
})
