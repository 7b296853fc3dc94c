// Fuzzes for a while: every decoder, and a whole endpoint.
// usage: npm run fuzz -- [--seconds 10] [--seed N] [--target NAME] [--keep]
// --keep adds what was found to vectors/fuzz/, where every test run tries it again.
// Exit code 1 if anything was found.

import { parseArgs } from 'node:util'
import { format, keep } from './corpus.ts'
import { type Finding, Fuzzer } from './fuzzer.ts'
import { targets } from './targets.ts'

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string' },
    target: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
})
const seed = Number(values.seed ?? Date.now() % 0x1_0000_0000)
const chosen = targets.filter(({ name }) => values.target === undefined || values.target === name)
if (chosen.length === 0) throw new Error(`--target is one of ${targets.map(({ name }) => name).join(', ')}`)
const milliseconds = (Number(values.seconds) * 1000) / chosen.length
if (!(milliseconds > 0)) throw new Error(`--seconds is a number above 0, not '${values.seconds}'`)

console.log(`seed ${seed}`)
process.exitCode = 0
for (const target of chosen) {
  const fuzzer = new Fuzzer(target, seed)
  const finding = await fuzzer.run(Number.POSITIVE_INFINITY, performance.now() + milliseconds)
  console.log(
    `${target.name}: ${fuzzer.runs} inputs, which went ${fuzzer.ways} ways: ${finding === undefined ? 'clean' : 'broken'}`,
  )
  if (finding === undefined) continue
  process.exitCode = 1
  tell(finding)
}

function tell({ target, input, error }: Finding): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  console.log(text)
  console.log(`the smallest input found: ${format(input, target)}`)
  console.log(`again: npm run fuzz -- --target ${target.name} --seed ${seed}`)
  if (values.keep) keep(target, input, text)
  else console.log(`to keep it: --keep, or a line of vectors/fuzz/${target.name}.txt`)
}
