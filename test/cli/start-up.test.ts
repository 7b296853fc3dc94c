// What `coapstone get` loads of Node: the figure of docs/decisions/cli-arguments.md rests on it, and unlike a time it can be tested.

import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { Response, type Server, serve } from 'coapstone'
import { coapstone } from './program.ts'

describe('the start of the program', () => {
  const list = join(tmpdir(), `coapstone-modules-${process.pid}`)
  const spy = `${list}.cjs`
  let server: Server

  before(async () => {
    server = await serve(() => Response.json({ on: true }), { listen: ['coap://127.0.0.1:0'] })
  })
  after(async () => {
    await server.close()
    for (const file of [list, spy]) rmSync(file, { force: true })
  })

  /** Node's modules that are loaded at the end of a run. */
  async function loaded(args: readonly string[]): Promise<string[]> {
    writeFileSync(
      spy,
      `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(list)}, process.moduleLoadList.join()))`,
    )
    assert.equal((await coapstone(args, { env: { NODE_OPTIONS: `--require=${spy}` } })).exitCode, 0)
    return readFileSync(list, 'utf8').split(',')
  }

  test('get loads nothing of Node that costs more than it takes to load it', async () => {
    const modules = await loaded(['get', server.uris[0]?.toString() ?? ''])
    assert.ok(modules.includes('NativeModule dgram'))
    for (const costly of [
      'crypto',
      'net',
      'tty',
      'stream',
      'dns',
      'dns/promises',
      'perf_hooks',
      'fs/promises',
      'child_process',
    ]) {
      assert.ok(!modules.includes(`NativeModule ${costly}`), costly)
    }
  })
})
