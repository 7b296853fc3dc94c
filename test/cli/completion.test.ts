// The words that a command line may go on with. That shells use them is tested in completion-shells.test.ts.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Response, Router, type Server, serve } from 'coapstone'
import { coapstone } from './program.ts'

describe('the completion of command lines', () => {
  let server: Server
  let origin: string
  let folder: string

  before(async () => {
    const router = new Router()
      .get('/light', () => Response.text('on'), { title: 'the\nlight\x1b[2J' })
      .get('/light/colour', () => Response.text('red'))
      .get('/valve', () => Response.text('open'))
    server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
    origin = server.uris[0]?.origin ?? ''
    folder = mkdtempSync(join(tmpdir(), 'coapstone-completion-'))
    for (const name of ['config.json', 'connection.cbor', '.hidden']) writeFileSync(join(folder, name), '')
    mkdirSync(join(folder, 'configs'))
  })
  after(async () => {
    await server.close()
    rmSync(folder, { recursive: true })
  })

  /** Lines of a word and its help; `words` are what stands after coapstone, the last one in part. */
  async function lines(...words: string[]): Promise<string[]> {
    const outcome = await coapstone(['completion', '--words', '--', ...words], { cwd: folder, env: { HOME: folder } })
    assert.deepEqual([outcome.exitCode, outcome.stderr], [0, ''])
    return outcome.stdout.split('\n').slice(0, -1)
  }

  async function completed(...words: string[]): Promise<string[]> {
    return (await lines(...words)).map((line) => line.replace(/\t.*/, ''))
  }

  test('the first word is a command, with what it does', async () => {
    assert.deepEqual(await lines('ge'), ['get\tread a resource'])
    assert.deepEqual(await completed('p'), ['put', 'post', 'patch', 'ping'])
    assert.ok((await completed('')).includes('help'))
    assert.ok((await completed()).includes('get'))
    assert.deepEqual(await completed('--v'), ['--version'])
  })

  test('help explains a command, or the exit codes', async () => {
    assert.deepEqual(await completed('help', 'ob'), ['observe'])
    assert.deepEqual(await completed('help', 'e'), ['exit-codes'])
    assert.deepEqual(await completed('help', 'get', ''), [])
  })

  test('flags are those of the command that are not there yet, or may be there again', async () => {
    assert.deepEqual(await completed('get', '--ac'), ['--accept'])
    assert.deepEqual(await completed('observe', 'coap://h/', '--c'), ['--count'])
    assert.deepEqual(await completed('get', '--json', '--js'), [])
    assert.deepEqual(await completed('get', '-v', '--ver'), [])
    assert.deepEqual(await completed('get', '--query', 'a', '--qu'), ['--query'])
    assert.ok((await completed('serve', '-')).includes('--help'))
    assert.deepEqual(await completed('gte', '-'), [])
  })

  test('formats are words, and media types once there is a slash', async () => {
    assert.ok((await lines('get', '-A', 'js')).includes('json\tapplication/json'))
    assert.ok((await lines('put', '--content-format', 'application/j')).includes('application/json\t50'))
    assert.ok((await completed('get', '--accept=cb')).includes('--accept=cbor'))
    assert.ok((await completed('get', '-vA', 'cb')).includes('cbor'))
  })

  test('what a flag can be is what it takes', async () => {
    assert.deepEqual(await completed('get', '--as', ''), ['text', 'json', 'cbor', 'links', 'hex', 'raw'])
    assert.deepEqual(await completed('observe', '--plot', 'a'), ['auto', 'always'])
    assert.deepEqual(await completed('get', '-O', 'If-'), ['If-Match=', 'If-None-Match'])
    assert.deepEqual(await completed('get', '--timeout', ''), [])
  })

  test('a payload is a file after @, standard input, or what nobody can guess', async () => {
    assert.deepEqual(await completed('put', 'coap://h/', ''), ['@', '-'])
    assert.deepEqual(await completed('put', 'coap://h/', '@conf'), ['@config.json', '@configs/'])
    assert.deepEqual(await completed('put', 'coap://h/', 'o'), [])
    assert.deepEqual(await completed('get', 'coap://h/', ''), [])
  })

  test('files and folders are those that are there', async () => {
    assert.deepEqual(await completed('get', '-o', 'con'), ['config.json', 'configs/', 'connection.cbor'])
    assert.deepEqual(await completed('get', '-o', `${folder}/.`), [`${folder}/.hidden`])
    assert.deepEqual(await completed('get', '-o', 'nowhere/'), [])
    assert.deepEqual(await completed('serve', ''), ['configs/'])
    assert.deepEqual(await completed('get', '-o', '~/connection.'), ['~/connection.cbor'])
    for (const noHome of ['--output=~/con', '--file=~/con', '@~/con'])
      assert.deepEqual(await completed('put', 'coap://h/', noHome), [])
  })

  test('after two dashes nothing is a flag', async () => {
    assert.deepEqual(await completed('put', '--', 'coap://h/', '-'), ['-'])
    assert.deepEqual(await completed('put', '--', '--as', 'coap://h/', ''), [])
  })

  test('a URI is begun, and goes on with the resources that its server tells', async () => {
    assert.deepEqual(await completed('get', ''), ['coap://localhost/', 'coap://'])
    assert.deepEqual(await lines('get', `${origin}/l`), [
      `${origin}/light\tthe light\\u{1b}[2J`,
      `${origin}/light/colour\t`,
    ])
    assert.deepEqual(await completed('observe', '-v', `${origin}/`), [
      `${origin}/light`,
      `${origin}/light/colour`,
      `${origin}/valve`,
    ])
    assert.deepEqual(await completed('get', `${origin}`), [])
  })

  test('a server that does not answer leaves the URI as it is', async () => {
    const other = await serve(() => new Promise<Response>(() => {}), { listen: ['coap://127.0.0.1:0'] })
    assert.deepEqual(await completed('get', `${other.uris[0]?.origin}/`), [])
    await other.close()
    assert.deepEqual(await completed('get', 'coap://no-such-host.invalid/'), [])
  })

  test('there is a script for each shell, and a word of advice for others', async () => {
    for (const shell of ['bash', 'zsh', 'fish'])
      assert.match((await coapstone(['completion', shell])).stdout, new RegExp(`ompletion of coapstone in ${shell}`))
    const other = await coapstone(['completion', 'zhs'])
    assert.deepEqual(
      [other.exitCode, other.stderr],
      [64, "coapstone: there is completion for bash, zsh, fish, not for 'zhs': did you mean zsh?\n"],
    )
    assert.equal((await coapstone(['completion'])).exitCode, 64)
    assert.equal((await coapstone(['completion', 'bash', 'zsh'])).exitCode, 64)
  })
})
