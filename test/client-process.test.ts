// A program that only asks, as a process of its own: it ends by itself, and not too early. The server is in this process.

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { after, before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { Response, type Server, Subject, serve } from 'coapstone'

describe('a program', () => {
  const subject = new Subject()
  const callers = new Set<string | undefined>()
  let server: Server

  before(async () => {
    server = await serve(
      (request) => {
        callers.add(request.describePeer())
        if (request.path[0] === 'long') return Response.bytes(new Uint8Array(5000))
        const answer = Response.text('hello').observing(subject)
        return request.path[0] === 'slow' ? new Promise((resolve) => setTimeout(resolve, 300, answer)) : answer
      },
      { listen: ['coap://127.0.0.1:0'] },
    )
  })
  after(() => server.close())

  /** Runs a module and gives what it prints. It must end by itself. */
  async function run(body: string): Promise<string> {
    const source = `import { Client } from 'coapstone'
    const url = '${server.uris[0]?.origin}'
    ${body}`
    const node = ['--conditions=@coapstone/source', '--input-type=module', '--eval', source]
    const options = { cwd: import.meta.dirname, timeout: 20_000 }
    return (await promisify(execFile)(process.execPath, node, options)).stdout
  }

  test('a program that has asked ends by itself, without closing anything', async () => {
    assert.equal(await run('console.log(await (await new Client().get(url)).body.text())'), 'hello\n')
  })

  test('a program that waits for an answer goes on until it has come', async () => {
    assert.equal(await run('new Client().get(url + "/slow").then(({ code }) => console.log(code))'), '69\n')
  })

  test('a program that has broken off an observation ends by itself, and the server has been told', async () => {
    await run('for await (const response of new Client().observe(url)) break')
    while (server.endpoint.sizes.observations > 0) await new Promise((resolve) => setImmediate(resolve))
  })

  test('a program that has given up an observation ends by itself, though nobody reads it any more', async () => {
    await run(`
    const abort = new AbortController()
    await new Client().observe(url, { signal: abort.signal }).next()
    abort.abort()`)
  })

  test('a program that has read a part of a body by hand ends by itself', async () => {
    const read = 'body[Symbol.asyncIterator]().next()'
    const printed = await run(`
    const { body } = await new Client().get(url + '/long', { stream: true })
    console.log((await ${read}).value.length)`)
    assert.equal(printed, '1024\n')
  })

  test('a request that was wrong from the beginning holds no program', async () => {
    assert.equal(
      await run('new Client().get(url, { timeout: 0 }).catch(({ code }) => console.log(code))'),
      'COAP_USAGE\n',
    )
  })

  test('clients share one endpoint, unless one has options of its own', async () => {
    callers.clear()
    await run('for (const client of [new Client(), new Client()]) await client.get(url)')
    assert.equal(callers.size, 1)
    await run(`
    await new Client().get(url)
    await new Client({ transmission: { ackTimeout: 1000 } }).get(url)`)
    assert.equal(callers.size, 3)
  })
})
