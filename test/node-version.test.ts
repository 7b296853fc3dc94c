// CI runs the tests on two Nodes; each run must be on the one it is meant for.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const expected = process.env['COAPSTONE_EXPECTED_NODE']

test('the tests run on the Node that they are meant to run on', () => {
  if (expected !== undefined) assert.equal(process.versions.node, expected)
  const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, '../coap/package.json'), 'utf8'))
  assert.match(engines.node, /^>=\d+$/)
  assert.ok(Number.parseInt(process.versions.node, 10) >= Number(engines.node.slice(2)), process.versions.node)
})
