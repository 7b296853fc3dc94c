// What a command is: what its help says, the flags that it takes, and what it does.

import type { Arguments, Flag, Values } from './arguments.ts'
import type { ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

export interface Command {
  readonly name: string
  /** A few words, for the list of commands. */
  readonly summary: string
  /** What comes after the name: `URL [PAYLOAD]`. */
  readonly usage: string
  /** Paragraphs of one or a few sentences. */
  readonly description: readonly string[]
  /** Command lines without `coapstone`, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  readonly flags: readonly Flag[]
  /** What comes after the name, for the completion in shells. */
  readonly positionals?: readonly Values[]
  readonly run: (invocation: Invocation) => Promise<ExitCode>
}

export interface Invocation {
  readonly command: Command
  /** All that there are. */
  readonly commands: readonly Command[]
  readonly arguments: Arguments
  readonly terminal: Terminal
  /** Aborted by Ctrl-C and SIGTERM, with an `Interrupted`. */
  readonly signal: AbortSignal
}

/** Every command has it. */
export const helpFlag: Flag = { name: 'help', short: 'h', help: 'this text' }

/** Every command has it that talks to somebody. */
export const jsonFlag: Flag = {
  name: 'json',
  help: 'for machines: a JSON object a line, errors too (docs/cli.md has its fields)',
}
