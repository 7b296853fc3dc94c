// The arguments of a command, by a table of its flags: parsed by Node, and refused here in words that say what to do.

import { parseArgs } from 'node:util'
import { usageError } from './command-error.ts'
import { suggestion } from './suggestion.ts'

export interface Flag {
  readonly name: string
  /** One letter. */
  readonly short?: string
  /** What stands for its value in the help; a flag without it is on or off. */
  readonly value?: string
  /** What its values are, for the completion in shells. */
  readonly values?: Values
  /** May be given several times. */
  readonly repeatable?: true
  readonly help: string
}

/** Words to choose from; or what can be looked up. */
export type Values = readonly string[] | 'file' | 'folder' | 'format' | 'option' | 'payload' | 'uri'

export class Arguments {
  /** What is no flag. */
  readonly positionals: readonly string[]
  readonly #values: ReadonlyMap<string, readonly string[]>

  constructor(positionals: readonly string[], values: ReadonlyMap<string, readonly string[]>) {
    this.positionals = positionals
    this.#values = values
  }

  has(name: string): boolean {
    return this.#values.has(name)
  }

  get(name: string): string | undefined {
    return this.all(name)[0]
  }

  all(name: string): readonly string[] {
    return this.#values.get(name) ?? []
  }
}

/** Throws a `CommandError` for flags that are not in the table, lack a value, or have one that they do not take. */
export function parseArguments(command: string, argv: readonly string[], flags: readonly Flag[]): Arguments {
  const { tokens } = parseArgs({
    args: [...argv],
    options: Object.fromEntries(flags.map(({ name, short, value }) => [name, optionOf(short, value)])),
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  const byName = new Map(flags.map((flag) => [flag.name, flag]))
  const values = new Map<string, string[]>()
  const positionals: string[] = []
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value)
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    const flag = byName.get(name)
    if (flag === undefined) throw unknownFlag(command, rawName, byName.keys())
    const shown = `--${name}`
    if (flag.value !== undefined && value === undefined) throw usageError(`${shown} needs a value: ${flag.value}`)
    if (flag.value === undefined && value !== undefined) throw usageError(`${shown} takes no value`)
    const known = values.get(name) ?? []
    if (flag.value !== undefined && known.length > 0 && !flag.repeatable)
      throw usageError(`${shown} stands at most once`)
    values.set(name, [...known, value ?? ''])
  }
  return new Arguments(positionals, values)
}

function optionOf(short: string | undefined, value: string | undefined) {
  return { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) } as const
}

function unknownFlag(command: string, shown: string, known: Iterable<string>): Error {
  const near = shown.startsWith('--') ? suggestion(shown.slice(2), known) : undefined
  return usageError(
    `coapstone ${command} has no flag ${shown}${near === undefined ? '' : `: did you mean --${near}?`}`,
    `coapstone ${command} --help lists its flags; what begins with '-' and is no flag comes after --`,
  )
}
