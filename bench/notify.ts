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

interface Figure {
  /** Microseconds of processor time for one notification or echo. */
  readonly each: number
  /** Bytes of heap by which it has grown from before the first change that was measured until after the last. */
  readonly left: number
  readonly retransmissions: number
}

/** A server of ours, or an echo, and those whom it tells. */
class Run {
  readonly #served: ChildProcess
  readonly #observers: ChildProcess
  readonly #lines: AsyncIterator<string>
  readonly #count: number
  readonly #kind: 'serve' | 'echo'

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

  async measure(rounds: number): Promise<Figure> {
    const repeated = Math.max(1, Math.round(100_000 / this.#count)) // few are measured many times over
    for (let told = 0; told < warmup; told += this.#count) await this.#change()
    const before = await this.#usage()
    let { cpu } = before
    const figures: number[] = []
    for (let round = 0; round < rounds; round++) {
      for (let time = 0; time < repeated; time++) await this.#change()
      const now = await this.#usage()
      figures.push((now.cpu - cpu) / (repeated * this.#count))
      cpu = (await this.#usage()).cpu // the collection in between is none of it
    }
    const after = await this.#usage()
    return {
      each: median(figures),
      left: (after.heap - before.heap) / this.#count,
      retransmissions: after.retransmissions - before.retransmissions,
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

  async #usage(): Promise<Extract<Report, { cpu: number }>> {
    this.#served.send('usage' satisfies Order)
    const [usage] = (await once(this.#served, 'message')) as [Extract<Report, { cpu: number }>]
    if (this.#kind === 'serve' && usage.observations !== this.#count)
      throw new Error(`${usage.observations} observations of ${this.#count} are left`)
    return usage
  }

  async #line(what: string): Promise<void> {
    const { value, done } = await this.#lines.next()
    const counted: Readonly<Record<string, number>> = done === true ? {} : JSON.parse(value)
    if (counted[what] !== this.#count)
      throw new Error(`expected ${this.#count} ${what}: ${value ?? 'the observers ended'}`)
  }
}

async function figureOf(kind: 'serve' | 'echo', count: number, rounds: number): Promise<Figure> {
  const run = await Run.begin(kind, count)
  try {
    return await run.measure(rounds)
  } finally {
    await run.end()
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: { count: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
  })
  const count = Number(values.count)
  const rounds = Number(values.rounds)
  const echo = await figureOf('echo', count, rounds)
  const few = await figureOf('serve', Math.max(count / 100, 10), rounds)
  const some = await figureOf('serve', Math.max(count / 10, 10), rounds)
  const many = await figureOf('serve', count, rounds)
  const thousands = (number: number): string => number.toLocaleString('en')
  console.log(`echo of ${thousands(count)} datagrams: ${echo.each.toFixed(2)} µs each`)
  for (const [observers, figure] of [
    [count / 100, few],
    [count / 10, some],
    [count, many],
  ] as const) {
    const { each, left, retransmissions } = figure
    console.log(
      `a change to ${thousands(observers)} observers: ${each.toFixed(2)} µs each, ${left.toFixed(1)} bytes of heap left, ` +
        `${retransmissions} retransmissions`,
    )
  }
  check(many.each / echo.each, most, `times the echo's processor time`)
  check(many.each / few.each, mostGrowth, `times as much each as with a hundredth of the observers`)
  check(many.left, mostLeft, 'bytes of heap left for each observation')
}

function check(figure: number, most: number, what: string): void {
  const reached = figure <= most
  console.log(`${reached ? '           ' : 'NOT REACHED'} ${figure.toFixed(2)}, at most ${most}: ${what}`)
  if (!reached) process.exitCode = 1
}
