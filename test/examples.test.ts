// Each example runs to its end and ends well: what it shows, it asserts. (The example server runs for ever; CI starts it in a fresh clone.)

import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'

const run = promisify(execFile)
const folder = join(import.meta.dirname, '../examples')

for (const name of readdirSync(folder).filter((file) => file.endsWith('.ts') && file !== 'server.ts')) {
  test(`examples/${name} ends well, and says what it has done`, async () => {
    const { stdout, stderr } = await run(process.execPath, ['--conditions=@coapstone/source', join(folder, name)], {
      timeout: 30_000,
    })
    assert.notEqual(stdout, '')
    assert.equal(stderr, '')
  })
}

test('one observation goes on from another address, under the same identity, and both are printed', async () => {
  const { stdout } = await run(process.execPath, ['--conditions=@coapstone/source', join(folder, 'one-observation.ts')])
  assert.match(
    stdout,
    /valve-7 at 198\.51\.100\.1[\s\S]*has forgotten[\s\S]*valve-7 at 203\.0\.113\.9[\s\S]*hears 23 °C/,
  )
})
