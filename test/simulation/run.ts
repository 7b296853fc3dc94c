// Runs worlds by seed, and says which one breaks what: shrunk, and as a lockstep script.
// usage: npm run simulate -- [--seeds 1000] [--from 0] [--bug NAME] [--keep-going] [--durable]
// --bug plants a bug that must be found (planted-bugs.ts has the names); --keep-going counts what is broken instead of stopping.
// --durable runs the worlds of durable-observation.ts. Exit code 1 if anything was broken.

import { parseArgs } from 'node:util'
import { plant, plantedBugs } from './planted-bugs.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    bug: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
    durable: { type: 'boolean', default: false },
  },
})
const seeds = count('seeds', values.seeds)
const from = count('from', values.from)
if (values.bug !== undefined) {
  const bug = plantedBugs.find(({ name }) => name === values.bug)
  if (bug === undefined) throw new Error(`--bug is one of ${plantedBugs.map(({ name }) => name).join(', ')}`)
  plant(bug)
}

// Only now: they load the library, with the bug or without.
const { simulate } = await import('./simulation.ts')
const { drawWorld } = await import('./world.ts')
const { reportOf } = await import('./report.ts')

if (values.durable) process.exit(await durable())

const start = performance.now()
const broken = new Map<string, number[]>()
let packets = 0
let done = 0
for (let seed = from; seed < from + seeds; seed++) {
  const world = drawWorld(seed)
  const outcome = await simulate(world)
  packets += outcome.packets
  done++
  if (outcome.broken === undefined) continue
  const known = broken.get(outcome.broken.invariant)
  if (known === undefined) console.log(await reportOf(world, outcome, values.bug))
  broken.set(outcome.broken.invariant, [...(known ?? []), seed])
  if (!values['keep-going']) break
}
const seconds = (performance.now() - start) / 1000
for (const [invariant, where] of broken) {
  if (values['keep-going']) console.log(`${where.length} seeds: ${invariant} (${where.slice(0, 10).join(', ')} …)`)
}
console.log(
  `${done} seeds, ${packets} packets in ${seconds.toFixed(1)} s (${Math.round(done / seconds)} a second): ${broken.size === 0 ? 'clean' : 'broken'}`,
)
process.exitCode = broken.size === 0 ? 0 : 1

async function durable(): Promise<number> {
  const { simulateDurable } = await import('./durable-observation.ts')
  let worlds = 0
  for (let seed = from; seed < from + seeds; seed++) {
    const { broken } = await simulateDurable(seed)
    if (broken.length === 0) continue
    worlds++
    console.log(`seed ${seed}: ${broken.join('; ')}`)
    if (!values['keep-going']) break
  }
  console.log(`observations that last: ${worlds === 0 ? `${seeds} seeds are clean` : 'broken'}`)
  return worlds === 0 ? 0 : 1
}

function count(name: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} is a number from 0 up, not '${text}'`)
  return value
}
