// The stranger's first minutes: clones the repository as it is committed, `npm ci`, `npm start`, and runs each command that
// the server prints, as printed. Run with the Node of the root; the clone sees only what a stranger's PATH has, and is
// installed by the npm that came with Node 20: npm before 11.19 links no `node` at all where several packages offer one.

import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

interface Ended {
  readonly code: number | null
  readonly output: string
}

const root = join(import.meta.dirname, '..')
const folder = mkdtempSync(join(tmpdir(), 'coapstone-clone-'))
const oldNpm = '10.8.2'
const startTimeout = 30_000
const commandTimeout = 15_000
/** The exit code of what Ctrl-C has ended; a shell may pass on the signal instead. */
const interrupted = 130

try {
  execFileSync('git', ['clone', '--quiet', root, folder], { stdio: 'inherit' })
  execFileSync('npx', ['--yes', `npm@${oldNpm}`, 'ci'], { cwd: folder, stdio: 'inherit' })
  await tryServer()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

async function tryServer(): Promise<void> {
  const server = spawn('npm', ['start'], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'inherit'] })
  let printed = ''
  let ended = false
  server.on('exit', () => {
    ended = true
  })
  server.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  try {
    await until(() => ended || (uris(printed).length > 0 && commands(printed).length >= 3), startTimeout)
    console.log(printed)
    check(!ended, 'npm start goes on running')
    check(uris(printed).length > 0, 'npm start prints its URIs')
    check(commands(printed).length === 3, `npm start prints three commands, not ${commands(printed).length}`)
    for (const command of commands(printed)) {
      const { code, output } = await run(command)
      console.log(`$ ${command}\n${output}(exit code ${code})`)
      check(code === 0 || code === interrupted, `exit code ${code} of: ${command}`)
      check(output.trim() !== '', `no output of: ${command}`)
    }
  } finally {
    stop(server.pid)
  }
}

function uris(printed: string): string[] {
  return printed.split('\n').filter((line) => /^\s*coap:\/\/\S+\s*$/.test(line))
}

function commands(printed: string): string[] {
  return printed.split('\n').flatMap((line) => /^\s*(?:\$ )?(npx coapstone .+?)\s*$/.exec(line)?.slice(1) ?? [])
}

/** Runs a line in a shell. One that does not end by itself, as `observe`, gets Ctrl-C, which must end it. */
function run(command: string): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn('sh', ['-c', command], { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    let output = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text
      })
    const interrupt = setTimeout(() => process.kill(-(child.pid as number), 'SIGINT'), commandTimeout)
    const kill = setTimeout(() => stop(child.pid), 2 * commandTimeout)
    child.on('close', (code, signal) => {
      clearTimeout(interrupt)
      clearTimeout(kill)
      resolve({ code: signal === 'SIGINT' ? interrupted : code, output })
    })
  })
}

async function until(condition: () => boolean, timeout: number): Promise<void> {
  const deadline = Date.now() + timeout
  while (!condition() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 50))
}

function stop(group: number | undefined): void {
  try {
    if (group !== undefined) process.kill(-group, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

function check(condition: boolean, expectation: string): void {
  if (!condition) throw new Error(expectation)
}
