// Transfers in bad networks, between peers that restart, of resources that change. `npm run simulate:transfers -- --seeds 10000` looks further.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { runProgram } from '../run-program.ts'
import { Content } from './content.ts'
import { plantedTransferBugs } from './planted-transfer-bugs.ts'

// In a process of its own: the test runner watches each promise, which takes ten times as long.
test('100 seeds of transfers are clean', async () => {
  const { code, output } = await run('--seeds', '100')
  assert.equal(code, 0, output)
  assert.match(output, /^100 seeds in .*: clean\n$/m)
})

test('content is known by its place: another byte, another place, another version are noticed', () => {
  const content = new Content(1, 3000)
  content.expect(content.slice(0, 1500))
  assert.throws(() => content.expect(content.slice(0, 1000)), /byte 1500/)
  assert.throws(() => new Content(2, 3000).expect(content.slice(0, 1000)), /byte 0/)
  assert.throws(() => new Content(1, 10).expect(content.slice(0, 11)), /byte 10/)
})

describe('a planted bug', () => {
  for (const bug of plantedTransferBugs) {
    test(`is found within 1,000 seeds: ${bug.what}`, async () => {
      const { code, output } = await run('--seeds', '1000', '--bug', bug.name)
      assert.equal(code, 1, output)
      assert.match(output, /^seed \d+: .*\n/)
    })
  }
})

function run(...options: string[]): Promise<{ code: number; output: string }> {
  return runProgram(join(import.meta.dirname, 'run.ts'), ...options)
}
