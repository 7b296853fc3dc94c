// The queries that a list of links may be asked for (RFC 6690 4.1): `rt=light-lux`, `href=/sensors/*`, `title=*`.

import type { Link } from './link.ts'
import { spaceSeparated } from './link-description.ts'

/**
 * The links that match every one of the arguments, each a decoded Uri-Query option. RFC 6690 has one argument; several are
 * what a Resource Directory takes (RFC 9176 6.2). A bare name matches as `name=*` does.
 */
export function filterLinks(links: readonly Link[], query: readonly string[]): readonly Link[] {
  const filters = query.map(filterOf)
  return links.filter((link) => filters.every((filter) => filter(link)))
}

function filterOf(argument: string): (link: Link) => boolean {
  const equals = argument.indexOf('=')
  const name = (equals < 0 ? argument : argument.slice(0, equals)).toLowerCase()
  const wanted = equals < 0 ? '*' : argument.slice(equals + 1)
  const prefix = wanted.endsWith('*') ? wanted.slice(0, -1) : undefined
  const matches = (value: string) => (prefix === undefined ? value === wanted : value.startsWith(prefix))
  return (link) => valuesOf(link, name).some(matches)
}

/** Each value by itself where an attribute is a list (RFC 6690 4.1); a translation is the same attribute (RFC 8288 3.4.2). */
function valuesOf(link: Link, name: string): readonly string[] {
  if (name === 'href') return [link.target]
  return link.attributes
    .filter((attribute) => attribute.name === name || attribute.name === `${name}*`)
    .flatMap(({ value = '' }) => (spaceSeparated.has(name) ? value.split(/ +/) : [value]))
}
