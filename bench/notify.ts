// One change, told to many observers: the processor time of our server until the last of them has acknowledged, beside that of an echo on
// node:dgram for as many packets, in the same run; by what it grows from a thousand observers to a hundred thousand; and what is left of
// it in memory. Real UDP on loopback; the observers are a program in C (bench/load/coap_observers.c) on another core.
// usage: node --conditions=@coapstone/source bench/notify.ts [--count 100000] [--rounds 5]
// Before: bench/build.sh. Exit code 1 if a figure is not reached.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { stop } from '../test/interop/program.ts'
import { on } from './measure.ts'
import type { Order, Report } from './servers/notify.ts'
import { median } from './table.ts'

/** Observations of each endpoint. */
const each = 10
/** At most so many times the processor time of the echo. */
const most = 1.5
/** One of a hundred thousand notifications costs at most so many times as much as one of a thousand. */
const mostGrowth = 1.5
/** Bytes of heap that may be more after a change than before it, for each observation. */
const mostLeft = 16
/** Notifications, or echoes, before anything is measured: compilers take their time. */
const warmup = 200_000

const built = fileURLToPath(new URL('.build/coap_observers', import.meta.url))
const server = fileURLToPath(new URL('servers/notify.ts', import.meta.url))

type HeapReport = Extract<Report, { heap: number }>

/** A server of ours, or an echo, and those whom it tells. */
class Run {
  readonly #served: ChildProcess
  readonly #observers: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #count: number
  readonly #kind: 'serve' | 'echo'
  readonly #figures: number[] = []
  #before: HeapReport | undefined = undefined

  constructor(kind: 'serve' | 'echo', served: ChildProcess, observers: ChildProcess, count: number) {
    this.#kind = kind
    this.#served = served
    this.#observers = observers
    this.#count = count
    if (observers.stdout === null) throw new Error('the observers say nothing')
    this.#lines = createInterface({ input: observers.stdout })[Symbol.asyncIterator]()
  }

  static async begin(kind: 'serve' | 'echo', count: number): Promise<Run> {
    const [program, ...args] = on(0, [process.execPath, ...process.execArgv, '--expose-gc', server, kind])
    const served = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    const [{ port }] = (await once(served, 'message')) as [{ port: number }]
    const path = kind === 'echo' ? '-' : 'o'
    const [load, ...loadArgs] = on(1, [built, '127.0.0.1', ...[port, path, count / each, each].map(String)])
    const observers = spawn(load, loadArgs, { stdio: ['pipe', 'pipe', 'inherit'] })
    const run = new Run(kind, served, observers, count)
    if (kind === 'serve') await run.#line('registered')
    return run
  }

  /** Compilers take their time: nothing is measured before. */
  async warmUp(): Promise<void> {
    for (let told = 0; told < warmup; told += this.#count) await this.#change()
    this.#before = await this.#heap()
  }

  /** A round more. Few are measured many times over. */
  async measure(): Promise<void> {
    const repeated = Math.max(1, Math.round(100_000 / this.#count))
    const before = await this.#time()
    for (let time = 0; time < repeated; time++) await this.#change()
    this.#figures.push(((await this.#time()) - before) / (repeated * this.#count))
  }

  /** Microseconds of processor time for one notification or echo. */
  get each(): number {
    return median(this.#figures)
  }

  /** Bytes of heap for each observation by which it has grown since it was warm, and how much was sent again. */
  async left(): Promise<{ readonly bytes: number; readonly retransmissions: number }> {
    const after = await this.#heap()
    if (this.#before === undefined) throw new Error('nothing has been measured')
    return {
      bytes: (after.heap - this.#before.heap) / this.#count,
      retransmissions: after.retransmissions - this.#before.retransmissions,
    }
  }

  async end(): Promise<void> {
    await Promise.all([stop(this.#observers), stop(this.#served)])
  }

  async #change(): Promise<void> {
    if (this.#kind === 'echo') this.#observers.stdin?.write('\n')
    else this.#served.send('change' satisfies Order)
    await this.#line(this.#kind === 'echo' ? 'echoed' : 'notified')
  }

  async #time(): Promise<number> {
    this.#served.send('time' satisfies Order)
    const [{ time }] = (await once(this.#served, 'message')) as [{ time: number }]
    return time
  }

  async #heap(): Promise<HeapReport> {
    this.#served.send('heap' satisfies Order)
    const [report] = (await once(this.#served, 'message')) as [HeapReport]
    if (this.#kind === 'serve' && report.observations !== this.#count)
      throw new Error(`${report.observations} observations of ${this.#count} are left`)
    return report
  }

  async #line(what: string): Promise<void> {
    const { value, done } = await this.#lines.next()
    const counted: Readonly<Record<string, number>> = done === true ? {} : JSON.parse(value)
    if (counted[what] !== this.#count)
      throw new Error(`expected ${this.#count} ${what}: ${value ?? 'the observers ended'}`)
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
  })
  const count = Number(values.count)
  const rounds = Number(values.rounds)
  const echo = await Run.begin('echo', count)
  const observed = new Map<number, Run>()
  try {
    for (const observers of [count / 100, count / 10, count])
      observed.set(observers, await Run.begin('serve', observers))
    const runs = [echo, ...observed.values()]
    for (const run of runs) await run.warmUp()
    // In turn, so that each has its share of what else the machine does.
    for (let round = 0; round < rounds; round++) for (const run of runs) await run.measure()
    await report(count, echo, observed)
  } finally {
    await Promise.all([echo, ...observed.values()].map((run) => run.end()))
  }
}

async function report(count: number, echo: Run, observed: ReadonlyMap<number, Run>): Promise<void> {
  console.log(`echo of ${count.toLocaleString('en')} datagrams: ${echo.each.toFixed(2)} µs each`)
  for (const [observers, run] of observed) {
    const { bytes, retransmissions } = await run.left()
    console.log(
      `a change to ${observers.toLocaleString('en')} observers: ${run.each.toFixed(2)} µs each, ` +
        `${bytes.toFixed(1)} bytes of heap left, ${retransmissions} retransmissions`,
    )
    if (observers === count) check(bytes, mostLeft, 'bytes of heap left for each observation')
  }
  const [few = Number.NaN, , many = Number.NaN] = Array.from(observed.values(), (run) => run.each)
  check(many / echo.each, most, "times the echo's processor time")
  check(many / few, mostGrowth, 'times as much each as with a hundredth of the observers')
}

function check(figure: number, most: number, what: string): void {
  const reached = figure <= most
  console.log(`${reached ? '           ' : 'NOT REACHED'} ${figure.toFixed(2)}, at most ${most}: ${what}`)
  if (!reached) process.exitCode = 1
}
