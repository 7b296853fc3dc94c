// What stays of a download that is broken off, and what it goes on with.

import assert from 'node:assert/strict'
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, beforeEach, describe, test } from 'node:test'
import { OutputFile } from './output-file.ts'

const uri = 'coap://h/file'
const etag = Uint8Array.of(0, 255)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

describe('an output file', () => {
  let folder: string
  let path: string
  const folders: string[] = []
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'coapstone-output-'))
    folders.push(folder)
    path = join(folder, 'file')
  })
  after(() => {
    for (const each of folders) rmSync(each, { recursive: true })
  })

  function half(version: Uint8Array | undefined): OutputFile {
    const file = new OutputFile(path, uri)
    file.begin(0, version)
    file.write(bytes('half'))
    return file
  }

  test('without an ETag nobody could tell whether the rest belongs to it, so nothing stays', () => {
    assert.equal(half(undefined).breakOff(), false)
    assert.deepEqual(readdirSync(folder), [])
  })

  test('with one it stays, and is gone on with for the same resource only', () => {
    assert.equal(half(etag).breakOff(), true)
    assert.deepEqual(new OutputFile(path, uri).range, { start: 4, etag })
    assert.equal(new OutputFile(path, `${uri}?b`).range, undefined)
    const file = new OutputFile(path, uri)
    file.begin(4, etag)
    file.write(bytes('whole'))
    file.finish()
    assert.deepEqual([readdirSync(folder), readFileSync(path, 'utf8')], [['file'], 'halfwhole'])
  })

  test('a note that is none, or names no version, is not believed', () => {
    half(etag).breakOff()
    for (const note of ['', '[]', 'null', '{"uri":"coap://h/file"}', '{"uri":"coap://h/file","etag":"xx"}']) {
      writeFileSync(`${path}.part.json`, note)
      assert.equal(new OutputFile(path, uri).range, undefined, note)
    }
  })

  test('nothing came before it was broken off: nothing stays', () => {
    const file = new OutputFile(path, uri)
    assert.equal(file.breakOff(), false)
    file.begin(0, etag)
    assert.equal(file.breakOff(), false)
    assert.deepEqual(readdirSync(folder), [])
  })

  test('a new one begins at its beginning, whatever was broken off before', () => {
    half(etag).breakOff()
    const file = new OutputFile(path, uri)
    file.begin(0, etag)
    file.write(bytes('b'))
    file.finish()
    assert.equal(readFileSync(path, 'utf8'), 'b')
  })

  test('a file that is there keeps its permissions, and a link leads to the new content', () => {
    writeFileSync(path, 'before')
    chmodSync(path, 0o600)
    const link = join(folder, 'link')
    symlinkSync('file', link)
    const file = new OutputFile(link, uri)
    file.begin(0, etag)
    file.write(bytes('after'))
    file.finish()
    assert.deepEqual([readFileSync(path, 'utf8'), statSync(path).mode & 0o777], ['after', 0o600])
    assert.deepEqual(readdirSync(folder), ['file', 'link'])
  })
})
