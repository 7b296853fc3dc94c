// What ends a command before it is done, as an error with an exit code and a next step for whoever reads it.

import { ExitCode } from './exit-code.ts'

export class CommandError extends Error {
  readonly exitCode: ExitCode
  /** What to do now: a sentence without its full stop. */
  readonly next: string | undefined

  constructor(exitCode: ExitCode, message: string, next?: string) {
    super(message)
    this.exitCode = exitCode
    this.next = next
  }
}

/** The signal that the user, or the system, ended the program with. */
export class Interrupted extends CommandError {
  constructor(signal: 'SIGINT' | 'SIGTERM') {
    super(signal === 'SIGINT' ? ExitCode.interrupted : ExitCode.terminated, 'interrupted')
  }
}

/** A wrong command, flag or argument. */
export function usageError(message: string, next?: string): CommandError {
  return new CommandError(ExitCode.usage, message, next)
}
