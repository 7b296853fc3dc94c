// What .ci/steps.sh counts: a CI that cannot fail, or that counts wrongly, proves nothing.

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

const steps = join(import.meta.dirname, '../.ci/steps.sh')

test('steps that pass count one each, and the exit code is 0', () => {
  const { lines, status } = run("step 'one' true; step 'two' echo fine")
  assert.equal(lines.at(-1), '2 passed, 0 failed')
  assert.equal(status, 0)
})

test('a step that fails is counted and shown, and the next one runs', () => {
  const { lines, status } = run("step 'first' sh -c 'echo the reason; exit 3'; step 'second' true")
  assert.ok(lines.some((line) => /^FAILED +first .*exit code 3/.test(line)))
  assert.ok(lines.some((line) => line.endsWith('| the reason')))
  assert.ok(lines.some((line) => /^ok +second /.test(line)))
  assert.equal(lines.at(-1), '1 passed, 1 failed')
  assert.equal(status, 1)
})

test('a step that runs node:test counts its tests, in either form of the closing lines', () => {
  const spec = "printf 'ℹ tests 7\\nℹ pass 5\\nℹ fail 1\\nℹ cancelled 1\\n'; exit 1"
  const tap = "printf '# pass 4\\n# fail 0\\n# cancelled 0\\n# pass 3\\n# fail 0\\n'"
  const { lines } = run(`step 'spec' sh -c "${spec}"; step 'tap' sh -c "${tap}"`)
  assert.equal(lines.at(-1), '12 passed, 2 failed')
})

test('a test run that fails though no test did, and one without any test, are failures', () => {
  const crashed = "printf 'ℹ pass 5\\nℹ fail 0\\nℹ cancelled 0\\n'; exit 1"
  const empty = "printf 'ℹ pass 0\\nℹ fail 0\\nℹ cancelled 0\\n'"
  assert.equal(run(`step 'crashed' sh -c "${crashed}"`).lines.at(-1), '5 passed, 1 failed')
  assert.equal(run(`step 'empty' sh -c "${empty}"`).lines.at(-1), '0 passed, 1 failed')
})

test('a step that hangs is ended and counted as failed', () => {
  const { lines, status } = run("STEP_SECONDS=0.2 step 'hangs' sleep 60")
  assert.equal(lines.at(-1), '0 passed, 1 failed')
  assert.equal(status, 1)
})

function run(script: string): { lines: string[]; status: number | null } {
  const folder = mkdtempSync(join(tmpdir(), 'coapstone-steps-'))
  try {
    const { stdout, status } = spawnSync('bash', ['-c', `source '${steps}'\n${script}\nfinish`], { cwd: folder })
    return { lines: stdout.toString().trimEnd().split('\n'), status }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
