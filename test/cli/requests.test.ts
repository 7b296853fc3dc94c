// get, put, post, delete, fetch, patch, ipatch and ping: what they send, what they show, and how they end.

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Code, describeCode, Options, options, type Request, Response, Router, type Server, serve } from 'coapstone'
import { coapstone, start } from './program.ts'

describe('coapstone requests', () => {
  let server: Server
  let url: string
  let folder: string
  let last: Request
  let busy = 0

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'coapstone-test-'))
    const router = new Router()
      .get('/text', () => Response.text('21.5'), { rt: 'temperature', ct: 0, obs: true })
      .get('/json', () => Response.json({ on: true }))
      .get('/cbor', () => Response.cbor({ on: true, at: [1, 2] }))
      .get('/bytes', () => Response.bytes(Uint8Array.of(0, 1, 0xff, 0x41)))
      .get('/liar', () => Response.bytes(new TextEncoder().encode('no json'), 50))
      .get('/escape', () => Response.text('\x1b]0;owned\x07 \u202egnp.exe'))
      .get('/busy', () => {
        if (busy-- > 0) return Response.of(Code.TooManyRequests).with({ options: new Options().add(options.MaxAge, 1) })
        return Response.text('ready')
      })
      .get('/versioned', () =>
        Response.text('x').with({ options: new Options().add(options.ETag, Uint8Array.of(0xab, 0xcd)) }),
      )
      .put('/versioned', () => Response.of(Code.Changed))
      .delete('/versioned', () => Response.of(Code.Deleted))
      .get('/silent', () => Response.of(Code.Valid))
      .get('/gone', () => Response.diagnostic(Code.NotFound, 'it was taken away'))
      .get('/broken', () => {
        throw new Error('a secret')
      })
      .get('/problem', () => Response.bytes(problemDetails, 257).with({ code: Code.Conflict }))
      .post('/jobs', () => {
        const created = Response.of(Code.Created)
        created.options.add(options.LocationPath, 'jobs').add(options.LocationPath, '3')
        return created
      })
    for (const method of ['get', 'put', 'post', 'delete', 'fetch', 'patch', 'ipatch'] as const) {
      router[method]('/echo', (request) => {
        last = request
        return Response.text(describeCode(request.code))
      })
    }
    server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
    url = server.uris[0]?.origin ?? ''
  })

  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  /** { -1: "the valve is in use" } (RFC 9290) */
  const problemDetails = Uint8Array.of(0xa1, 0x20, 0x73, ...new TextEncoder().encode('the valve is in use'))

  test('get prints the content, a newline after it, and nothing else where nobody looks', async () => {
    assert.deepEqual(await coapstone(['get', `${url}/text`]), { exitCode: 0, stdout: '21.5\n', stderr: '' })
  })

  test('each method has a command', async () => {
    for (const [command, method] of [
      ['get', 'GET'],
      ['put', 'PUT'],
      ['post', 'POST'],
      ['delete', 'DELETE'],
      ['fetch', 'FETCH'],
      ['patch', 'PATCH'],
      ['ipatch', 'iPATCH'],
    ] as const) {
      const { stdout, exitCode } = await coapstone([command, `${url}/echo`])
      assert.deepEqual([command, stdout, exitCode], [command, `${method}\n`, 0])
    }
  })

  test('a payload is an argument: text, unless -t says otherwise', async () => {
    await coapstone(['put', `${url}/echo`, 'on'])
    assert.deepEqual([await last.body.text(), last.contentFormat], ['on', 0])
    await coapstone(['put', `${url}/echo`, '{"on":true}', '-t', 'json'])
    assert.deepEqual([await last.body.json(), last.contentFormat], [{ on: true }, 50])
    await coapstone(['put', `${url}/echo`, '{"on":true}', '--content-format', 'cbor'])
    assert.deepEqual([await last.body.cbor(), last.contentFormat], [{ on: true }, 60])
  })

  test('a payload is a file, which is what the end of its name says', async () => {
    const file = join(folder, 'config.json')
    writeFileSync(file, '{"interval":30}')
    for (const given of [[`@${file}`], ['--file', file]]) {
      await coapstone(['post', `${url}/echo`, ...given])
      assert.deepEqual([await last.body.json(), last.contentFormat], [{ interval: 30 }, 50])
    }
  })

  test('a payload is what comes on standard input', async () => {
    await coapstone(['post', `${url}/echo`, '-'], { input: Uint8Array.of(1, 2, 3) })
    assert.deepEqual([await last.body.bytes(), last.contentFormat], [Uint8Array.of(1, 2, 3), undefined])
    await coapstone(['post', `${url}/echo`, '--file', '-', '-t', 'text'], { input: 'hello' })
    assert.deepEqual([await last.body.text(), last.contentFormat], ['hello', 0])
  })

  test('query, accept, options and non-confirmable are sent', async () => {
    const flags = ['-q', 'a=1', '--query', 'b', '-A', 'text', '-O', 'If-None-Match', '-O', '65000=0x01ff', '-N']
    const { exitCode, stderr } = await coapstone(['put', `${url}/echo?z`, 'x', ...flags])
    assert.equal(exitCode, 4)
    assert.match(stderr, /4\.12/) // it was sent: there is something already
    await coapstone(['get', `${url}/echo?z`, '-q', 'a=1', '--query', 'b', '-A', 'text', '-O', '65000=0x01ff', '-N'])
    assert.deepEqual(last.query, ['z', 'a=1', 'b'])
    assert.deepEqual([last.accept, last.confirmable], [0, false])
    assert.deepEqual([...last.options].find(({ number }) => number === 65_000)?.value, Uint8Array.of(1, 0xff))
  })

  test('content is shown by what it is', async () => {
    const shown = async (path: string) => (await coapstone(['get', url + path])).stdout
    assert.equal(await shown('/json'), '{\n  "on": true\n}\n')
    assert.equal(await shown('/cbor'), '{"at": [1, 2], "on": true}\n')
    assert.equal(await shown('/bytes'), `00000000  00 01 ff 41${' '.repeat(39)}|...A|\n`)
    assert.match(
      await shown('/.well-known/core?rt=temp*'),
      /^RESOURCE {2}TYPE {9}CONTENT {5}CHANGES\n\/text {5}temperature {2}text\/plain {2}observable\n$/,
    )
  })

  test('content is shown as --as says, and is an error of its own where that cannot be', async () => {
    assert.match(
      (await coapstone(['get', `${url}/json`, '--as', 'hex'])).stdout,
      /^00000000 {2}7b 22 6f 6e .* \|\{"on":true\}\|\n$/,
    )
    assert.equal((await coapstone(['get', `${url}/json`, '--as', 'raw'])).stdout, '{"on":true}')
    const { exitCode, stdout, stderr } = await coapstone(['get', `${url}/text`, '--as', 'links'])
    assert.deepEqual([exitCode, stdout], [65, ''])
    assert.match(stderr, /^coapstone: the content cannot be shown as links: [^\n]+\n$/)
  })

  test('content that is not what the server says is shown as what it is, with a remark', async () => {
    const { stdout, stderr, exitCode } = await coapstone(['get', `${url}/liar`])
    assert.deepEqual([stdout, exitCode], ['no json\n', 0])
    assert.match(stderr, /^The content is said to be application\/json, and is not: [^\n]+\n$/)
  })

  test('what would take the terminal over is shown, not done', async () => {
    assert.equal((await coapstone(['get', `${url}/escape`])).stdout, '\\u{1b}]0;owned\\u{7} \\u{202e}gnp.exe\n')
  })

  test('content goes to a file byte by byte, and the terminal says so', async () => {
    const file = join(folder, 'content')
    const { stdout, stderr } = await coapstone(['get', `${url}/bytes`, '-o', file])
    assert.deepEqual([stdout, stderr], ['', `2.05 Content, application/octet-stream, 4 bytes, written to ${file}\n`])
    assert.deepEqual(new Uint8Array(readFileSync(file)), Uint8Array.of(0, 1, 0xff, 0x41))
  })

  test('a response without content is told by its code', async () => {
    const { exitCode, stdout, stderr } = await coapstone(['get', `${url}/silent`])
    assert.deepEqual([exitCode, stdout, stderr], [0, '', '2.03 Valid\n'])
  })

  test('what was created is told by its URI', async () => {
    const { exitCode, stderr } = await coapstone(['post', `${url}/jobs`, 'x'])
    assert.deepEqual([exitCode, stderr], [0, `2.01 Created at ${url}/jobs/3\n`])
  })

  test('4.xx ends with 4 and 5.xx with 5, with what the server says about it', async () => {
    const gone = await coapstone(['get', `${url}/gone`])
    assert.deepEqual(gone, { exitCode: 4, stdout: '', stderr: '4.04 Not Found: it was taken away\n' })
    const problem = await coapstone(['get', `${url}/problem`])
    assert.deepEqual(problem, { exitCode: 4, stdout: '', stderr: '4.09 Conflict: the valve is in use\n' })
    const broken = await coapstone(['get', `${url}/broken`])
    assert.deepEqual([broken.exitCode, broken.stdout], [5, ''])
    assert.match(broken.stderr, /^5\.00 Internal Server Error/)
  })

  test('-v prints each message that leaves or arrives, and --pcap writes them', async () => {
    const file = join(folder, 'packets.pcapng')
    const { stdout, stderr } = await coapstone(['get', `${url}/text`, '-v', '--pcap', file])
    const peer = url.slice('coap://'.length)
    const [sent, received, ...more] = stderr.trimEnd().split('\n')
    assert.match(sent as string, new RegExp(`^ +0\\.0 ms → ${peer} CON GET MID=\\d+ token=[0-9a-f]+ Uri-Path=text$`))
    const answer = 'ACK 2.05 Content MID=\\d+ token=[0-9a-f]+ Content-Format=text/plain "21.5"'
    assert.match(received as string, new RegExp(`^ +\\d+\\.\\d ms ← ${peer} ${answer}$`))
    assert.deepEqual([stdout, more], ['21.5\n', []])
    const capture = readFileSync(file)
    assert.equal(capture.readUInt32BE(0), 0x0a0d0d0a) // pcapng
    assert.ok(capture.includes('21.5'))
  })

  test('--json prints an object for machines', async () => {
    const { stdout, stderr, exitCode } = await coapstone(['get', `${url}/json`, '--json'])
    const { milliseconds, ...record } = JSON.parse(stdout)
    assert.ok(milliseconds > 0)
    assert.deepEqual(record, {
      code: '2.05',
      name: 'Content',
      ok: true,
      uri: `${url}/json`,
      peer: url.slice('coap://'.length),
      contentFormat: { number: 50, mediaType: 'application/json' },
      options: [{ number: 12, name: 'Content-Format', value: 50 }],
      content: { bytes: 11, base64: 'eyJvbiI6dHJ1ZX0=', text: '{"on":true}', json: { on: true } },
    })
    assert.deepEqual([stderr, exitCode], ['', 0])
  })

  test('--json prints errors as objects too, and the exit code is the same', async () => {
    const gone = await coapstone(['get', `${url}/gone`, '--json'])
    assert.deepEqual([JSON.parse(gone.stdout).code, gone.exitCode], ['4.04', 4])
    const wrong = await coapstone(['get', 'coap://h:port/', '--json'])
    assert.deepEqual([JSON.parse(wrong.stdout).exitCode, wrong.exitCode, wrong.stderr], [64, 64, ''])
  })

  test('ping says that somebody is there, and how long it took', async () => {
    const { stdout, exitCode } = await coapstone(['ping', url])
    assert.match(stdout, new RegExp(`^${url} is there: \\d+\\.\\d ms\\n$`))
    assert.equal(exitCode, 0)
    const json = JSON.parse((await coapstone(['ping', url, '--json'])).stdout)
    assert.deepEqual([json.uri, typeof json.milliseconds], [url, 'number'])
  })

  test('who stops to read the output ends the program without a word', async () => {
    const run = start(['get', `${url}/text`])
    run.closeOutput()
    const { exitCode, stderr } = await run.ended
    assert.deepEqual([exitCode, stderr], [141, ''])
  })

  test('a server that has too much to do is asked again when it says, which is told; --no-retry takes its answer', async () => {
    busy = 1
    const again = await coapstone(['get', `${url}/busy`])
    assert.deepEqual([again.exitCode, again.stdout], [0, 'ready\n'])
    assert.match(
      again.stderr,
      /^4\.29 Too Many Requests: asking again in 1 s, as the server wishes\. --no-retry does not\.\n$/,
    )
    busy = 1
    const refused = await coapstone(['get', `${url}/busy`, '--no-retry'])
    assert.deepEqual([refused.exitCode, refused.stderr], [4, '4.29 Too Many Requests\n'])
    busy = 1
    assert.equal((await coapstone(['get', `${url}/busy`, '--json'])).stderr, '')
  })

  test('a version has an ETag, by which a server tells that it is still this one, or refuses to change another', async () => {
    const { options: listed } = JSON.parse((await coapstone(['get', `${url}/versioned`, '--json'])).stdout)
    assert.deepEqual(listed[0], { number: 4, name: 'ETag', value: '0xabcd' })
    const ends = async (...args: string[]) => {
      const { exitCode, stdout, stderr } = await coapstone(args)
      return [exitCode, stdout, stderr]
    }
    const path = `${url}/versioned`
    assert.deepEqual(await ends('get', path, '--etag', '0x01', '-e', '0xabcd'), [0, '', '2.03 Valid, ETag 0xabcd\n'])
    assert.deepEqual(await ends('put', path, 'x', '--if-match', '0xabcd'), [0, '', '2.04 Changed\n'])
    assert.deepEqual(await ends('put', path, 'x', '--if-match', '*'), [0, '', '2.04 Changed\n'])
    assert.deepEqual(await ends('put', path, 'x', '--if-match', '0x01'), [4, '', '4.12 Precondition Failed\n'])
    assert.deepEqual(await ends('put', path, 'x', '--if-none-match'), [4, '', '4.12 Precondition Failed\n'])
    assert.deepEqual(await ends('delete', path, '--if-match', '0x02'), [4, '', '4.12 Precondition Failed\n'])
  })
})
