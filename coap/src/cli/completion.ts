// `coapstone completion`: what makes a shell complete command lines of coapstone at TAB.

import type { Command, Invocation } from './command.ts'
import { usageError } from './command-error.ts'
import { completionScripts } from './completion-scripts.ts'
import { ExitCode } from './exit-code.ts'
import { suggestion } from './suggestion.ts'

const shells = Object.keys(completionScripts)

export const completion: Command = {
  name: 'completion',
  summary: 'complete command lines in your shell',
  usage: 'SHELL',
  positionals: [shells],
  description: [
    'Prints what makes bash, zsh or fish complete command lines of coapstone at TAB: commands, flags and their values, files; and the ' +
      'resources of a server, which is asked for its /.well-known/core.',
    'It belongs into the file that your shell reads when it starts, as the examples show.',
  ],
  examples: [
    [`completion bash >> ~/.bashrc`, 'for bash'],
    [`completion zsh >> ~/.zshrc`, 'for zsh, after compinit'],
    ['completion fish > ~/.config/fish/completions/coapstone.fish', 'for fish'],
  ],
  flags: [{ name: 'words', help: 'what those scripts ask: words that the line after -- may go on with' }],
  run,
}

async function run({ arguments: given, commands, terminal }: Invocation): Promise<ExitCode> {
  if (given.has('words')) {
    const { completionsOf } = await import('./completion-words.ts')
    const lines = (await completionsOf(given.positionals, commands)).map(({ word, help }) => `${word}\t${help ?? ''}`)
    if (lines.length > 0) terminal.print(lines.join('\n'))
    return ExitCode.success
  }
  const [shell, tooMany] = given.positionals
  if (shell === undefined) throw usageError(`for which shell? coapstone completion ${shells.join('|')}`)
  if (tooMany !== undefined) throw usageError(`'${tooMany}' is one argument too many: completion takes one shell`)
  const script = Object.hasOwn(completionScripts, shell) ? completionScripts[shell] : undefined
  if (script === undefined) {
    const near = suggestion(shell, shells)
    throw usageError(
      `there is completion for ${shells.join(', ')}, not for '${shell}'${near === undefined ? '' : `: did you mean ${near}?`}`,
    )
  }
  terminal.print(script)
  return ExitCode.success
}
