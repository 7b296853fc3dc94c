// The benchmarks against peers: each scenario with each contestant in turn, several rounds in one run, medians and ratios.
// usage: node bench/run.ts [--smoke] [--only ID,…] [--rounds 5] [--seconds 3] [--report docs/benchmarks.md]
// Before: test/interop/install-peers.sh and bench/build.sh. --smoke: a few seconds, only to see that everything runs.

import { readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { parseArgs } from 'node:util'
import { type Contestant, contestants } from './contestants.ts'
import { pinned } from './measure.ts'
import { getAt256, type Pace, type Sample, type Scenario, scenarios } from './scenarios.ts'
import { type Measured, median, medianOf, shortfalls, table } from './table.ts'

const { values } = parseArgs({
  options: {
    smoke: { type: 'boolean' },
    only: { type: 'string' },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    report: { type: 'string' },
    json: { type: 'string' },
  },
})

const subject = 'coapstone'
const rounds = values.smoke ? 1 : Number(values.rounds)
const wanted = values.only?.split(',')
const measured: Measured[] = []
const pace: Pace = {
  seconds: values.smoke ? 0.3 : Number(values.seconds),
  warmup: values.smoke ? 0.2 : 2,
  libcoapMaximum: once(libcoapMaximum),
}

const here: Contestant[] = []
const versions: string[] = []
for (const contestant of contestants) {
  const version = await contestant.version()
  versions.push(
    `${contestant.name} ${version ?? 'IS NOT INSTALLED: run test/interop/install-peers.sh and bench/build.sh'}`,
  )
  if (version !== undefined) here.push(contestant)
}
const conditions = [
  `${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ${process.platform}`,
  pinned ? 'what is measured on core 0, what measures it on core 1' : 'NOT PINNED to cores: expect noise',
  `${rounds} rounds of ${pace.seconds} s after ${pace.warmup} s`,
]
console.log([...versions, ...conditions, ''].join('\n'))

for (const scenario of scenarios) {
  if (wanted && !wanted.includes(scenario.id)) continue
  measured.push(await measure(scenario))
  console.log(`${measured.map((each) => table(each, subject)).at(-1)}\n`)
}
// A smoke run is too short for figures that mean anything.
for (const line of values.smoke ? [] : shortfalls(measured, subject)) console.log(`NOT REACHED ${line}`)
if (values.json) writeFileSync(values.json, `${JSON.stringify({ versions, conditions, measured }, undefined, 2)}\n`)
if (values.report) replaceTables(values.report)

/** In turn, and each round begins with another, so that no one always runs in the shadow of the same neighbour. */
async function measure(scenario: Scenario): Promise<Measured> {
  const taking = here.filter((each) => each[scenario.role] !== undefined)
  const samples = new Map<string, Sample[]>(taking.map(({ name }) => [name, []]))
  for (let round = 0; round < rounds; round++) {
    const from = round % Math.max(taking.length, 1)
    for (const contestant of [...taking.slice(from), ...taking.slice(0, from)]) {
      const sample = await scenario.measure(contestant, pace)
      if (sample.value === 0 && contestant.name === subject)
        throw new Error(`${scenario.id}: ${subject} answers nothing`)
      samples.get(contestant.name)?.push(sample)
    }
  }
  return { scenario, series: Array.from(samples, ([contestant, each]) => ({ contestant, samples: each })) }
}

async function libcoapMaximum(): Promise<number> {
  const known = measured
    .find(({ scenario }) => scenario === getAt256)
    ?.series.find(({ contestant }) => contestant === 'libcoap')
  if (known) return medianOf(known)
  const libcoap = here.find(({ name }) => name === 'libcoap')
  if (!libcoap) throw new Error('the rate of this scenario is taken from libcoap, which is not installed')
  const runs: number[] = []
  for (let round = 0; round < 3; round++) runs.push((await getAt256.measure(libcoap, pace)).value)
  return median(runs)
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** The page keeps what is around the marks. */
function replaceTables(page: string): void {
  const [begin, end] = ['<!-- tables: begin -->', '<!-- tables: end -->']
  const text = readFileSync(page, 'utf8')
  const [before, after] = [text.indexOf(begin), text.indexOf(end)]
  if (before < 0 || after < before) throw new Error(`${page} has no lines ${begin} and ${end}`)
  const list = [...versions, ...conditions].map((line) => `- ${line}`).join('\n')
  const tables = [list, ...measured.map((each) => table(each, subject))].join('\n\n')
  writeFileSync(page, `${text.slice(0, before + begin.length)}\n\n${tables}\n\n${text.slice(after)}`)
}
