// Text that says in which language and direction it is: CBOR tag 38 (RFC 9290 appendix A).

import { UsageError } from '../errors.ts'
import { Tagged } from './tagged.ts'

const tagNumber = 38

export class LanguageTaggedText {
  readonly text: string
  /** A language tag of BCP 47, `'en'` or `'de-CH'` for instance. */
  readonly language: string
  /** Whether the text runs from right to left; null: to be found out from the text; undefined: as what is around it. */
  readonly rtl: boolean | null | undefined

  /** Throws a `UsageError` if `language` is no language tag. */
  constructor(text: string, language: string, rtl?: boolean | null) {
    if (!isLanguageTag(language)) throw new UsageError(`a language tag is like 'en' or 'de-CH', not '${language}'`)
    this.text = text
    this.language = language
    this.rtl = rtl
  }

  /** The text of a decoded item with tag 38; undefined if it is anything else, or not valid. */
  static fromCbor(item: unknown): LanguageTaggedText | undefined {
    if (!(item instanceof Tagged) || item.tag !== tagNumber || !Array.isArray(item.content)) return undefined
    const [language, text] = item.content.slice(0, 2).map(withoutTags)
    const rtl: unknown = item.content[2]
    if (typeof text !== 'string' || typeof language !== 'string' || !isLanguageTag(language)) return undefined
    if (item.content.length === 2) return new LanguageTaggedText(text, language)
    if (item.content.length !== 3 || (rtl !== null && typeof rtl !== 'boolean')) return undefined
    return new LanguageTaggedText(text, language, rtl)
  }

  toCbor(): Tagged {
    const { language, text, rtl } = this
    return new Tagged(tagNumber, rtl === undefined ? [language, text] : [language, text, rtl])
  }

  /** The text alone, so that it can stand wherever text can. */
  toString(): string {
    return this.text
  }
}

export function isLanguageTag(text: string): boolean {
  return /^[a-z]{1,8}(-[a-z0-9]{1,8})*$/i.test(text)
}

/** Either text may have tags of its own (A.2). */
function withoutTags(item: unknown): unknown {
  return item instanceof Tagged ? withoutTags(item.content) : item
}
