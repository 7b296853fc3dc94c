// Ctrl-C and SIGTERM: the first asks the command to end, and it says goodbye to whom it talks to; the second ends the program at once.

import { Interrupted } from './command-error.ts'

export class Interruption {
  readonly #abort = new AbortController()
  readonly #interrupt = (): void => this.#end('SIGINT')
  readonly #terminate = (): void => this.#end('SIGTERM')

  constructor() {
    process.on('SIGINT', this.#interrupt)
    process.on('SIGTERM', this.#terminate)
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  /** The program has ended by itself. */
  stop(): void {
    process.off('SIGINT', this.#interrupt)
    process.off('SIGTERM', this.#terminate)
  }

  #end(signal: 'SIGINT' | 'SIGTERM'): void {
    const reason = new Interrupted(signal)
    if (this.#abort.signal.aborted) process.exit(reason.exitCode)
    this.#abort.abort(reason)
  }
}
