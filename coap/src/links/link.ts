// A link (RFC 6690 2, RFC 8288 2): a target, and attributes that describe it, in their order. What can be made can be written,
// and what was read could have been made.

import { UsageError } from '../errors.ts'
import { isLanguage } from './ext-value.ts'
import { attributesOf, type LinkDescription } from './link-description.ts'

export interface LinkAttribute {
  /** In lower case. A name that ends in `*` has a value with a language (RFC 8187). */
  readonly name: string
  /** Decoded. Absent where the attribute is a bare name, as `obs` is. */
  readonly value?: string
  /** Only of a name that ends in `*`. */
  readonly language?: string
}

export class Link {
  /** A URI reference as the document has it: `/sensors/temp`, `coap://example.com/`. */
  readonly target: string
  readonly attributes: readonly LinkAttribute[]

  /** @throws UsageError if the link could not be written */
  constructor(target: string, attributes: LinkDescription | readonly LinkAttribute[] = []) {
    this.target = target
    this.attributes = isList(attributes) ? attributes : attributesOf(attributes)
    checkReference(target)
    for (const attribute of this.attributes) checkAttribute(attribute)
    const names = this.attributes.map(({ name }) => name).filter((name) => onlyOnce.has(name))
    const twice = names.find((name, index) => names.indexOf(name) < index)
    if (twice !== undefined) throw new UsageError(`a link has at most one ${twice}`)
  }

  /** The first value of an attribute: empty for a bare name, undefined where there is no such attribute. */
  get(name: string): string | undefined {
    const attribute = this.attributes.find((candidate) => candidate.name === name)
    return attribute && (attribute.value ?? '')
  }

  /** Relation types: what the target is to the context; `hosts` where the link names none (RFC 6690 2.2). */
  get relations(): readonly string[] {
    return this.get('rel') === undefined ? ['hosts'] : this.#list('rel')
  }

  /** Names the context: what the link is about, where that is not the server (RFC 6690 2.3). */
  get anchor(): string | undefined {
    return this.get('anchor')
  }

  /** What the target is: `temperature-c` (RFC 6690 3.1). */
  get resourceTypes(): readonly string[] {
    return this.#list('rt')
  }

  /** How the target is used: `sensor` (RFC 6690 3.2). */
  get interfaces(): readonly string[] {
    return this.#list('if')
  }

  /** Numbers of Content-Formats that the target has: a hint (RFC 7252 7.2.1). */
  get contentFormats(): readonly number[] {
    return this.#list('ct')
      .filter((format) => isCardinal(format) && Number(format) <= 0xffff)
      .map(Number)
  }

  /** The most bytes of the representation (RFC 6690 3.3): infinite where it is too large for a number. */
  get size(): number | undefined {
    const size = this.get('sz')
    return size !== undefined && isCardinal(size) ? Number(size) : undefined
  }

  /** The target can be observed: a hint (RFC 7641 6). */
  get observable(): boolean {
    return this.get('obs') !== undefined
  }

  /** For people; the one with a language where there are two (RFC 8288 3.4.1). */
  get title(): string | undefined {
    return this.get('title*') ?? this.get('title')
  }

  #list(name: string): readonly string[] {
    return (
      this.get(name)
        ?.split(' ')
        .filter((item) => item !== '') ?? []
    )
  }
}

/** Attributes of which a reader takes the first (RFC 6690 3.1 to 3.3, RFC 8288 3.3 and 3.4.1, corr-clar 2.7). */
export const onlyOnce: ReadonlySet<string> = new Set([
  'rel', 'anchor', 'rt', 'if', 'ct', 'sz', 'media', 'title', 'title*', 'type',
]) // biome-ignore format: a paragraph of names

/** Finds what no URI reference has; link-format need not percent-encode what is beyond ASCII (RFC 9176 B.4). */
export const notInReferences: RegExp = /[^A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%\u{a0}-\u{10ffff}]/u

/** A number without leading zeros (RFC 6690 2). */
function isCardinal(text: string): boolean {
  return /^(?:0|[1-9]\d*)$/.test(text)
}

function checkAttribute({ name, value, language }: LinkAttribute): void {
  if (!/^[a-z0-9!#$&+\-.^_`|~]+\*?$/.test(name))
    throw new UsageError(`expected the name of a link attribute, not '${name}'`)
  if (name === 'href') throw new UsageError("'href' is the link's target, not an attribute (RFC 6690 2)")
  if (value?.isWellFormed() === false) throw new UsageError(`expected well-formed Unicode in ${name}`)
  if (name === 'anchor') checkReference(value ?? '')
  if (name.endsWith('*') ? value === undefined : language !== undefined) {
    throw new UsageError(`expected a value, and a language only for names that end in '*', in ${name}`)
  }
  if (language !== undefined && !isLanguage(language))
    throw new UsageError(`expected a language tag, not '${language}'`)
}

function checkReference(reference: string): void {
  if (!reference.isWellFormed() || notInReferences.test(reference)) {
    throw new UsageError(`expected a URI or a path, not '${reference}'`)
  }
}

function isList(attributes: LinkDescription | readonly LinkAttribute[]): attributes is readonly LinkAttribute[] {
  return Array.isArray(attributes)
}
