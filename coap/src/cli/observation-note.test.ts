// What happens to an observation, in words.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { endNote, observationNote } from './observation-note.ts'

test('a state that is not known any more is told with the reason', () => {
  assert.equal(
    observationNote({ type: 'stale', reason: 'max-age' }),
    'What is shown is older than the server said it would be: asking again.',
  )
  assert.equal(
    observationNote({ type: 'stale', reason: 'lost', error: new Error('no answer within 93 s. Perhaps it sleeps') }),
    'The server is lost: no answer within 93 s. It is asked until it answers.',
  )
  assert.equal(observationNote({ type: 'stale', reason: 'lost' }), 'The server is lost. It is asked until it answers.')
  assert.equal(
    observationNote({ type: 'stale', reason: 'unavailable', response: Response.of(Code.ServiceUnavailable) }),
    'The server cannot answer for now (5.03 Service Unavailable): it is asked again.',
  )
})

test('a new registration, another address, and the end are told', () => {
  const again = { type: 're-registered', reason: 'lost', response: Response.of(Code.Content), failures: 1 } as const
  assert.equal(observationNote({ ...again, observed: true }), 'Observed again.')
  assert.match(observationNote({ ...again, observed: false }), /^It answers, but does not tell of changes for now/)
  const [from, to] = ['192.0.2.1', '192.0.2.2'].map((host) => ({ host, port: 5683 })) as [
    { host: string; port: number },
    { host: string; port: number },
  ]
  assert.equal(
    observationNote({ type: 'moved', from, to }),
    'The server is at 192.0.2.2:5683 now, not at 192.0.2.1:5683.',
  )
  assert.match(endNote('not-observed') ?? '', /^The server does not observe this resource/)
  assert.equal(endNote('response'), undefined)
})
