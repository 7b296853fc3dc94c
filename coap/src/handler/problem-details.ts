// Concise problem details (RFC 9290): what went wrong, for people and for programs, as the content of an error response.
// Its Content-Format is 257. URIs in it name things: whoever reads them does not fetch them (RFC 9290 3.2, 5).

import { encodeCbor, tryDecodeCbor } from '../cbor/cbor.ts'
import { isLanguageTag, LanguageTaggedText } from '../cbor/language-tagged-text.ts'
import { UsageError } from '../errors.ts'
import type { Code } from '../message/code.ts'

/** Text in the language of its context, or with its own. Either becomes a string where one is wanted: `${problem.title}`. */
export type ProblemText = string | LanguageTaggedText

/** All optional, but there must be one. Whoever forwards problem details keeps what it does not know (RFC 9290 3). */
export interface ProblemDetails {
  /** Which kind of problem it is, in a few words for people. */
  readonly title?: ProblemText
  /** What happened this time, and what to do about it. Not for programs to look into: those read `custom`. */
  readonly detail?: ProblemText
  /** A URI reference that names this one occurrence. */
  readonly instance?: string
  /** The code that the response has, or had at its origin. */
  readonly responseCode?: Code
  /** What URI references in here are relative to, where it is not the request's URI. */
  readonly baseUri?: string
  /** The language of text that does not tell its own. */
  readonly baseLanguage?: string
  /** Whether text that does not tell runs from right to left; null: to be found out from the text. */
  readonly baseRtl?: boolean | null
  /** Numbers of options that the server could not process (RFC 9290 3.1.1); goes with 4.02. */
  readonly unprocessedCoapOption?: readonly number[]
  /** Other entries registered for all applications: keys are negative. */
  readonly standard?: ReadonlyMap<number | bigint, unknown>
  /** Entries of an application: the key is an absolute URI of its own, or a registered number. */
  readonly custom?: ReadonlyMap<number | bigint | string, ReadonlyMap<unknown, unknown>>
}

/** Throws a `UsageError` for an entry that is not what RFC 9290 wants, and if there is none at all. */
export function encodeProblemDetails(details: ProblemDetails): Uint8Array {
  const items = new Map<unknown, unknown>()
  for (const { name, key, expected, toCbor } of entries) {
    const value = details[name]
    if (value === undefined) continue
    const item = toCbor(value)
    if (item === undefined) throw new UsageError(`${name} of problem details is ${expected}, not ${value}`)
    items.set(key, item)
  }
  for (const [key, value] of details.standard ?? []) {
    if (!isOtherStandardKey(key)) throw new UsageError(`the key of another standard entry is less than -8, not ${key}`)
    items.set(key, value)
  }
  for (const [key, value] of details.custom ?? []) {
    if (!isCustomKey(key)) throw new UsageError(`the key of a custom entry is an absolute URI or a number, not ${key}`)
    if (!isCustomEntry(value)) throw new UsageError(`the custom entry ${key} is a Map that is not empty`)
    items.set(key, value)
  }
  if (items.size === 0) throw new UsageError('problem details have at least one entry')
  return encodeCbor(items)
}

/**
 * Undefined if the bytes are no problem details. An entry that is not what RFC 9290 wants is left out, what is not known is
 * kept in `standard` and `custom`. Maps in entries are always `Map`.
 */
export function decodeProblemDetails(bytes: Uint8Array): ProblemDetails | undefined {
  const items = tryDecodeCbor(bytes, { indefiniteLengths: true, maps: 'map' })?.value
  if (!(items instanceof Map)) return undefined
  const details: Record<string, unknown> = {}
  for (const { name, key, fromCbor } of entries) {
    const value = fromCbor(items.get(key))
    if (value !== undefined) details[name] = value
  }
  const standard = [...items].filter(([key]) => isOtherStandardKey(key))
  const custom = [...items].filter(([key, value]) => isCustomKey(key) && isCustomEntry(value))
  if (standard.length > 0) details['standard'] = new Map(standard)
  if (custom.length > 0) details['custom'] = new Map(custom)
  // the table below has checked each entry under its name
  return Object.keys(details).length > 0 ? (details as ProblemDetails) : undefined
}

/** A text of problem details with the language and direction that apply: its own, those of its context, or the defaults. */
export function localizedText(text: ProblemText, { baseLanguage = 'en', baseRtl }: ProblemDetails): LanguageTaggedText {
  if (typeof text === 'string')
    return new LanguageTaggedText(text, baseLanguage, baseRtl === undefined ? false : baseRtl)
  const rtl = text.rtl === undefined ? (baseRtl ?? null) : text.rtl
  return new LanguageTaggedText(text.text, text.language, rtl)
}

/** Undefined: not what is expected. */
type Conversion = (value: unknown) => unknown

interface Entry {
  readonly name: Exclude<keyof ProblemDetails, 'standard' | 'custom'>
  readonly key: number
  readonly expected: string
  readonly fromCbor: Conversion
  readonly toCbor: Conversion
}

const text = unchangedIf((value) => typeof value === 'string')
const code = unchangedIf((value) => isUnsigned(value) && value <= 0xff)
const language = unchangedIf((value) => typeof value === 'string' && isLanguageTag(value))
const direction = unchangedIf((value) => typeof value === 'boolean' || value === null)

/** The standard entries of RFC 9290 (table 1). */
const entries: readonly Entry[] = [
  { name: 'title', key: -1, expected: 'text', fromCbor: textFromCbor, toCbor: textToCbor },
  { name: 'detail', key: -2, expected: 'text', fromCbor: textFromCbor, toCbor: textToCbor },
  { name: 'instance', key: -3, expected: 'a URI reference', fromCbor: text, toCbor: text },
  { name: 'responseCode', key: -4, expected: 'a code of 0 to 255', fromCbor: code, toCbor: code },
  { name: 'baseUri', key: -5, expected: 'a URI', fromCbor: text, toCbor: text },
  { name: 'baseLanguage', key: -6, expected: "a language tag, like 'en'", fromCbor: language, toCbor: language },
  { name: 'baseRtl', key: -7, expected: 'true, false or null', fromCbor: direction, toCbor: direction },
  {
    name: 'unprocessedCoapOption',
    key: -8,
    expected: 'a list of option numbers',
    fromCbor: numbersFromCbor,
    toCbor: numbersToCbor,
  },
]

function unchangedIf(admits: (value: unknown) => boolean): Conversion {
  return (value) => (admits(value) ? value : undefined)
}

function textFromCbor(item: unknown): unknown {
  return text(item) ?? LanguageTaggedText.fromCbor(item)
}

function textToCbor(value: unknown): unknown {
  return value instanceof LanguageTaggedText ? value.toCbor() : text(value)
}

/** One number stands alone, several in an array (RFC 9290 3.1.1: one-or-more). */
function numbersFromCbor(item: unknown): unknown {
  return numbers(Array.isArray(item) ? item : [item])
}

function numbersToCbor(value: unknown): unknown {
  const list = numbers(value)
  return list?.length === 1 ? list[0] : list
}

function numbers(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) && value.length > 0 && value.every(isUnsigned) ? value : undefined
}

function isUnsigned(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function isOtherStandardKey(key: unknown): boolean {
  return isInteger(key) && key < -8
}

function isCustomKey(key: unknown): boolean {
  return typeof key === 'string' ? /^[a-z][a-z0-9+.-]*:/i.test(key) : isInteger(key) && key >= 0
}

function isCustomEntry(value: unknown): boolean {
  return value instanceof Map && value.size > 0
}

function isInteger(key: unknown): key is number | bigint {
  return typeof key === 'bigint' || Number.isSafeInteger(key)
}
