// The help texts, made of the tables of commands, flags and exit codes.

import type { Flag } from './arguments.ts'
import { type Command, helpFlag } from './command.ts'
import { commands } from './commands.ts'
import { ExitCode, exitCodeMeanings } from './exit-code.ts'
import type { Paint } from './terminal.ts'
import { columns, wrap } from './text-layout.ts'

/** `coapstone --help`. */
export function overview(paint: Paint): string {
  const heading = (text: string): string => paint('bold', text)
  return `coapstone talks CoAP (RFC 7252): the web's requests for small devices, over UDP.

${heading('Usage')}
  coapstone COMMAND [flags]

${heading('Commands')}
${columns(commands.map(({ name, summary }) => [name, summary]))}

${heading('To begin')}
${columns([
  ['coapstone serve .', 'serve the files of this folder'],
  ['coapstone get coap://localhost/', 'read the list of them, in another terminal'],
  ['coapstone observe coap://localhost/notes.txt', 'see a file whenever it changes'],
  ['coapstone get --help', 'flags and examples of a command'],
  ['coapstone help exit-codes', 'how the program ends, for scripts'],
  ['coapstone --version', 'which version this is'],
])}
`
}

/** `coapstone get --help`. */
export function commandHelp({ name, usage, description, examples, flags }: Command, paint: Paint): string {
  const heading = (text: string): string => paint('bold', text)
  const lines = examples.map(([line, what]) => `  coapstone ${line}\n${wrap(what, '      ')}`)
  return `${heading('Usage')}
  coapstone ${name} ${usage} [flags]

${description.map((paragraph) => wrap(paragraph)).join('\n\n')}

${heading('Examples')}
${lines.join('\n')}

${heading('Flags')}
${columns([...flags, helpFlag].map((flag) => [flagUsage(flag), flag.help]))}
`
}

/** `coapstone help exit-codes`. */
export function exitCodeHelp(paint: Paint): string {
  const names = Object.keys(ExitCode) as (keyof typeof ExitCode)[]
  return `${paint('bold', 'Exit codes')}
${columns(names.map((name) => [String(ExitCode[name]).padStart(3), exitCodeMeanings[name]]))}
`
}

function flagUsage({ name, short, value }: Flag): string {
  return `${short === undefined ? '    ' : `-${short}, `}--${name}${value === undefined ? '' : ` ${value}`}`
}
