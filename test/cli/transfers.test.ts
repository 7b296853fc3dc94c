// Long content: downloads into files that go on where they were broken off, uploads that are read as they are sent, and what a person
// sees meanwhile.

import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, describe, test } from 'node:test'
import { Code, Response, ResponseError, Router, type Server, serve } from 'coapstone'
import { coapstone, start } from './program.ts'

const content = Uint8Array.from({ length: 20_000 }, (_, index) => (index * 7 + (index >> 8)) % 256)
const half = 10_000

describe('long transfers', () => {
  let server: Server
  let url: string
  let folder: string
  const folders: string[] = []
  /** What is served. */
  let served: { readonly bytes: Uint8Array; readonly etag?: Uint8Array; readonly code?: Code }
  /** Where the server does not go on until `release`. */
  let held: { readonly at: number; readonly reached: () => void; readonly until: Promise<void> } | undefined
  let offsets: number[]
  let uploaded: Uint8Array
  let blocks: number

  before(async () => {
    async function* chunks(offset: number): AsyncGenerator<Uint8Array> {
      offsets.push(offset)
      const { bytes } = served
      for (let at = offset; at < bytes.length; at += 500) {
        if (held !== undefined && at >= held.at) {
          held.reached()
          await held.until
        }
        yield bytes.subarray(at, Math.min(at + 500, bytes.length))
      }
    }
    const router = new Router()
      .get('/file', () => {
        if (served.code !== undefined) throw new ResponseError(Response.diagnostic(served.code, 'not now'))
        const { bytes, etag } = served
        return Response.stream(chunks, { size: bytes.length, ...(etag !== undefined && { etag }) })
      })
      .get('/empty', () => Response.of(Code.Content))
      .get('/valid', () => Response.of(Code.Valid))
      .put('/up', async (request) => {
        uploaded = await request.body.bytes()
        return Response.of(Code.Changed)
      })
      .put(
        '/stream',
        async (request) => {
          blocks = 0
          for await (const chunk of request.body) {
            blocks++
            if (chunk.length > 64) throw new Error('a large block')
            if (blocks === 3 && held !== undefined) {
              held.reached()
              await held.until
            }
          }
          return Response.of(Code.Changed)
        },
        { body: 'stream' },
      )
    server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
    url = server.uris[0]?.origin ?? ''
  })
  after(async () => {
    await server.close()
    for (const each of folders) rmSync(each, { recursive: true })
  })
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coapstone-transfers-'))
    folders.push(folder)
    served = { bytes: content, etag: Uint8Array.of(1, 2) }
    held = undefined
    offsets = []
  })

  /** Holds the server at an offset: resolves when it is there. */
  function hold(at: number): { readonly reached: Promise<void>; readonly release: () => void } {
    const reached = Promise.withResolvers<void>()
    const until = Promise.withResolvers<void>()
    held = { at, reached: reached.resolve, until: until.promise }
    return {
      reached: reached.promise,
      release: () => {
        held = undefined
        until.resolve()
      },
    }
  }

  const get = (...flags: string[]) => coapstone(['get', `${url}/file`, ...flags], { cwd: folder })

  /** A download that Ctrl-C ends in the middle. */
  async function broken(flags: readonly string[] = []): Promise<string> {
    const { reached, release } = hold(half)
    const run = start(['get', `${url}/file`, '-o', 'file', ...flags], { cwd: folder })
    await reached
    run.signal()
    const { exitCode, stderr } = await run.ended
    assert.equal(exitCode, 130)
    release()
    return stderr
  }

  test('content of any length is written to a file, which is there when all of it is', async () => {
    const { reached, release } = hold(half)
    const run = start(['get', `${url}/file`, '-o', 'file'], { cwd: folder })
    await reached
    assert.deepEqual(readdirSync(folder).sort(), ['file.part', 'file.part.json'])
    release()
    const { exitCode, stdout, stderr } = await run.ended
    assert.deepEqual(
      [exitCode, stdout, stderr],
      [0, '', '2.05 Content, application/octet-stream, 20000 bytes, ETag 0x0102, written to file\n'],
    )
    assert.deepEqual(readdirSync(folder), ['file'])
    assert.deepEqual(readFileSync(join(folder, 'file')), Buffer.from(content))
  })

  test('a download that is broken off goes on where it was', async () => {
    const stderr = await broken()
    const { length } = readFileSync(join(folder, 'file.part'))
    assert.ok(length > 0 && length < half, String(length))
    assert.match(
      stderr,
      /^\d\.\d kB are in file\.part: the same command with --continue goes on after them\.\ncoapstone: interrupted\n$/,
    )
    offsets = []
    const again = await get('-o', 'file', '--continue')
    assert.deepEqual([again.exitCode, offsets], [0, [length - (length % 1024)]])
    assert.match(again.stderr, /^Going on after \d\.\d kB\.\n2\.05 Content, /)
    assert.deepEqual(readFileSync(join(folder, 'file')), Buffer.from(content))
    assert.deepEqual(readdirSync(folder), ['file'])
  })

  test('with smaller blocks it goes on just so', async () => {
    await broken(['--block-size', '64'])
    const again = await get('-o', 'file', '--continue', '--block-size', '256')
    assert.match(again.stderr, /^Going on after /)
    assert.deepEqual(readFileSync(join(folder, 'file')), Buffer.from(content))
  })

  test('of another version nothing is taken: it begins anew, and says so', async () => {
    for (const bytes of [content.toReversed(), content.subarray(0, 100)]) {
      served = { bytes: content, etag: Uint8Array.of(1, 2) }
      await broken()
      served = { bytes, etag: Uint8Array.of(9) }
      const again = await get('-o', 'file', '-c')
      assert.equal(again.exitCode, 0)
      assert.match(again.stderr, /^It has changed: begun anew\.\n2\.05 Content/)
      assert.deepEqual(readFileSync(join(folder, 'file')), Buffer.from(bytes))
    }
  })

  test('what was broken off of another resource is not gone on with, and without anything it begins anew', async () => {
    await broken()
    const other = await coapstone(['get', `${url}/file?other`, '-o', 'file', '--continue'], { cwd: folder })
    assert.match(other.stderr, /^There is no broken download of it into file: begun anew\.\n2\.05/)
    assert.deepEqual(readFileSync(join(folder, 'file')), Buffer.from(content))
  })

  test('an error response leaves the file what it was', async () => {
    writeFileSync(join(folder, 'file'), 'before')
    served = { ...served, code: Code.NotFound }
    const { exitCode, stderr } = await get('-o', 'file')
    assert.deepEqual([exitCode, stderr], [4, '4.04 Not Found: not now\n'])
    assert.deepEqual([readdirSync(folder), readFileSync(join(folder, 'file'), 'utf8')], [['file'], 'before'])
  })

  test('an error in place of the rest is shown, and what came stays for another try', async () => {
    await broken()
    served = { ...served, code: Code.Forbidden }
    const { exitCode, stderr } = await get('-o', 'file', '--continue')
    assert.deepEqual([exitCode, stderr], [4, '4.03 Forbidden: not now\n'])
    assert.deepEqual(readdirSync(folder).sort(), ['file.part', 'file.part.json'])
  })

  test('2.03 leaves the file what it was, 2.05 without content empties it', async () => {
    writeFileSync(join(folder, 'file'), 'before')
    await coapstone(['get', `${url}/valid`, '-o', 'file'], { cwd: folder })
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), 'before')
    await coapstone(['get', `${url}/empty`, '-o', 'file'], { cwd: folder })
    assert.equal(readFileSync(join(folder, 'file'), 'utf8'), '')
  })

  test('a file that cannot be written, and one that is none', async () => {
    mkdirSync(join(folder, 'sub'))
    const { exitCode, stderr } = await get('-o', 'nowhere/file')
    assert.deepEqual([exitCode, stderr], [73, 'coapstone: nowhere/file cannot be written: its folder is not there\n'])
    assert.match((await get('-o', 'sub')).stderr, /^coapstone: sub cannot be written: it is a folder\n$/)
    assert.match((await get('-o', '/dev/null')).stderr, /written to \/dev\/null\n$/)
    assert.ok(!existsSync('/dev/null.part'))
  })

  test('content goes to standard output as it comes', async () => {
    const { reached, release } = hold(half)
    const run = start(['get', `${url}/file`, '--as', 'raw'], { cwd: folder })
    await reached
    await run.printed(/[\s\S]{1024}/)
    release()
    const { exitCode, stderr } = await run.ended
    assert.deepEqual([exitCode, stderr], [0, ''])
    assert.equal((await get('-o', '-')).exitCode, 0)
  })

  test('--timeout ends a download, of which what came stays', async () => {
    const { release } = hold(half)
    const { exitCode, stderr } = await get('-o', 'file', '--timeout', '500ms')
    release()
    assert.equal(exitCode, 75)
    assert.match(stderr, /--continue goes on after them\.\ncoapstone: it is not done within --timeout 500ms\n$/)
  })

  test('--json says in which file it is', async () => {
    const { stdout, stderr } = await get('-o', 'file', '--json')
    assert.deepEqual([JSON.parse(stdout).content, stderr], [{ bytes: 20_000, file: 'file' }, ''])
  })

  test('a payload of any length is sent, from an argument, a file, and standard input', async () => {
    const long = 'long '.repeat(20_000)
    writeFileSync(join(folder, 'long'), long)
    for (const [given, input] of [[long], ['@long'], ['-', long]] as const) {
      uploaded = new Uint8Array()
      const { exitCode } = await coapstone(['put', `${url}/up`, given], { cwd: folder, ...(input && { input }) })
      assert.deepEqual([exitCode, Buffer.from(uploaded).toString()], [0, long])
    }
  })

  test('what is longer than a megabyte is read as it is sent', async () => {
    writeFileSync(join(folder, 'huge'), new Uint8Array(2_000_000))
    for (const [given, input] of [['@huge'], ['-', new Uint8Array(2_000_000)]] as const) {
      const { exitCode } = await coapstone(['put', `${url}/up`, given], { cwd: folder, ...(input && { input }) })
      assert.deepEqual([exitCode, uploaded.length], [0, 2_000_000])
    }
  })

  test('--block-size is the most that goes in one message, both ways', async () => {
    const sent = await coapstone(['put', `${url}/stream`, 'x'.repeat(640), '--block-size', '64'])
    assert.deepEqual([sent.exitCode, blocks], [0, 10])
    const { stderr } = await get('-o', 'file', '-v', '--block-size', '512')
    assert.match(stderr, /Block2=\d+\/1\/512/)
    assert.doesNotMatch(stderr, /Block2=\d+\/\d\/1024/)
  })

  describe('on a terminal', () => {
    const env = { COAPSTONE_COLUMNS: '80', TERM: 'xterm', NO_COLOR: '1' }

    test('who waits for a second sees how far it is, and nothing of that in the end', async () => {
      const { reached, release } = hold(half)
      const run = start(['get', `${url}/file`, '-o', 'file', '--block-size', '16'], { cwd: folder, env })
      await reached
      setTimeout(release, 1500) // what is tested is time that passes
      const { stderr } = await run.ended
      const lines = stderr.split('\r\x1b[K')
      assert.match(lines[1] ?? '', /^↓ \d\d% █+[▏▎▍▌▋▊▉]?·+ {2}\d+(\.\d)? kB of 20\.0 kB {2}.*\/s/)
      assert.match(lines.at(-1) ?? '', /^2\.05 Content, .*, written to file\n$/)
    })

    test('an upload of which nobody knows the length has no bar, but what went and how fast', async () => {
      const { reached, release } = hold(0)
      const input = new Uint8Array(2_000_000)
      const run = start(['put', `${url}/stream`, '-', '--block-size', '64', '--timeout', '60s'], { env, input })
      await reached
      setTimeout(release, 1500)
      await run.printed(/↑ {2}\d+(\.\d)? (bytes|kB)/)
      run.signal()
      assert.equal((await run.ended).exitCode, 130)
    })

    test('what is short has no bar', async () => {
      const { stderr } = await coapstone(['get', `${url}/file`, '-o', 'file'], { cwd: folder, env })
      assert.match(stderr, /^2\.05 Content, .*, written to file\n$/)
    })
  })
})
