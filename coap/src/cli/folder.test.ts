// What a served folder shows, and that nothing else can be reached, whatever a request says.

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { joined } from '../bytes/joined.ts'
import type { StreamBody } from '../handler/body.ts'
import { Request } from '../handler/request.ts'
import type { Response } from '../handler/response.ts'
import { Code, formatCode } from '../message/code.ts'
import { ETag, Observe, UriPath, UriQuery } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { Folder } from './folder.ts'

describe('a folder', () => {
  const long = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251)
  let outside: string
  let folder: Folder

  before(async () => {
    outside = mkdtempSync(join(tmpdir(), 'coapstone-folder-'))
    const root = join(outside, 'root')
    writeFileSync(join(outside, 'secret.txt'), 'secret')
    mkdirSync(join(outside, 'root-beside'))
    writeFileSync(join(outside, 'root-beside', 'secret.txt'), 'secret')
    for (const path of ['', 'sub', '.git', 'sub/deep', 'empty']) mkdirSync(join(root, path))
    writeFileSync(join(root, 'notes.txt'), 'hello')
    writeFileSync(join(root, '.env'), 'secret')
    writeFileSync(join(root, '.git/config'), 'secret')
    writeFileSync(join(root, 'sub/a b.json'), '{}')
    writeFileSync(join(root, 'sub/what'), new Uint8Array(3))
    writeFileSync(join(root, 'long.bin'), long)
    symlinkSync('notes.txt', join(root, 'inside.txt'))
    symlinkSync('../secret.txt', join(root, 'out.txt'))
    symlinkSync('..', join(root, 'up'))
    symlinkSync('../root-beside', join(root, 'beside'))
    symlinkSync('.git', join(root, 'git'))
    symlinkSync('nowhere', join(root, 'dangling'))
    folder = await Folder.open(root)
  })
  after(() => {
    folder.close()
    rmSync(outside, { recursive: true })
  })

  /** By its segments, as they would stand in the message: nothing is normalised. */
  function get(path: readonly string[], options = new Options(), code: Code = Code.GET): Promise<Response> {
    for (const segment of path) options.add(UriPath, segment)
    return folder.answer(new Request({ code, options }))
  }

  const text = async (path: readonly string[], query: readonly string[] = []): Promise<string> => {
    const options = new Options()
    for (const argument of query) options.add(UriQuery, argument)
    return (await get(path, options)).body.text()
  }

  test('a file is its content, what the end of its name says, and an ETag', async () => {
    const response = await get(['notes.txt'])
    assert.equal(formatCode(response.code), '2.05')
    assert.equal(await response.body.text(), 'hello')
    assert.equal(response.contentFormat, 0)
    assert.equal(response.options.get(ETag)?.length, 8)
    assert.equal((await get(['sub', 'a b.json'])).contentFormat, 50)
    assert.equal((await get(['sub', 'what'])).contentFormat, 42)
  })

  test('who has this version already gets 2.03 without the content; who has another gets the content', async () => {
    const tag = (await get(['notes.txt'])).options.get(ETag) as Uint8Array
    const same = await get(['notes.txt'], new Options().add(ETag, Uint8Array.of(1)).add(ETag, tag))
    assert.deepEqual([formatCode(same.code), same.payload.length, same.options.get(ETag)], ['2.03', 0, tag])
    assert.equal(formatCode((await get(['notes.txt'], new Options().add(ETag, Uint8Array.of(1)))).code), '2.05')
  })

  test('a folder is the list of what is in it, with and without a slash at its end', async () => {
    const list = '</sub/a%20b.json>;ct=50;sz=2;obs,</sub/deep/>;ct=40;obs,</sub/what>;ct=42;sz=3;obs'
    assert.equal(await text(['sub']), list)
    assert.equal(await text(['sub', '']), list)
    assert.equal((await get(['sub'])).contentFormat, 40)
    assert.equal(await text(['empty']), '')
  })

  test('the list of the root is at / and at /.well-known/core, without what is hidden or leads out', async () => {
    const targets = (await text([])).match(/<[^>]*>/g)
    assert.deepEqual(targets, ['</empty/>', '</inside.txt>', '</long.bin>', '</notes.txt>', '</sub/>'])
    assert.equal(await text(['.well-known', 'core']), await text([]))
  })

  test('a list can be filtered', async () => {
    assert.equal(await text(['.well-known', 'core'], ['href=/no*']), '</notes.txt>;ct=0;sz=5;obs')
  })

  test('nothing outside of the folder is reached, nor what is hidden in it', async () => {
    const paths = [
      ['..', 'secret.txt'],
      ['sub', '..', '..', 'secret.txt'],
      ['sub', '..', 'notes.txt'],
      ['../secret.txt'],
      ['sub/../../secret.txt'],
      ['sub/what'],
      ['..\\secret.txt'],
      [outside, 'secret.txt'],
      ['', 'notes.txt'],
      ['', '', ''],
      ['.', 'notes.txt'],
      ['notes.txt\0'],
      ['out.txt'],
      ['up', 'secret.txt'],
      ['up', 'root', 'notes.txt'],
      ['beside'],
      ['beside', 'secret.txt'],
      ['.env'],
      ['.git', 'config'],
      ['git'],
      ['git', 'config'],
      ['dangling'],
      ['nowhere'],
      ['notes.txt', ''],
      ['notes.txt', 'x'],
      ['x'.repeat(255)],
      Array<string>(200).fill('sub'),
    ]
    for (const path of paths) {
      const response = await get(path)
      assert.equal(formatCode(response.code), '4.04', path.join('/'))
      assert.doesNotMatch(await response.body.text(), /secret/)
    }
  })

  test('a link that stays in the folder is what it leads to', async () => {
    assert.equal(await text(['inside.txt']), 'hello')
  })

  test('a long file is read as it is asked for, from where it is asked for, and known by its size and time', async () => {
    const response = await get(['long.bin'])
    assert.deepEqual([response.body.whole, response.body.size], [undefined, long.length])
    assert.deepEqual(await response.body.bytes(), long)
    const { body } = await get(['long.bin'])
    const rest = joined(await Array.fromAsync((body as StreamBody).from(90_001)))
    assert.deepEqual(rest, long.subarray(90_001))
    const etag = response.options.get(ETag) as Uint8Array
    assert.equal(formatCode((await get(['long.bin'], new Options().add(ETag, etag))).code), '2.03')
  })

  test('a long file that changes while it is read is no mixture: 5.03', async () => {
    const { body } = await get(['long.bin'])
    const chunks = body[Symbol.asyncIterator]()
    await chunks.next()
    utimesSync(join(outside, 'root/long.bin'), 1, 1)
    await assert.rejects(async () => chunks.next(), { message: /5\.03 .*the file has changed meanwhile/ })
  })

  test('nothing can be written', async () => {
    for (const code of [Code.PUT, Code.POST, Code.DELETE, Code.PATCH, Code.iPATCH, Code.FETCH]) {
      assert.equal(formatCode((await get(['notes.txt'], new Options(), code)).code), '4.05')
    }
  })

  test('a file and a folder offer to be observed to those who want that', async () => {
    for (const path of [['notes.txt'], ['sub']]) {
      assert.ok((await get(path, new Options().add(Observe, 0))).observed)
      assert.equal((await get(path)).observed, undefined)
    }
  })
})
