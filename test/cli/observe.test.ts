// observe: what it shows, and how it ends.

import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Code, Response, Router, type Server, Subject, serve } from 'coapstone'
import { coapstone, type Run, start } from './program.ts'

describe('coapstone observe', () => {
  let server: Server
  let url: string
  let subject: Subject
  let state: string

  before(async () => {
    const router = new Router()
      .get('/state', () => Response.text(state).observing(subject))
      .get('/still', () => Response.text('once'))
      .get('/slow', () => new Promise<Response>(() => {}))
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

  /** Tells one state after the other, each when the one before has been printed. */
  async function told(run: Run, ...states: string[]): Promise<void> {
    for (const next of states) {
      await run.printed(new RegExp(state))
      state = next
      subject.changed()
    }
  }

  test('--count ends it after so many responses, and the server is told', async () => {
    const run = start(['observe', `${url}/state`, '--count', '2'])
    await told(run, 'second')
    assert.deepEqual(await run.ended, { exitCode: 0, stdout: 'first\nsecond\n', stderr: '' })
    await forgotten()
  })

  test('--for ends it after so long, and the server is told', async () => {
    assert.deepEqual(await coapstone(['observe', `${url}/state`, '--for', '300ms']), {
      exitCode: 0,
      stdout: 'first\n',
      stderr: '',
    })
    await forgotten()
  })

  test('--for that ends before there is an answer is a time-out', async () => {
    const { exitCode, stdout, stderr } = await coapstone(['observe', `${url}/slow`, '--for', '100ms'])
    assert.deepEqual(
      [exitCode, stdout, stderr],
      [75, '', 'coapstone: no answer in the time that --for 100ms has given\n'],
    )
  })

  test('--timestamps puts the time before each response, where it can be read by a program', async () => {
    state = '{"on":true}'
    const { stdout } = await coapstone(['observe', `${url}/state`, '--timestamps', '-n', '1'])
    assert.match(stdout, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z {2}\{"on":true\}\n$/)
    const json = await coapstone(['observe', `${url}/state`, '--timestamps', '-n', '1', '--as', 'json'])
    assert.match(json.stdout, /^\S+Z\n\{\n {2}"on": true\n\}\n$/)
  })

  test('--plot always prints a line for each number, and what is none as it is', async () => {
    state = '20 °C'
    const run = start(['observe', `${url}/state`, '--plot', 'always', '-n', '4'])
    await told(run, '22 °C', 'broken', '21 °C')
    assert.equal(
      (await run.ended).stdout,
      `▄  20 °C  min 20  max 20
▁█  22 °C  min 20  max 22
broken
▁█▅  21 °C  min 20  max 22
`,
    )
  })

  test('what becomes of the observation is told on standard error, and as objects with --json', async () => {
    const unavailable = () => subject.changed(Response.diagnostic(Code.ServiceUnavailable, 'a new filter'))
    const run = start(['observe', `${url}/state`])
    await run.printed(/^first\n/)
    unavailable()
    await run.printed(/^The server cannot answer for now \(5\.03 Service Unavailable\): it is asked again\.\n/)
    run.signal()
    assert.equal((await run.ended).stdout, 'first\n')
    const machine = start(['observe', `${url}/state`, '--json'])
    await machine.printed(/\n/)
    unavailable()
    await machine.printed(/\n.*\n/)
    machine.signal()
    const [, event] = (await machine.ended).stdout.split('\n').map((line) => JSON.parse(line || '{}'))
    assert.deepEqual({ ...event, time: typeof event.time }, { time: 'string', event: 'stale', reason: 'unavailable' })
  })

  describe('on a terminal', () => {
    const terminal = { env: { COAPSTONE_COLUMNS: '40', TERM: 'xterm', NO_COLOR: '1' } }

    test('numbers are one line that is drawn again with each, and stays in the end', async () => {
      state = '20'
      const run = start(['observe', `${url}/state`, '-n', '3', '--no-timestamps'], terminal)
      await told(run, '22', '21')
      assert.deepEqual(await run.ended, {
        exitCode: 0,
        stdout: '\r\x1b[K▄  20  min 20  max 20\r\x1b[K▁█  22  min 20  max 22\r\x1b[K▁█▅  21  min 20  max 22\n',
        stderr: '',
      })
    })

    test('what is no number has a line of its own, below which the plot goes on', async () => {
      state = '20'
      const run = start(['observe', `${url}/state`, '-n', '3', '--no-timestamps'], terminal)
      await told(run, 'broken', '21')
      assert.equal((await run.ended).stdout, '\r\x1b[K▄  20  min 20  max 20\nbroken\n\r\x1b[K▁█  21  min 20  max 21\n')
    })

    test('each response has its time of day, the plot too', async () => {
      const time = '\\d\\d:\\d\\d:\\d\\d'
      const text = await coapstone(['observe', `${url}/state`, '-n', '1'], terminal)
      assert.match(text.stdout, new RegExp(`^${time} {2}first\n$`))
      state = '20'
      const number = await coapstone(['observe', `${url}/state`, '-n', '1'], terminal)
      assert.match(number.stdout, new RegExp(`^\r\x1b\\[K${time} {2}▄ {2}20 {2}min 20 {2}max 20\n$`))
    })

    test('--plot never, --as, and a terminal that cannot draw a line again, show numbers as text', async () => {
      state = '20'
      const shown = async (flags: string[], env = {}) =>
        (
          await coapstone(['observe', `${url}/state`, '-n', '1', '--no-timestamps', ...flags], {
            env: { ...terminal.env, ...env },
          })
        ).stdout
      assert.equal(await shown(['--plot', 'never']), '20\n')
      assert.equal(await shown(['--as', 'text']), '20\n')
      assert.equal(await shown([], { TERM: 'dumb' }), '20\n')
    })
  })
})
