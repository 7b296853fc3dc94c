// An interactive shell on a pseudo-terminal, to which a test types. `script` of util-linux makes the terminal.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'

/** What the shells print when they wait for a line. */
export const prompt = 'READY>'

export class Shell {
  readonly #process: ChildProcess
  readonly #ended: Promise<void>
  #printed = ''
  #read = 0
  readonly #waiting = new Set<() => void>()

  /** `command` is a command line that starts the shell. */
  constructor(command: string, env: NodeJS.ProcessEnv) {
    this.#process = spawn('script', ['-qfec', command, '/dev/null'], { env, stdio: ['pipe', 'pipe', 'inherit'] })
    this.#process.stdin?.on('error', () => {}) // it may be gone
    this.#process.stdout?.setEncoding('utf8').on('data', (text) => {
      this.#printed += text
      this.#look()
    })
    this.#ended = new Promise((resolve) => {
      this.#process.once('close', () => {
        resolve()
        this.#look()
      })
    })
  }

  type(text: string): void {
    this.#process.stdin?.write(text)
  }

  /** Waits until what is printed from here on matches, and reads on behind it. */
  async shows(pattern: RegExp): Promise<RegExpMatchArray> {
    for (;;) {
      const match = pattern.exec(this.#printed.slice(this.#read))
      if (match !== null) {
        this.#read += match.index + match[0].length
        return match
      }
      if (this.#process.exitCode !== null)
        throw new Error(`it ended before it showed ${pattern}: ${JSON.stringify(this.#printed.slice(this.#read))}`)
      await new Promise<void>((resolve) => this.#waiting.add(resolve))
    }
  }

  async close(): Promise<void> {
    this.#process.kill('SIGKILL') // the shell loses its terminal, and ends by that
    await this.#ended
  }

  #look(): void {
    for (const resolve of this.#waiting) resolve()
    this.#waiting.clear()
  }
}

/** Is this command there? */
export function isInstalled(command: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${command}`]).status === 0
}
