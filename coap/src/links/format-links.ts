// Writes application/link-format (RFC 6690 2), with quotes where the RFC's examples have them: there are readers that insist.

import { formatExtValue } from './ext-value.ts'
import type { Link, LinkAttribute } from './link.ts'

/** No links are an empty text (RFC 6690 4). */
export function formatLinks(links: readonly Link[]): string {
  return links.map(formatLink).join(',')
}

function formatLink({ target, attributes }: Link): string {
  return [`<${target}>`, ...attributes.map(formatAttribute)].join(';')
}

function formatAttribute({ name, value, language = '' }: LinkAttribute): string {
  if (value === undefined) return name
  if (name.endsWith('*')) return `${name}=${formatExtValue({ value, language })}`
  const bare = !alwaysQuoted.has(name) && token.test(value)
  return bare ? `${name}=${value}` : `${name}="${value.replace(mustBeEscaped, '\\$&')}"`
}

const alwaysQuoted: ReadonlySet<string> = new Set(['rel', 'anchor', 'rev', 'title', 'rt', 'if'])
const token = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+$/ // in RFC 6690 and in RFC 8288
const mustBeEscaped = /["\\[\p{ASCII}&&\p{Cc}]]/gv // RFC 2616 2.2
