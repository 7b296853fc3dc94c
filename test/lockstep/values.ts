// What a script writes for bytes, numbers and things that the endpoint chooses: 0x1234, 4a, $token.

import { blockFrom, blockValue, describeBlock, sizeExponentOf } from '../../coap/src/message/block.ts'
import { Block1, Block2, type Option, options as registry } from '../../coap/src/message/option.ts'
import { ScriptError, type Words } from './words.ts'

/** A value that the endpoint chooses: bound where it occurs first, compared from then on. */
export class Placeholder {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

/** A number, or bytes as hexadecimal text. */
export type Bindings = Map<string, number | string>

export function isPlaceholder(word: string): boolean {
  return /^\$[A-Za-z]\w*$/.test(word)
}

/** The bound value; where there is none yet, the script is wrong. */
export function bound(placeholder: Placeholder, bindings: Bindings): number | string {
  const value = bindings.get(placeholder.name)
  if (value === undefined)
    throw new ScriptError(`${placeholder.name} is not known yet: the endpoint has to send it first`)
  return value
}

/** Is it the value that the placeholder stands for? A free one stands for it from now on. */
export function bind(placeholder: Placeholder, value: number | string, bindings: Bindings): boolean {
  const known = bindings.get(placeholder.name)
  if (known === undefined) bindings.set(placeholder.name, value)
  return known === undefined || known === value
}

export function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}

export function fromHex(digits: string): Uint8Array {
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits))
    throw new ScriptError(`expected an even number of hexadecimal digits, not '${digits}'`)
  return Uint8Array.from(Buffer.from(digits, 'hex'))
}

export interface OptionPattern {
  readonly number: number
  /** Bytes, or a placeholder for an unsigned integer or for bytes. */
  readonly value: Uint8Array | Placeholder
}

/** `Uri-Path "temperature"`, `Max-Age 15`, `Block2 1/0/64`, `ETag 0x0102`, `If-None-Match`, `Option-65001 0x`, `Observe $n`. */
export function parseOption(words: Words): OptionPattern {
  const name = words.bare('an option')
  const option = optionNamed(name)
  const { number, format } = option
  const next = words.peek()
  const raw = next?.kind === 'bare' && next.value.startsWith('0x')
  if (format.name === 'empty' && !raw) return { number, value: new Uint8Array(0) }
  if (format.name === 'opaque' && next !== undefined && isPlaceholder(next.value))
    return { number, value: new Placeholder(words.bare('a placeholder')) }
  if (raw || format.name === 'opaque')
    return { number, value: rawBytes(words.bare(`the bytes of ${name}, like 0x0102`)) }
  if (format.name === 'string') return { number, value: encoded(option, words.text(`the value of ${name}`)) }
  const word = words.bare(`the value of ${name}`)
  if (isPlaceholder(word)) return { number, value: new Placeholder(word) }
  const block = /^(\d+)\/([01])\/(\d+)$/.exec(word)
  if (block !== null) return { number, value: encoded(option, blockNamed(block)) }
  if (!/^\d+$/.test(word)) throw new ScriptError(`${name} takes a number, not '${word}'`)
  return { number, value: encoded(option, Number(word)) }
}

/** As a script has it; in full, so that what it says is read as the same bytes. */
export function formatOption(number: number, value: Uint8Array): string {
  const option = registry.find((each) => each.number === number)
  if (option === undefined) return `Option-${number} 0x${toHex(value)}`
  const read = option.format.read(value, 0, value.length)
  const canonical = read !== undefined && toHex(encoded(option, read)) === toHex(value)
  if (!canonical || option.format.name === 'opaque') return `${option.name} 0x${toHex(value)}`
  if (option.format.name === 'empty') return option.name
  if ((option === Block1 || option === Block2) && (Number(read) & 7) < 7)
    return `${option.name} ${describeBlock(blockFrom(Number(read)))}`
  return `${option.name} ${JSON.stringify(read)}`
}

/** The bytes of an option, once its placeholder is bound. */
export function optionBytes({ number, value }: OptionPattern, bindings: Bindings): Uint8Array {
  if (!(value instanceof Placeholder)) return value
  const option = optionNumbered(number)
  const chosen = bound(value, bindings)
  return encoded(option, option.format.name === 'opaque' ? fromHex(String(chosen)) : chosen)
}

/** Does an option that was received fit? Binds its placeholder. */
export function matchesOption(pattern: OptionPattern, number: number, value: Uint8Array, bindings: Bindings): boolean {
  if (pattern.number !== number) return false
  if (!(pattern.value instanceof Placeholder)) return toHex(pattern.value) === toHex(value)
  const read = optionNumbered(number).format.read(value, 0, value.length)
  if (read instanceof Uint8Array) return bind(pattern.value, toHex(read), bindings)
  return typeof read === 'number' && bind(pattern.value, read, bindings)
}

export function formatPattern({ number, value }: OptionPattern): string {
  return value instanceof Placeholder ? `${optionNumbered(number).name} ${value.name}` : formatOption(number, value)
}

function optionNamed(name: string): Option<unknown> {
  const [, number] = /^Option-(\d+)$/.exec(name) ?? []
  if (number !== undefined && Number(number) <= 0xffff) {
    return { ...optionNumbered(1), number: Number(number), name }
  }
  const option = registry.find((each) => each.name === name)
  if (option === undefined) throw new ScriptError(`expected an option like Uri-Path or Option-65001, not '${name}'`)
  return option
}

function optionNumbered(number: number): Option<unknown> {
  const option = registry.find((each) => each.number === number)
  if (option === undefined)
    throw new ScriptError(`the option ${number} is not registered: its value is written as bytes`)
  return option
}

/** `1/0/64`, as RFC 7959 writes it: number, more, size. */
function blockNamed([, number, more, size]: RegExpExecArray): number {
  return blockValue(Number(number), more === '1', sizeExponentOf(Number(size)))
}

function rawBytes(word: string): Uint8Array {
  if (!word.startsWith('0x')) throw new ScriptError(`expected bytes like 0x0102, not '${word}'`)
  return fromHex(word.slice(2))
}

function encoded({ format }: Option<unknown>, value: unknown): Uint8Array {
  const bytes = new Uint8Array(format.size(value))
  format.write(value, bytes, 0)
  return bytes
}
