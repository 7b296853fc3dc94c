// The simulation itself: that it repeats, that it finds what is planted, and that it finds nothing where nothing is.
// `npm run simulate -- --seeds 10000` looks further.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { runScript } from '../lockstep/runner.ts'
import { parseScripts } from '../lockstep/script.ts'
import { lockstepScript } from './lockstep-script.ts'
import { pathOf, planted, plantedBugs } from './planted-bugs.ts'
import { runProgram } from './run-program.ts'
import { simulate } from './simulation.ts'
import { drawWorld, type World } from './world.ts'

test('200 seeds are clean', async () => {
  for (let seed = 0; seed < 200; seed++) {
    const { broken } = await simulate(drawWorld(seed))
    assert.deepEqual(broken, undefined, `npm run simulate -- --seeds 1 --from ${seed}`)
  }
})

test('the same seed repeats every packet, another seed does not', async () => {
  const hashes = new Set<number>()
  for (let seed = 0; seed < 20; seed++) {
    const { hash, packets } = await simulate(drawWorld(seed))
    const again = await simulate(drawWorld(seed), true)
    assert.deepEqual([again.hash, again.packets], [hash, packets])
    assert.equal(again.entries.filter(({ kind }) => kind !== 'note').length, packets)
    hashes.add(hash)
  }
  assert.equal(hashes.size, 20)
})

test('a list of the faults that were drawn repeats the world too', async () => {
  for (let seed = 0; seed < 20; seed++) {
    const world = drawWorld(seed)
    const { hash, faults } = await simulate(world)
    assert.equal((await simulate({ ...world, faults })).hash, hash)
  }
})

test('what a client has lived through is a lockstep script that runs', async () => {
  let run = 0
  for (let seed = 0; seed < 200; seed++) {
    const world = drawWorld(seed)
    const client = world.inhabitants.findIndex(({ serves }) => !serves)
    if (client < 0 || !scriptable(world, client)) continue
    const { entries } = await simulate(world, true)
    const nothing = { invariant: 'nothing', detail: '', at: Number.POSITIVE_INFINITY, inhabitant: client }
    const [script] = parseScripts(lockstepScript(world, nothing, entries), `seed ${seed}`)
    assert.ok(script)
    await runScript(script)
    run++
  }
  assert.ok(run >= 10, `${run}`)
})

describe('a planted bug', () => {
  for (const bug of plantedBugs) {
    test(`is found within 1,000 seeds: ${bug.what}`, async () => {
      const { code, output } = await run('--seeds', '1000', '--bug', bug.name)
      assert.equal(code, 1, output)
      assert.match(output, /^seed \d+ breaks: /)
      assert.match(output, /: broken\n$/)
      const [script] = parseScripts(output.slice(output.indexOf('\n==')).replace(/\n\d+ seeds, .*\n$/, ''), bug.name)
      assert.ok((script?.steps.length ?? 0) > 2, output)
    })
  }

  test('is planted where its text stands exactly once, or else that is said', () => {
    for (const bug of plantedBugs) {
      const source = readFileSync(pathOf(bug), 'utf8')
      assert.ok(planted(bug, source).includes(bug.instead))
      for (const changed of [source.replace(bug.text, ''), source + bug.text]) {
        assert.throws(() => planted(bug, changed), /can no longer be planted/)
      }
    }
  })
})

/** Scripts cannot say that a reader leaves, that the network has found nobody, or that two requests are made in one moment. */
function scriptable({ actions, unreachable }: World, client: number): boolean {
  const own = actions.filter((action) => 'client' in action && action.client === client)
  const moments = new Set(own.map(({ at }) => at))
  return !unreachable && moments.size === own.length && !own.some(({ kind }) => kind === 'observe')
}

function run(...options: string[]): Promise<{ code: number; output: string }> {
  return runProgram(join(import.meta.dirname, 'run.ts'), ...options)
}
