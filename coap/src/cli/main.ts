// The program `coapstone`: finds the command, runs it, and says how it ended. The launcher bin/coapstone.cjs calls it, as bundle.js
// has bundled it; from the sources it is `node --conditions=@coapstone/source coap/src/cli/main.ts`.

import { parseArguments } from './arguments.ts'
import { type Command, helpFlag } from './command.ts'
import { type CommandError, usageError } from './command-error.ts'
import { commands, findCommand } from './commands.ts'
import { ExitCode } from './exit-code.ts'
import { failureOf } from './failure.ts'
import { commandHelp, exitCodeHelp, overview } from './help.ts'
import { Interruption } from './interruption.ts'
import { suggestion } from './suggestion.ts'
import { Terminal } from './terminal.ts'
import { version } from './version.ts'

/** `argv` is without Node and the program. Resolves to the exit code. */
export async function main(argv: readonly string[]): Promise<ExitCode> {
  const terminal = new Terminal()
  const interruption = new Interruption()
  try {
    return await dispatch(argv, terminal, interruption.signal)
  } catch (error) {
    return report(error, terminal, argv.includes('--json'))
  } finally {
    interruption.stop()
  }
}

async function dispatch(argv: readonly string[], terminal: Terminal, signal: AbortSignal): Promise<ExitCode> {
  const [name, ...rest] = argv
  const command = name === undefined ? undefined : findCommand(name)
  if (command === undefined) return information(argv, terminal)
  const given = parseArguments(command.name, rest, [...command.flags, helpFlag])
  if (given.has('help')) return help(command, terminal)
  return command.run({ command, commands, arguments: given, terminal, signal })
}

/** Everything that is no command. */
function information(argv: readonly string[], terminal: Terminal): ExitCode {
  const [name, topic] = argv
  if (name === undefined) {
    terminal.note(overview(terminal.paintNote).trimEnd())
    return ExitCode.usage
  }
  if (name === '--version' || name === '-V') {
    terminal.print(version())
    return ExitCode.success
  }
  if (!['help', '--help', '-h'].includes(name)) throw unknownCommand(name)
  if (topic === undefined) terminal.print(overview(terminal.paint))
  else if (topic === 'exit-codes') terminal.print(exitCodeHelp(terminal.paint))
  else {
    const command = findCommand(topic)
    if (command === undefined) throw unknownCommand(topic)
    return help(command, terminal)
  }
  return ExitCode.success
}

function help(command: Command, terminal: Terminal): ExitCode {
  terminal.print(commandHelp(command, terminal.paint))
  return ExitCode.success
}

function unknownCommand(name: string): CommandError {
  const uri = /^[a-z+]*:\/\//.test(name)
  const near = uri
    ? 'get'
    : suggestion(
        name,
        commands.map((command) => command.name),
      )
  const meant = near === undefined ? '' : `: did you mean '${near}${uri ? ` ${name}` : ''}'?`
  return usageError(
    uri ? `a command comes before the URI${meant}` : `there is no command '${name}'${meant}`,
    'coapstone --help lists the commands',
  )
}

function report(error: unknown, terminal: Terminal, json: boolean): ExitCode {
  const { exitCode, message, next, code } = failureOf(error)
  if (exitCode === ExitCode.closedOutput) return exitCode
  if (json) {
    terminal.print(JSON.stringify({ error: { message, ...(code && { code }), ...(next && { next }) }, exitCode }))
    return exitCode
  }
  const colon = terminal.paintNote('red', 'coapstone:')
  terminal.note(
    `${colon} ${message}${next === undefined ? '' : `${/[.?!]$/.test(message) ? '' : '.'} Next step: ${next}`}`,
  )
  return exitCode
}

if (import.meta.main) {
  void main(process.argv.slice(2)).then((exitCode) => {
    process.exitCode = exitCode
  })
}
