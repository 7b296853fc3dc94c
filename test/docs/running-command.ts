// A command of a document as a shell runs it, with all that it starts.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'

/** Milliseconds for what a command has to print, or to end. */
const patience = 20_000

export class RunningCommand {
  /** What it has printed, standard output and error in one. */
  output = ''
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown>
  #printed: () => void = () => {}

  /** Runs with the repository's Node and programs; what imports the library gets it from the sources. `coapstone` is as it was last built. */
  constructor(line: string, folder: string, root: string) {
    const env = {
      ...process.env,
      PATH: [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      NODE_OPTIONS: '--conditions=@coapstone/source',
    }
    this.#child = spawn('sh', ['-c', line], { cwd: folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#closed = once(this.#child, 'close')
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.output += text
        this.#printed()
      })
    }
  }

  /** Waits until its output is as it shall be, it has ended, or patience has. */
  async until(enough: () => boolean): Promise<void> {
    const there = new Promise<void>((resolve) => {
      this.#printed = () => {
        if (enough()) resolve()
      }
      this.#printed()
    })
    await this.#within(Promise.race([there, this.#closed]))
    this.#printed = () => {}
  }

  /** Ctrl-C. */
  async interrupt(): Promise<void> {
    this.#signal('SIGINT')
    await this.#within(this.#closed)
  }

  async stop(): Promise<void> {
    this.#signal('SIGKILL')
    await this.#closed
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-(this.#child.pid as number), signal)
    } catch {
      // It has ended.
    }
  }

  async #within(awaited: Promise<unknown>): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const timeout = setTimeout(resolve, patience)
    await Promise.race([awaited, promise])
    clearTimeout(timeout)
  }
}
