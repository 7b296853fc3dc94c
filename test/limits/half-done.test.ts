import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

test('any number of half-done transfers, both ways, cost no more than the limits, and who goes on is served', async () => {
  const program = join(import.meta.dirname, 'half-done.ts')
  const given = ['--conditions=@coapstone/source', program, '60000'] // CI begins a million
  const { stdout } = await promisify(execFile)(process.execPath, given, { env: { ...process.env, NODE_OPTIONS: '' } })
  assert.match(stdout, /^60000 half-done transfers: -?\d+ bytes more\n$/)
})
