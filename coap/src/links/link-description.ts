// How a program describes a resource: `{ rt: 'temperature-c', ct: [0, 50], obs: true }`, made into a link's attributes.

import { UsageError } from '../errors.ts'

/** Any attribute may be given; these have a meaning of their own. A list where the standard has one is joined by spaces. */
export interface LinkDescription {
  /** Relation types; `hosts` if absent (RFC 6690 2.2). */
  readonly rel?: string | readonly string[]
  /** What the link is about, where that is not the server (RFC 6690 2.3). */
  readonly anchor?: string
  /** Resource types (RFC 6690 3.1). */
  readonly rt?: string | readonly string[]
  /** Interface descriptions (RFC 6690 3.2). */
  readonly if?: string | readonly string[]
  /** Numbers of Content-Formats (RFC 7252 7.2.1). */
  readonly ct?: number | readonly number[]
  /** The most bytes of the representation (RFC 6690 3.3). */
  readonly sz?: number
  /** Can be observed (RFC 7641 6). */
  readonly obs?: boolean
  /** For people. */
  readonly title?: string
  /** True is a bare name, false is nothing, a list is the attribute repeated. */
  readonly [name: string]: DescriptionValue | undefined
}

export type DescriptionValue = string | number | boolean | readonly string[] | readonly number[]

/** Attributes whose value is a list, with spaces between. */
export const spaceSeparated: ReadonlySet<string> = new Set(['rel', 'rev', 'rt', 'if', 'ct'])

/** In the order in which they are given. */
export function attributesOf(
  description: LinkDescription,
): readonly { readonly name: string; readonly value?: string }[] {
  return Object.entries(description).flatMap(([key, value]) => {
    const name = key.toLowerCase()
    if (value === undefined || value === false) return []
    if (value === true) return [{ name }]
    const texts = listOf(value).map((item) => textOf(name, item))
    if (texts.length === 0) return []
    return spaceSeparated.has(name) ? [{ name, value: texts.join(' ') }] : texts.map((text) => ({ name, value: text }))
  })
}

function listOf(value: Exclude<DescriptionValue, boolean>): readonly (string | number)[] {
  return typeof value === 'object' ? value : [value]
}

function textOf(name: string, value: string | number): string {
  if (name === 'ct' && !(Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 0xffff)) {
    throw new UsageError(`ct is the number of a Content-Format, from 0 to 65535, not ${value}`)
  }
  if (name === 'sz' && !(Number.isSafeInteger(value) && Number(value) >= 0)) {
    throw new UsageError(`sz is a number of bytes, not ${value}`)
  }
  return String(value)
}
