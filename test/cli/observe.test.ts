// observe: what it shows, and how it ends.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Code, Response, Router, type Server, Subject, serve } from 'coapstone'
import { coapstone, start } from './program.ts'

describe('coapstone observe', () => {
  let server: Server
  let url: string
  let subject: Subject
  let state: string

  before(async () => {
    const router = new Router()
      .get('/state', () => Response.text(state).observing(subject))
      .get('/still', () => Response.text('once'))
    server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
    url = server.uris[0]?.origin ?? ''
  })
  after(() => server.close())
  beforeEach(() => {
    subject = new Subject()
    state = 'first'
  })

  /** Until the server has heard that nobody observes any more. */
  async function forgotten(): Promise<void> {
    while (server.endpoint.sizes.observations > 0) await new Promise((resolve) => setImmediate(resolve))
  }

  test('observe shows the state, and each new one, until Ctrl-C; then the server is told', async () => {
    const run = start(['observe', `${url}/state`])
    await run.printed(/^first\n/)
    state = 'second'
    subject.changed()
    await run.printed(/^first\nsecond\n/)
    run.signal()
    const { exitCode, stdout, stderr } = await run.ended
    assert.deepEqual([exitCode, stdout, stderr], [130, 'first\nsecond\n', 'coapstone: interrupted\n'])
    await forgotten()
  })

  test('SIGTERM ends it as Ctrl-C does, with a code of its own', async () => {
    const run = start(['observe', `${url}/state`])
    await run.printed(/^first\n/)
    run.signal('SIGTERM')
    assert.equal((await run.ended).exitCode, 143)
    await forgotten()
  })

  test('a server that does not observe answers once, and that is said', async () => {
    assert.deepEqual(await coapstone(['observe', `${url}/still`]), {
      exitCode: 0,
      stdout: 'once\n',
      stderr: 'The server does not observe this resource: that was its one answer.\n',
    })
  })

  test('a resource that goes away ends it with the last word of the server', async () => {
    const run = start(['observe', `${url}/state`])
    await run.printed(/^first\n/)
    subject.gone(Response.diagnostic(Code.NotFound, 'it was taken away'))
    const { exitCode, stdout, stderr } = await run.ended
    assert.deepEqual([exitCode, stdout, stderr], [4, 'first\n', '4.04 Not Found: it was taken away\n'])
  })

  test('--json prints an object a line', async () => {
    const run = start(['observe', `${url}/state`, '--json'])
    await run.printed(/\n/)
    state = 'second'
    subject.changed()
    await run.printed(/\n.*\n/)
    run.signal()
    const [first, second, error] = (await run.ended).stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual([first.content.text, second.content.text], ['first', 'second'])
    assert.deepEqual(error, { error: { message: 'interrupted' }, exitCode: 130 })
  })
})
