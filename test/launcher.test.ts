// The program's launcher on a Node that is too old to run what it launches.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const launcher = join(import.meta.dirname, '../coap/bin/coapstone.cjs')

test('on an old Node the program says in one line what it needs and what to do, with exit code 78', () => {
  const pretend = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })"
  const { status, stdout, stderr } = spawnSync(process.execPath, [`--import=data:text/javascript,${pretend}`, launcher])
  assert.equal(status, 78)
  assert.equal(stdout.toString(), '')
  assert.match(
    stderr.toString(),
    /^coapstone needs Node 24 or newer, and this is Node 20\.20\.2\. Next step: [^\n]+\n$/,
  )
})
