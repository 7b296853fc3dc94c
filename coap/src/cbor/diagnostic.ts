// CBOR as people read it: diagnostic notation (RFC 8949 8), straight from the bytes, so that it shows what decoding loses:
// tags, chunks, indefinite lengths, and by encoding indicators (8.1) what was not written in its shortest form.

import { toHex } from '../bytes/hex.ts'
import { formatError } from './cbor.ts'
import { CborReader } from './reader.ts'
import { CborWriter } from './writer.ts'

export interface CborDiagnosticOptions {
  /** Spaces a level, for people: what is too long for a line of 80 gets a line for each item. Default: 0, one line for all. */
  readonly indent?: number
  /** Show by `_0` to `_3` the arguments and floating-point numbers that are longer than they need to be. Default: true. */
  readonly encodingIndicators?: boolean
  /** The bytes are a CBOR sequence (RFC 8742), not one item. Default: false. */
  readonly sequence?: boolean
}

export const cborDiagnosticDefaults: Required<CborDiagnosticOptions> = {
  indent: 0,
  encodingIndicators: true,
  sequence: false,
}

const lineLength = 80

/** The diagnostic notation of a data item, or of a sequence of them. Throws a `FormatError` if the bytes are none. */
export function cborDiagnostic(bytes: Uint8Array, options: CborDiagnosticOptions = {}): string {
  const reader = new CborReader(bytes)
  const printer = new Printer(reader, { ...cborDiagnosticDefaults, ...options })
  const items: string[] = []
  while (options.sequence === true ? reader.left > 0 : items.length === 0) {
    items.push(printer.item(0, 0))
    if (reader.fault !== undefined) break
  }
  if (reader.left > 0) reader.fail(`${reader.left} bytes after the item`, reader.offset)
  if (reader.fault !== undefined) throw formatError(reader.fault)
  return items.join(options.indent === undefined ? ', ' : ',\n')
}

/** Every method prints what the reader is at; what it returns means nothing once the reader has a fault. */
class Printer {
  readonly #reader: CborReader
  readonly #options: Required<CborDiagnosticOptions>

  constructor(reader: CborReader, options: Required<CborDiagnosticOptions>) {
    this.#reader = reader
    this.#options = options
  }

  /** `level` is how far to indent, `depth` how many items this one is in: a tag nests, but does not indent. */
  item(level: number, depth: number): string {
    const reader = this.#reader
    if (!reader.readHead(depth)) return ''
    const indicator = this.#indicator()
    switch (reader.major) {
      case 0:
        return `${reader.argument}${indicator}`
      case 1:
        return `${-1n - BigInt(reader.argument)}${indicator}`
      case 2:
        return reader.isIndefinite ? this.#chunks("''_") : `${this.#byteString()}${indicator}`
      case 3:
        return reader.isIndefinite ? this.#chunks('""_') : `${quoted(reader.text())}${indicator}`
      case 4:
        return this.#array(indicator, level, depth)
      case 5:
        return this.#map(indicator, level, depth)
      case 6:
        return this.#tagged(`${reader.argument}${indicator}`, level, depth)
      default:
        return `${this.#simpleOrFloat()}${indicator}`
    }
  }

  #byteString(): string {
    return `h'${toHex(this.#reader.bytes())}'`
  }

  #chunks(empty: string): string {
    const reader = this.#reader
    const { major } = reader
    const chunks: string[] = []
    while (reader.readChunkHead(major)) {
      const indicator = this.#indicator()
      chunks.push(`${major === 2 ? this.#byteString() : quoted(reader.text())}${indicator}`)
    }
    return chunks.length === 0 ? empty : `(_ ${chunks.join(', ')})`
  }

  #array(mark: string, level: number, depth: number): string {
    const items: string[] = []
    for (const more = this.#reader.items(1); more(); ) items.push(this.item(level + 1, depth + 1))
    return this.#enclose(`[${mark}`, items, ']', level)
  }

  #map(mark: string, level: number, depth: number): string {
    const entries: string[] = []
    for (const more = this.#reader.items(2); more(); ) {
      const key = this.item(level + 1, depth + 1)
      entries.push(`${key}: ${this.item(level + 1, depth + 1)}`)
    }
    return this.#enclose(`{${mark}`, entries, '}', level)
  }

  #enclose(open: string, items: readonly string[], close: string, level: number): string {
    const { indent } = this.#options
    const line = `${open}${open.length > 1 ? ' ' : ''}${items.join(', ')}${close}`
    if (indent === 0 || (level * indent + line.length <= lineLength && !line.includes('\n'))) return line
    const margin = `\n${' '.repeat(level * indent)}`
    const between = `${margin}${' '.repeat(indent)}`
    return `${open}${between}${items.join(`,${between}`)}${margin}${close}`
  }

  #tagged(tag: string, level: number, depth: number): string {
    const content = this.item(level, depth + 1)
    return largeInteger(tag, content) ?? `${tag}(${content})`
  }

  #simpleOrFloat(): string {
    const reader = this.#reader
    if (reader.info > 24) return floatText(reader.float())
    return simpleNames.get(reader.info) ?? `simple(${reader.argument})`
  }

  /** `_` for an indefinite length, `_0` to `_3` for a head or a float that could have been shorter, else nothing. */
  #indicator(): string {
    const { major, info, argument, isIndefinite } = this.#reader
    if (isIndefinite) return '_'
    if (info < 24 || !this.#options.encodingIndicators) return ''
    const shortest = new CborWriter()
    if (major === 7 && info > 24) shortest.float(this.#reader.float())
    else shortest.head(major, argument)
    return shortest.result()[0] === ((major << 5) | info) ? '' : `_${info - 24}`
  }
}

const simpleNames: ReadonlyMap<number, string> = new Map([
  [20, 'false'],
  [21, 'true'],
  [22, 'null'],
  [23, 'undefined'],
])

/** A number that shows that it is a floating-point number. */
function floatText(value: number): string {
  if (!Number.isFinite(value)) return `${value}`
  const text = Object.is(value, -0) ? '-0' : `${value}`
  return text.includes('.') ? text : text.replace(/(?=e|$)/, '.0')
}

/** Tags 2 and 3 as an integer in decimal, where the bytes are its shortest form; longer than 64 bytes stays bytes. */
function largeInteger(tag: string, content: string): string | undefined {
  const digits = /^h'(?!00)([0-9a-f]{18,128})'$/.exec(content)?.[1]
  if (digits === undefined || (tag !== '2' && tag !== '3')) return undefined
  const value = BigInt(`0x${digits}`)
  return `${tag === '2' ? value : -1n - value}`
}

/** As JSON, with everything escaped that a terminal or a reader could be deceived by: controls, directions, separators. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[\p{Cc}\p{Cf}\p{Co}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, at) => `\\u${hex4(character.charCodeAt(at))}`).join(''),
  )
}

function hex4(unit: number): string {
  return unit.toString(16).padStart(4, '0')
}
