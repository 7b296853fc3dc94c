// The URI of a command. What is wrong with it is shown at its place.

import type { FormatError } from '../errors.ts'
import { CoapUri } from '../uri/coap-uri.ts'
import type { Invocation } from './command.ts'
import { usageError } from './command-error.ts'
import { printable } from './printable.ts'

/** The first positional. Throws a `CommandError` if it is missing or no URI, or if there are more positionals than `most`. */
export function uriArgument({ command, arguments: { positionals } }: Invocation, most = 1): CoapUri {
  const [text] = positionals
  const usage = `coapstone ${command.name} ${command.usage}`
  if (text === undefined)
    throw usageError(`which resource? Usage: ${usage}`, `coapstone ${command.name} --help shows examples`)
  if (positionals.length > most) {
    throw usageError(
      `'${printable(positionals[most] as string)}' is one argument too many. Usage: ${usage}`,
      'put quotes around what has spaces in it',
    )
  }
  return parseUri(text)
}

export function parseUri(text: string): CoapUri {
  try {
    return CoapUri.parse(text)
  } catch (error) {
    const { message, offset } = error as FormatError
    throw usageError(
      `${printable(message)}\n  ${printable(text)}\n  ${' '.repeat(printable(text.slice(0, offset)).length)}^`,
    )
  }
}
