import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

test('what is done for a request is gone with it, and does not wait for V8 to look through all of its memory', async () => {
  const program = join(import.meta.dirname, 'short-lived.ts')
  const given = ['--conditions=@coapstone/source', '--max-semi-space-size=1', program, '10000']
  const { stdout } = await promisify(execFile)(process.execPath, given, { env: { ...process.env, NODE_OPTIONS: '' } })
  const kept = Array.from(stdout.matchAll(/: (-?\d+) bytes each$/gm), ([, bytes]) => Number(bytes))
  assert.equal(kept.length, 2, stdout)
  const [alone, inBlocks] = kept as [number, number]
  assert.ok(alone < 60, stdout)
  assert.ok(inBlocks < 500, stdout) // what a server keeps for duplicates (RFC 7252 4.5) is in it
})
