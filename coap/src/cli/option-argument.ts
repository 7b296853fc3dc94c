// `--option NAME=VALUE`: any option, by name or number.

import { type Option, optionOf, options as registered } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { usageError } from './command-error.ts'
import { suggestion } from './suggestion.ts'

/** Throws a `CommandError` for what is no option, or none of its values. */
export function optionsOf(texts: readonly string[]): Options {
  const options = new Options()
  for (const text of texts) {
    const equals = text.indexOf('=')
    const name = equals < 0 ? text : text.slice(0, equals)
    const option = optionNamed(name)
    const value = optionValue(option, equals < 0 ? undefined : text.slice(equals + 1))
    try {
      options.add(option, value)
    } catch (error) {
      throw usageError(`--option ${text}: ${(error as Error).message}`)
    }
  }
  return options
}

/** Adds an option of bytes that a flag of its own has the value of. Throws a `CommandError` for what is none of its values. */
export function addOpaque(options: Options, option: Option<Uint8Array>, text: string, flag: string): void {
  try {
    options.add(option, bytesOf(text))
  } catch (error) {
    throw usageError(`${flag} ${text}: ${(error as Error).message}`)
  }
}

function optionNamed(name: string): Option<unknown> {
  if (/^\d+$/.test(name) && Number(name) <= 0xffff) return optionOf(Number(name))
  const found = registered.find((option) => option.name.toLowerCase() === name.toLowerCase())
  if (found !== undefined) return found
  const names = registered.map((option) => option.name)
  const near = suggestion(
    name.toLowerCase(),
    names.map((each) => each.toLowerCase()),
  )
  const meant = names.find((each) => each.toLowerCase() === near)
  throw usageError(
    `there is no option '${name}'${meant === undefined ? '' : `: did you mean '${meant}'?`}`,
    'give its number, as in --option 65001=0x01',
  )
}

function optionValue(option: Option<unknown>, text: string | undefined): unknown {
  switch (option.format.name) {
    case 'empty':
      if (text !== undefined) throw usageError(`the option ${option.name} takes no value`)
      return true
    case 'uint':
      if (text === undefined || !/^\d+$/.test(text)) throw usageError(`the option ${option.name} takes a number`)
      return Number(text)
    case 'string':
      return text ?? ''
    case 'opaque':
      return bytesOf(text ?? '')
  }
}

/** Hexadecimal after `0x`, else UTF-8. */
function bytesOf(text: string): Uint8Array {
  if (!text.startsWith('0x')) return new TextEncoder().encode(text)
  const digits = text.slice(2)
  if (!/^(?:[\da-f]{2})*$/i.test(digits))
    throw usageError(`'${text}' is no sequence of bytes: expected pairs of hexadecimal digits`)
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
