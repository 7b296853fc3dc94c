// Reads application/link-format (RFC 6690 2). As strict as its grammar, but for whitespace between the parts, which people put
// there and RFC 8288 3 allows; and each value may come with quotes or without (RFC 8288 3).

import { type Fail, foundAt, ignoreFault, throwFault } from '../uri/fault.ts'
import { readExtValue } from './ext-value.ts'
import { Link, type LinkAttribute, notInReferences, onlyOnce } from './link.ts'

export interface ParseLinksOptions {
  /** The most links and attributes together: one that takes two bytes of text takes a hundred when it has been read. */
  readonly maxEntries?: number
}

const defaults: Required<ParseLinksOptions> = { maxEntries: 65_536 }

/**
 * Reads what a user wrote.
 * @throws FormatError with the place and what was expected there
 */
export function parseLinks(text: string, options?: ParseLinksOptions): readonly Link[] {
  return new LinkReader(text, throwFault, options).links()
}

/** Reads what came from the network: undefined if it is no link-format. */
export function tryParseLinks(text: string, options?: ParseLinksOptions): readonly Link[] | undefined {
  return new LinkReader(text, ignoreFault, options).links()
}

class LinkReader<F extends undefined> {
  readonly #text: string
  readonly #fail: Fail<F>
  readonly #maxEntries: number
  #entries = 0
  #at = 0

  constructor(text: string, fail: Fail<F>, { maxEntries = defaults.maxEntries }: ParseLinksOptions = {}) {
    this.#text = text
    this.#fail = fail
    this.#maxEntries = maxEntries
  }

  links(): readonly Link[] | F {
    const loneSurrogate = this.#text.search(/\p{Surrogate}/u)
    if (loneSurrogate >= 0) return this.#fail(loneSurrogate, 'expected well-formed Unicode')
    const links: Link[] = []
    this.#take(whitespace)
    if (this.#at === this.#text.length) return links
    do {
      const link = this.#link()
      if (link === undefined) return link
      links.push(link)
    } while (this.#skip(','))
    return this.#at === this.#text.length ? links : this.#expected("',' or ';'")
  }

  #link(): Link | F {
    if (this.#text[this.#at] !== '<') return this.#expected("'<'")
    this.#at++
    const target = this.#reference('>')
    if (target === undefined) return target
    if (!this.#countEntry()) return this.#tooMany()
    const attributes: LinkAttribute[] = []
    const names = new Set<string>()
    while (this.#skip(';')) {
      const attribute = this.#attribute()
      if (attribute === undefined) return attribute
      if (!this.#countEntry()) return this.#tooMany()
      const ignored = onlyOnce.has(attribute.name) && names.has(attribute.name)
      if (!ignored) attributes.push(attribute)
      names.add(attribute.name)
    }
    return new Link(target, attributes)
  }

  #attribute(): LinkAttribute | F {
    const start = this.#at
    const name = this.#take(attributeName).toLowerCase()
    if (name === '') return this.#expected('the name of an attribute')
    if (name === 'href') return this.#fail(start, "expected an attribute, not 'href'") // RFC 6690 2
    if (!this.#skip('=')) return name.endsWith('*') ? this.#expected("'='") : { name }
    const valueStart = this.#at
    const value = this.#value()
    if (value === undefined) return value
    if (name === 'anchor' && notInReferences.test(value)) return this.#fail(valueStart, 'expected a URI')
    if (!name.endsWith('*')) return { name, value }
    const decoded = readExtValue(value)
    return decoded === undefined ? this.#fail(valueStart, "expected a value like UTF-8'en'text") : { name, ...decoded }
  }

  #value(): string | F {
    if (this.#text[this.#at] === '"') return this.#quotedString()
    const token = this.#take(tokenCharacters)
    return token === '' ? this.#expected('a value') : token
  }

  /** RFC 2616 2.2. */
  #quotedString(): string | F {
    let value = ''
    this.#at++
    while (this.#text[this.#at] !== '"') {
      const escaped = this.#text[this.#at] === '\\'
      if (escaped) this.#at++
      const piece = this.#take(escaped ? anyAscii : quotedCharacters)
      if (piece === '') return this.#expected(escaped ? 'a character to quote' : "'\"'")
      value += piece
    }
    this.#at++
    return value
  }

  /** Up to `end`, and over it. */
  #reference(end: string): string | F {
    const close = this.#text.indexOf(end, this.#at)
    const text = this.#text.slice(this.#at, close < 0 ? undefined : close)
    const odd = text.search(notInReferences)
    this.#at += odd < 0 ? text.length : odd
    if (odd >= 0 || close < 0) return this.#expected(`a URI or '${end}'`)
    this.#at++
    return text
  }

  /** Over `character` and the whitespace around it. */
  #skip(character: string): boolean {
    this.#take(whitespace)
    if (this.#text[this.#at] !== character) return false
    this.#at++
    this.#take(whitespace)
    return true
  }

  /** What `pattern`, which is sticky, matches here; it may be nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const taken = pattern.exec(this.#text)?.[0] ?? ''
    this.#at += taken.length
    return taken
  }

  #countEntry(): boolean {
    this.#entries++
    return this.#entries <= this.#maxEntries
  }

  #tooMany(): F {
    return this.#fail(this.#at, `expected at most ${this.#maxEntries} links and attributes`)
  }

  #expected(what: string): F {
    return this.#fail(this.#at, `expected ${what}, not ${foundAt(this.#text, this.#at)}`)
  }
}

const whitespace = /[ \t\r\n]*/y
const attributeName = /[A-Za-z0-9!#$&+\-.^_`|~]+\*?/y // parmname of RFC 5987
const tokenCharacters = /[A-Za-z0-9!#$%&'()*+\-./:<=>?@[\]^_`{|}~]*/y // ptoken
const quotedCharacters = /[[^"\\[\p{ASCII}&&\p{Cc}]]\t]*/vy
const anyAscii = /\p{ASCII}/uy
