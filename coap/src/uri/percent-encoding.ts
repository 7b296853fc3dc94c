// Percent-encoding (RFC 3986 2.1), undone and done exactly once on the way between a URI and its components (RFC 7252 6).

import { type Fail, foundAt } from './fault.ts'

/** The characters that one component of a URI may hold as they are (RFC 3986 appendix A). */
export interface Component {
  /** As an error names it. */
  readonly name: string
  /** Finds what the component may not hold. */
  readonly illegal: RegExp
  /** Each character that must become triplets. */
  readonly encode: RegExp
}

const unreserved = 'A-Za-z0-9\\-._~'
const subDelims = "!$&'()*+,;="

export const hostName: Component = component('a host', `${unreserved}${subDelims}`)
export const zoneName: Component = component('a zone', unreserved)
export const pathSegment: Component = component('a path segment', `${unreserved}${subDelims}:@`)
/** One argument: the ampersand stands between two (RFC 7252 6.5 step 8). */
export const queryArgument: Component = component('a query argument', `${unreserved}${subDelims.replace('&', '')}:@/?`)

/** The text that `text[start..end)` stands for. */
export function percentDecode<F extends undefined>(
  text: string,
  start: number,
  end: number,
  component: Component,
  fail: Fail<F>,
): string | F {
  const raw = text.slice(start, end)
  const illegal = raw.search(component.illegal)
  if (illegal >= 0) return fail(start + illegal, illegalAt(text, start + illegal, component))
  if (!raw.includes('%')) return raw
  try {
    return decodeURIComponent(raw)
  } catch {
    const at = malformedUtf8(raw)
    return fail(start + at, `expected UTF-8 in ${component.name}, not ${raw.slice(at, at + 3)}`)
  }
}

/** The normal form: only what must be encoded is, in upper case (RFC 7252 6.3 and 6.5). `value` is well-formed Unicode. */
export function percentEncode(value: string, component: Component): string {
  return value.replace(component.encode, triplets)
}

/** How many bytes a text takes in an option. ASCII, nearly all there is, goes without a codec. */
export function utf8Length(text: string): number {
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) >= 0x80) return encoder.encode(text).length
  }
  return text.length
}

function component(name: string, characters: string): Component {
  return {
    name,
    illegal: new RegExp(`[^${characters}%]|%(?![0-9A-Fa-f]{2})`, 'u'),
    encode: new RegExp(`[^${characters}]+`, 'gu'),
  }
}

function illegalAt(text: string, at: number, component: Component): string {
  if (text[at] === '%') return `expected two hexadecimal digits after '%', not '${text.slice(at + 1, at + 3)}'`
  const character = String.fromCodePoint(text.codePointAt(at) as number)
  const helps = character.isWellFormed() && (component !== hostName || character > '\x7f')
  return `expected ${component.name}, not ${foundAt(text, at)}${helps ? ` (write ${triplets(character)})` : ''}`
}

function triplets(characters: string): string {
  const leftAlone = /[!'()*]/g // by encodeURIComponent, but not allowed in a zone
  return encodeURIComponent(characters).replace(leftAlone, (character) => `%${hex(character.charCodeAt(0))}`)
}

/** The index of the first triplet that does not belong to a UTF-8 sequence, or -1. */
function malformedUtf8(raw: string): number {
  for (let at = raw.indexOf('%'); at >= 0; at = raw.indexOf('%', at)) {
    const length = sequenceLength(Number.parseInt(raw.slice(at + 1, at + 3), 16))
    try {
      decodeURIComponent(raw.slice(at, at + length * 3))
    } catch {
      return at
    }
    at += length * 3
  }
  return -1
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0')
}

/** By the first byte (RFC 3629 3); what cannot be a first byte counts as one, and fails by itself. */
function sequenceLength(first: number): number {
  if (first >= 0xf0) return 4
  if (first >= 0xe0) return 3
  return first >= 0xc0 ? 2 : 1
}

const encoder = new TextEncoder()
