// Other people's programs as child processes: servers that run until they are stopped, clients that run to their end.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Ended {
  readonly status: number | null
  /** Standard output and error in one, as they came. */
  readonly output: string
}

/** Runs a program to its end, or kills it after `seconds`. Throws where there is no such program. */
export async function run(command: string, args: readonly string[], seconds = 20): Promise<Ended> {
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: seconds * 1000,
    killSignal: 'SIGKILL',
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8')
    stream.on('data', (text: string) => {
      output += text
    })
  }
  await once(child, 'close')
  return { status: child.exitCode, output }
}

/** Starts a server and waits for its first line on standard output, which has to be `{"ready":true,"port":N}`. */
export async function startReady(
  command: string,
  ...args: readonly string[]
): Promise<{ port: number; stop(): Promise<void> }> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const { port }: { port: number } = JSON.parse(line)
    child.stdout.resume()
    return { port, stop: () => stop(child) }
  }
  throw new Error(`${command} ${args.join(' ')} ended before it was ready`)
}

/** Ends a program of ours, gently first. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const killer = setTimeout(() => child.kill('SIGKILL'), 2000)
  await ended
  clearTimeout(killer)
}
