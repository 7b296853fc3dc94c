// serve: what it prints, what it serves, and how it ends. (Ways out of the folder: coap/src/cli/folder.test.ts.)

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, test } from 'node:test'
import { Client } from 'coapstone'
import { type Run, start } from './program.ts'

describe('coapstone serve', () => {
  let folder: string
  let run: Run
  let url: string
  const client = new Client()

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'coapstone-served-'))
    writeFileSync(join(folder, 'notes.txt'), 'first')
  })
  after(async () => {
    await client.close()
    rmSync(folder, { recursive: true })
  })
  beforeEach(async () => {
    run = start(['serve', folder, '--listen', 'coap://127.0.0.1:0'])
    url = (await run.printed(/coap:\/\/127\.0\.0\.1:\d+/))[0]
  })
  afterEach(async () => {
    run.signal()
    await run.ended
  })

  test('serve says where it can be asked, prints a line a request, and stops by Ctrl-C', async () => {
    assert.equal(await (await client.get(`${url}/notes.txt`)).body.text(), 'first')
    await run.printed(/127\.0\.0\.1:\d+: GET \/notes\.txt → 2\.05 Content, 5 bytes, \d+\.\d ms\n/)
    run.signal()
    const { exitCode, stdout, stderr } = await run.ended
    assert.deepEqual([exitCode, stderr], [130, 'Stopped.\n'])
    assert.match(stdout, new RegExp(`^Serving ${folder} at\n  ${url}\n`))
    assert.match(stdout, /Only this machine can ask; --listen 'coap:\/\/\[::\]' lets others\. Ctrl-C stops it\.\n/)
  })

  test('a file can be observed: a change is told, and that it is gone', async () => {
    const file = join(folder, 'changing.txt')
    writeFileSync(file, 'one')
    const seen: string[] = []
    for await (const response of client.observe(`${url}/changing.txt`)) {
      seen.push(response.ok ? await response.body.text() : String(response.code))
      if (seen.length === 1) writeFileSync(file, 'two, and longer')
      else if (seen.length === 2) rmSync(file)
    }
    assert.deepEqual(seen, ['one', 'two, and longer', '132'])
  })

  test('a folder can be observed: a new file is told', async () => {
    const lists: string[] = []
    for await (const response of client.observe(`${url}/`)) {
      lists.push(await response.body.text())
      if (lists.length === 1) writeFileSync(join(folder, 'new.json'), '[]')
      if (lists.at(-1)?.includes('new.json')) break
    }
    assert.equal(lists[0], '</notes.txt>;ct=0;sz=5;obs')
    assert.match(lists.at(-1) as string, /^<\/new\.json>;ct=50;sz=\d;obs,<\/notes\.txt>;ct=0;sz=5;obs$/)
    rmSync(join(folder, 'new.json'))
  })
})
