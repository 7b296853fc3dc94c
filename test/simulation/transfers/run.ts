// Runs worlds of transfers by seed.
// usage: npm run simulate:transfers -- [--seeds 1000] [--from 0] [--bug NAME] [--keep-going]
// --bug plants a bug that must be found (planted-transfer-bugs.ts has the names).
// Exit code 1 if anything was broken.

import { parseArgs } from 'node:util'
import { plant } from '../planted-bugs.ts'
import { plantedTransferBugs } from './planted-transfer-bugs.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '1000' },
    from: { type: 'string', default: '0' },
    bug: { type: 'string' },
    'keep-going': { type: 'boolean', default: false },
  },
})
const [seeds, from] = [Number(values.seeds), Number(values.from)]
if (values.bug !== undefined) {
  const bug = plantedTransferBugs.find(({ name }) => name === values.bug)
  if (bug === undefined) throw new Error(`--bug is one of ${plantedTransferBugs.map(({ name }) => name).join(', ')}`)
  plant(bug)
}

// Only now: they load the library, with the bug or without.
const { runTransfers } = await import('./transfers.ts')
const { drawTransferWorld } = await import('./transfer-world.ts')

const start = performance.now()
const results: Record<string, number> = {}
let broken = 0
let done = 0
for (let seed = from; seed < from + seeds; seed++) {
  const world = drawTransferWorld(seed)
  const outcome = await runTransfers(world)
  done++
  for (const [name, times] of Object.entries(outcome.results)) results[name] = (results[name] ?? 0) + times
  if (outcome.broken.length === 0) continue
  broken++
  console.log(`seed ${seed}: ${outcome.broken.join('; ')}\n${JSON.stringify(world)}`)
  if (!values['keep-going']) break
}
for (const [name, times] of Object.entries(results).sort()) console.log(`${String(times).padStart(7)} ${name}`)
const seconds = (performance.now() - start) / 1000
console.log(`${done} seeds in ${seconds.toFixed(1)} s: ${broken === 0 ? 'clean' : `${broken} broken`}`)
process.exitCode = broken === 0 ? 0 : 1
