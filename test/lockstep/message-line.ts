// One message as a line of text: `CON GET 0x1234 token 4a Uri-Path "temperature"`, `ACK 0x1234`, `ACK 2.05 $id "22.3 C"`.
// Read into a pattern that can be encoded, and that a datagram matches or not; and written from a datagram.

import { Code, formatCode, type Method, methods } from '../../coap/src/message/code.ts'
import {
  type Datagram,
  decodeDatagram,
  encodeDatagram,
  encodeEmpty,
  type Type,
} from '../../coap/src/message/datagram.ts'
import { Message } from '../../coap/src/message/message.ts'
import { type Option, optionOf } from '../../coap/src/message/option.ts'
import { opaque } from '../../coap/src/message/option-format.ts'
import { Options } from '../../coap/src/message/options.ts'
import {
  type Bindings,
  bind,
  bound,
  formatOption,
  formatPattern,
  fromHex,
  isPlaceholder,
  matchesOption,
  type OptionPattern,
  optionBytes,
  Placeholder,
  parseOption,
  toHex,
} from './values.ts'
import { ScriptError, type Words } from './words.ts'

/** What requests and responses have in common, whatever carries them. */
export interface ContentPattern {
  readonly code: Code
  readonly options: readonly OptionPattern[]
  /** 'any': there is one, and what it says does not matter (diagnostic payloads). */
  readonly payload: Uint8Array | 'any'
}

export interface MessagePattern extends ContentPattern {
  readonly type: Type
  readonly id: number | Placeholder
  readonly token: Uint8Array | Placeholder
}

/** Any bytes: `bytes 40 01 $id ff`. */
export class BytesPattern {
  readonly parts: readonly (Uint8Array | Placeholder)[]

  constructor(parts: readonly (Uint8Array | Placeholder)[]) {
    this.parts = parts
  }

  encode(bindings: Bindings): Uint8Array {
    const hex = this.parts.map((part) => (part instanceof Placeholder ? boundHex(part, bindings) : toHex(part)))
    return fromHex(hex.join(''))
  }
}

export type DatagramPattern = MessagePattern | BytesPattern

export function parseDatagram(words: Words): DatagramPattern {
  if (words.skip('bytes')) {
    const parts: (Uint8Array | Placeholder)[] = []
    while (!words.isEmpty) {
      const word = words.bare('hexadecimal digits')
      parts.push(isPlaceholder(word) ? new Placeholder(word) : fromHex(word))
    }
    return new BytesPattern(parts)
  }
  const type = types.get(words.bare('CON, NON, ACK, RST or bytes'))
  if (type === undefined) throw new ScriptError('a message is CON, NON, ACK or RST')
  const next = words.peek()
  const empty = next !== undefined && (next.value.startsWith('0x') || next.value.startsWith('$'))
  const code = empty ? Code.Empty : parseCode(words)
  const id = parseId(words.bare('a Message ID like 0x1234 or $id'))
  const token = words.skip('token') ? parseToken(words) : new Uint8Array(0)
  return { type, id, token, ...parseContent(code, words) }
}

/** A code, its options and a payload: `2.05 Max-Age 15 "on"`. */
export function parseContent(code: Code, words: Words): ContentPattern {
  const options: OptionPattern[] = []
  while (!words.isEmpty && words.peek()?.kind === 'bare' && !words.has('payload')) options.push(parseOption(words))
  const payload = words.isEmpty ? new Uint8Array(0) : parsePayload(words)
  words.expectEnd()
  return { code, options, payload }
}

/** `GET`, `2.05`, `0.31`. */
export function parseCode(words: Words): Code {
  const word = words.bare('a code like GET or 2.05')
  if (methods.includes(word as Method)) return Code[word as Method]
  const [, kind, detail] = /^([0-7])\.([0-3]\d)$/.exec(word) ?? []
  if (kind === undefined || Number(detail) > 31)
    throw new ScriptError(`expected a code like GET or 2.05, not '${word}'`)
  return Number(kind) * 32 + Number(detail)
}

export function parseToken(words: Words): Uint8Array | Placeholder {
  const word = words.bare('a token like 4a, or $token')
  return isPlaceholder(word) ? new Placeholder(word) : fromHex(word)
}

/** The datagram that a pattern stands for. */
export function encodePattern(pattern: DatagramPattern, bindings: Bindings): Uint8Array {
  if (pattern instanceof BytesPattern) return pattern.encode(bindings)
  const { type, code, options, payload } = pattern
  const id = pattern.id instanceof Placeholder ? Number(bound(pattern.id, bindings)) : pattern.id
  const token = pattern.token instanceof Placeholder ? fromHex(String(bound(pattern.token, bindings))) : pattern.token
  if (payload === 'any') throw new ScriptError('what is sent has a payload of its own, not any')
  const into = new Uint8Array(0x10000)
  const message = new Message({ code, options: optionsOf(options, bindings), payload })
  const bare = code === Code.Empty && token.length === 0 && options.length === 0 && payload.length === 0
  return into.slice(0, bare ? encodeEmpty(type, id, into, 0) : encodeDatagram(type, id, token, message, into, 0))
}

export function optionsOf(patterns: readonly OptionPattern[], bindings: Bindings): Options {
  const options = new Options()
  for (const pattern of patterns) options.add(anyBytes(pattern.number), optionBytes(pattern, bindings))
  return options
}

/** Does a datagram fit? Then, and only then, its placeholders are bound. */
export function matches(pattern: DatagramPattern, packet: Uint8Array, bindings: Bindings): boolean {
  if (pattern instanceof BytesPattern) return toHex(pattern.encode(bindings)) === toHex(packet)
  const message = decodeDatagram(packet)
  if (message === undefined || message.type !== pattern.type) return false
  const tentative: Bindings = new Map(bindings)
  const fits =
    (pattern.id instanceof Placeholder ? bind(pattern.id, message.id, tentative) : pattern.id === message.id) &&
    (pattern.token instanceof Placeholder
      ? bind(pattern.token, toHex(message.token), tentative)
      : toHex(pattern.token) === toHex(message.token)) &&
    matchesContent(pattern, message, tentative)
  if (fits) for (const [name, value] of tentative) bindings.set(name, value)
  return fits
}

export function matchesContent(pattern: ContentPattern, message: Message, bindings: Bindings): boolean {
  const options = [...message.options]
  return (
    pattern.code === message.code &&
    pattern.options.length === options.length &&
    pattern.options.every((option, at) => {
      const other = options[at]
      return other !== undefined && matchesOption(option, other.number, other.value, bindings)
    }) &&
    (pattern.payload === 'any' ? message.payload.length > 0 : toHex(pattern.payload) === toHex(message.payload))
  )
}

/** A datagram as a script has it: a message, or bytes where it is none. `parseDatagram` reads it as the same bytes. */
export function formatDatagram(packet: Uint8Array): string {
  const message = decodeDatagram(packet)
  if (message === undefined) return `bytes ${spaced(packet)}`
  return `${formatHead(message)}${formatContent(message)}`
}

/** Options and payload of a message, each with a space before it. */
export function formatContent({ options, payload }: Message): string {
  const words = [...options].map(({ number, value }) => formatOption(number, value))
  if (payload.length > 0) words.push(formatPayload(payload))
  return words.map((word) => ` ${word}`).join('')
}

/** A pattern as a script has it. */
export function formatDatagramPattern(pattern: DatagramPattern): string {
  if (pattern instanceof BytesPattern)
    return `bytes ${pattern.parts.map((part) => (part instanceof Placeholder ? part.name : spaced(part))).join(' ')}`
  const { type, code, id, token } = pattern
  const words = [typeNames[type] as string]
  if (code !== Code.Empty) words.push(formatShortCode(code))
  words.push(id instanceof Placeholder ? id.name : formatId(id))
  if (token instanceof Placeholder) words.push('token', token.name)
  else if (token.length > 0) words.push('token', toHex(token))
  return words.join(' ') + formatContentPattern(pattern)
}

export function formatContentPattern({ options, payload }: ContentPattern): string {
  const words = options.map(formatPattern)
  if (payload === 'any') words.push('payload any')
  else if (payload.length > 0) words.push(formatPayload(payload))
  return words.map((word) => ` ${word}`).join('')
}

export function formatShortCode(code: Code): string {
  return methods.find((method) => Code[method] === code) ?? formatCode(code)
}

const typeNames = ['CON', 'NON', 'ACK', 'RST'] as const
const types: ReadonlyMap<string, Type> = new Map(typeNames.map((name, type) => [name, type as Type]))

/** A Message ID as two bytes, a token as it is. */
function boundHex(placeholder: Placeholder, bindings: Bindings): string {
  const value = bound(placeholder, bindings)
  return typeof value === 'number' ? value.toString(16).padStart(4, '0') : value
}

function spaced(bytes: Uint8Array): string {
  return toHex(bytes).replace(/..(?!$)/g, '$& ')
}

function parseId(word: string): number | Placeholder {
  if (isPlaceholder(word)) return new Placeholder(word)
  if (!/^0x[0-9a-fA-F]{4}$/.test(word)) throw new ScriptError(`expected a Message ID like 0x1234 or $id, not '${word}'`)
  return Number.parseInt(word.slice(2), 16)
}

/** What `payload 1024 bytes` consists of: the letter a. */
const filler = 0x61

function parsePayload(words: Words): Uint8Array | 'any' {
  if (!words.skip('payload')) return new TextEncoder().encode(words.text('a payload'))
  const word = words.bare('the bytes of the payload like 0x0102, or any')
  if (word === 'any') return word
  if (/^\d+$/.test(word) && words.skip('bytes')) return new Uint8Array(Number(word)).fill(filler)
  if (!word.startsWith('0x')) throw new ScriptError(`expected a payload like 0x0102, not '${word}'`)
  return fromHex(word.slice(2))
}

function formatHead({ type, code, id, token }: Datagram): string {
  const words = [typeNames[type] as string]
  if (code !== Code.Empty) words.push(formatShortCode(code))
  words.push(formatId(id))
  if (token.length > 0) words.push('token', toHex(token))
  return words.join(' ')
}

function formatId(id: number): string {
  return `0x${id.toString(16).padStart(4, '0')}`
}

function formatPayload(payload: Uint8Array): string {
  const text = Buffer.from(payload).toString('utf8')
  const readable = toHex(new TextEncoder().encode(text)) === toHex(payload) && !/[\p{Cc}\p{Cn}\ufffd]/u.test(text)
  return readable ? JSON.stringify(text) : `payload 0x${toHex(payload)}`
}

/** As bytes, whatever the registry says: scripts also send what is malformed. */
function anyBytes(number: number): Option<Uint8Array> {
  return { ...optionOf(number), format: opaque, length: [0, 0xffff], repeatable: true }
}
