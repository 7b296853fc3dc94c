// How long `coapstone get` of a local server takes from start to exit, beside `node -e 0` in the same run. The program is the one that
// `npm run build` has built, started as it is installed. Usage: node bench/start-up.ts [ROUNDS], 20 by default. Exit code 1 if it takes
// more than twice as long.

import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const most = 2
const rounds = Number(process.argv[2] ?? 20)
const program = join(import.meta.dirname, '../coap/bin/coapstone.cjs')

const folder = mkdtempSync(join(tmpdir(), 'coapstone-start-up-'))
writeFileSync(join(folder, 'hello.txt'), 'hello')
const server = spawn(process.execPath, [program, 'serve', folder, '--listen', 'coap://127.0.0.1:0'])
const [greeting] = await once(server.stdout.setEncoding('utf8'), 'data')
const uri = `${/coap:\/\/\S+/.exec(greeting)?.[0]}/hello.txt`

const baseline: number[] = []
const get: number[] = []
time(['-e', '0']) // the files are in the system's memory after this, and the compile cache is there
time([program, 'get', uri])
for (let round = 0; round < rounds; round++) {
  baseline.push(time(['-e', '0']))
  get.push(time([program, 'get', uri]))
}
server.kill()
await once(server, 'exit')
rmSync(folder, { recursive: true })

const ratio = median(get) / median(baseline)
console.log(`node -e 0:     ${median(baseline).toFixed(1)} ms, the median of ${rounds}`)
console.log(
  `coapstone get: ${median(get).toFixed(1)} ms, ${ratio.toFixed(2)} times as much; at most ${most} is the aim`,
)
process.exitCode = ratio <= most ? 0 : 1

/** In milliseconds, from start to exit. */
function time(args: readonly string[]): number {
  const start = performance.now()
  const { status, stderr } = spawnSync(process.execPath, args)
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}: ${stderr}`)
  return performance.now() - start
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  return (
    ((sorted[Math.floor((sorted.length - 1) / 2)] as number) + (sorted[Math.ceil((sorted.length - 1) / 2)] as number)) /
    2
  )
}
