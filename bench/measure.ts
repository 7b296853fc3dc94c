// One measurement: what is measured runs on one core, what measures it on another, both are started anew.

import { type ChildProcess, spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { freePort } from '../test/interop/free-port.ts'
import { run, stop } from '../test/interop/program.ts'
import type { Command, Contestant } from './contestants.ts'

export interface Load {
  readonly seconds: number
  readonly warmup: number
  readonly endpoints: number
  /** Requests a second, or 0 for as many as the server answers. */
  readonly rate: number
}

/** What the load generator prints, and what the server's socket had no room for. */
export interface ServerSample {
  readonly requests_per_s: number
  readonly lost: number
  readonly strange: number
  readonly p50_us: number
  readonly p99_us: number
  readonly dropped: number
}

/** The cores. */
export const measured = 0
export const measuring = 1
const built = (name: string): string => fileURLToPath(new URL(`.build/${name}`, import.meta.url))

export async function measureServer(contestant: Contestant, load: Load): Promise<ServerSample> {
  const port = await freePort()
  const server = start(measured, contestant.server?.(port) ?? fault(contestant))
  try {
    await answering(server, port)
    const { seconds, endpoints, rate, warmup } = load
    const numbers = [seconds, endpoints, rate, warmup].map(String)
    const command = on(measuring, [
      built('coap_udp_load'),
      '127.0.0.1',
      String(port),
      contestant.path ?? '/',
      ...numbers,
    ])
    const [program, ...args] = command
    const { status, output } = await run(program, args, seconds + warmup + 20)
    const sample: Omit<ServerSample, 'dropped'> = JSON.parse(output)
    if (status !== 0) throw new Error(`${contestant.name}: ${output}`)
    return { ...sample, dropped: droppedBySocket(port) }
  } finally {
    await stop(server)
  }
}

/** Requests a second from one process to `servers` servers, one outstanding to each. */
export async function measureClient(
  contestant: Contestant,
  servers: number,
  seconds: number,
  warmup: number,
): Promise<number> {
  const responder = start(measuring, [built('coap_udp_servers')])
  try {
    const { port } = await firstLine(responder)
    const command = contestant.client?.() ?? fault(contestant)
    const [program, ...args] = on(measured, [...command, ...[port, servers, seconds, warmup].map(String)])
    const { status, output } = await run(program, args, seconds + warmup + 20)
    if (status !== 0) throw new Error(`${contestant.name}: ${output}`)
    const result: { requests_per_s: number } = JSON.parse(output)
    return result.requests_per_s
  } finally {
    await stop(responder)
  }
}

/** Whether what is measured and what measures it have a core each. */
export const pinned: boolean = process.platform === 'linux' && availableParallelism() > 1

/** The command, on a core of its own where there is one. */
export function on(core: number, command: Command): Command {
  return pinned ? ['taskset', '-c', String(core), ...command] : command
}

export function start(core: number, command: Command): ChildProcess {
  const [program, ...args] = on(core, command)
  return spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

export function fault({ name }: Contestant): never {
  throw new Error(`${name} does not take part in this scenario`)
}

async function firstLine(child: ChildProcess): Promise<{ port: number }> {
  if (child.stdout) {
    for await (const line of createInterface({ input: child.stdout })) return JSON.parse(line)
  }
  throw new Error(`${child.spawnfile} ended before it was ready`)
}

/** Asks with a ping (RFC 7252, 4.3) until the server answers. */
export async function answering(server: ChildProcess, port: number): Promise<void> {
  server.stdout?.resume()
  const socket = createSocket('udp4')
  socket.on('error', () => {}) // nobody there yet
  const answer = once(socket, 'message')
  try {
    for (let id = 0; id < 200; id++) {
      if (server.exitCode !== null) throw new Error(`${server.spawnargs.join(' ')} ended with ${server.exitCode}`)
      socket.send(Uint8Array.of(0x40, 0, 0, id), port, '127.0.0.1')
      if (await Promise.race([answer, delay(50, false)])) return
    }
    throw new Error(`${server.spawnargs.join(' ')} answers no ping`)
  } finally {
    socket.close()
  }
}

/** Linux counts for each socket what it had to drop. */
function droppedBySocket(port: number): number {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  const lines = ['/proc/net/udp', '/proc/net/udp6'].flatMap((file) => readFileSync(file, 'utf8').split('\n'))
  const columns = lines.map((line) => line.trim().split(/\s+/)).filter(([, local]) => local?.endsWith(`:${hex}`))
  return columns.reduce((sum, each) => sum + Number(each.at(-1)), 0)
}
