// The real program as a child process: bundled as `npm run build` bundles it, in a folder laid out as the installed package is, with
// the launcher in front. What it talks to is in this process.

import { type ChildProcess, execFileSync, type SpawnOptions, spawn } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Outcome {
  readonly exitCode: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions extends Pick<SpawnOptions, 'cwd' | 'env' | 'uid'> {
  /** What standard input gives; by default it is empty. `open`: nothing comes, and no end. */
  readonly input?: string | Uint8Array | { readonly open: true }
}

/** Runs the program to its end. */
export async function coapstone(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  return new Run(args, options).ended
}

/** Starts the program; it goes on until it ends by itself or is interrupted. */
export function start(args: readonly string[], options: RunOptions = {}): Run {
  return new Run(args, options)
}

export class Run {
  readonly ended: Promise<Outcome>
  readonly #process: ChildProcess
  #stdout = ''
  #stderr = ''
  readonly #waiting = new Set<() => void>()

  constructor(args: readonly string[], { input = '', ...options }: RunOptions) {
    const node = ['--conditions=@coapstone/source', launcher(), ...args]
    this.#process = spawn(process.execPath, node, { ...options, env: { ...process.env, NO_COLOR: '', ...options.env } })
    const { stdin, stdout, stderr } = this.#process
    stdin?.on('error', () => {}) // it need not read all of it
    if (typeof input === 'string' || input instanceof Uint8Array) stdin?.end(input)
    stdout?.setEncoding('utf8').on('data', (text) => {
      this.#stdout += text
      this.#look()
    })
    stderr?.setEncoding('utf8').on('data', (text) => {
      this.#stderr += text
      this.#look()
    })
    this.ended = new Promise((resolve, reject) => {
      this.#process.once('error', reject)
      this.#process.once('close', (exitCode) => {
        resolve({ exitCode, stdout: this.#stdout, stderr: this.#stderr })
        this.#look()
      })
    })
  }

  /** Waits until what was printed matches; an error if the program ends before that. */
  async printed(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr)
      if (match !== null) return match
      if (this.#process.exitCode !== null)
        throw new Error(`it ended before it printed ${pattern}: ${this.#stdout}${this.#stderr}`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  /** Ctrl-C, by default. */
  signal(name: NodeJS.Signals = 'SIGINT'): void {
    this.#process.kill(name)
  }

  /** As `head` does. */
  closeOutput(): void {
    this.#process.stdout?.destroy()
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

/** `serve` comes from the sources. */
let installed: string | undefined

/** What Node is to run, with `--conditions=@coapstone/source`: the package's folder is made once for a run of tests. */
export function launcher(): string {
  if (installed === undefined) {
    installed = mkdtempSync(join(tmpdir(), 'coapstone-'))
    chmodSync(installed, 0o755) // a test runs it as somebody else
    process.once('exit', () => rmSync(installed as string, { recursive: true, force: true }))
    const coap = join(import.meta.dirname, '../../coap')
    for (const part of ['bin', 'package.json']) cpSync(join(coap, part), join(installed, part), { recursive: true })
    symlinkSync(join(coap, 'src'), join(installed, 'src'), 'junction')
    execFileSync(process.execPath, [join(coap, 'bundle.js'), join(installed, 'dist/cli')])
  }
  return join(installed, 'bin/coapstone.cjs')
}
