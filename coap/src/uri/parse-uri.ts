// The text of a CoAP URI or of a reference to one, taken apart (RFC 3986 3 and 5.2, RFC 7252 6.1 and 6.4, RFC 8323 8).

import { type Fail, foundAt } from './fault.ts'
import { type Host, readHost } from './host.ts'
import { type ResourceName, readResourceName, removeDotSegments } from './resource-name.ts'
import { isScheme, type Scheme, schemes } from './scheme.ts'

/** All that a CoAP URI says, in normal form. */
export interface UriParts extends Host, ResourceName {
  readonly scheme: Scheme
  readonly port: number
}

interface Authority extends Host {
  readonly port: number
  /** Where the path begins. */
  readonly end: number
}

/** Reads an absolute URI. */
export function readUri<F extends undefined>(text: string, fail: Fail<F>): UriParts | F {
  const name = schemeOf(text)
  if (name === undefined) return fail(0, `expected a scheme, as in '${suggestion(text)}',`)
  const scheme = name.toLowerCase()
  if (!isScheme(scheme)) return fail(0, unknownScheme(text, name))
  const slashes = name.length + 1
  if (!text.startsWith('//', slashes)) return fail(slashes, `expected '//', not ${foundAt(text, slashes)}`)
  return readHierarchy(text, slashes, scheme, fail)
}

/** Reads a reference relative to `base`, or an absolute URI (RFC 3986 5.2.2). */
export function readReference<F extends undefined>(text: string, base: UriParts, fail: Fail<F>): UriParts | F {
  if (schemeOf(text) !== undefined) return readUri(text, fail)
  if (text.startsWith('//')) return readHierarchy(text, 0, base.scheme, fail)
  const rooted = text.startsWith('/')
  const firstEnd = text.search(/[/?#]/)
  const colon = text.indexOf(':')
  if (colon >= 0 && (firstEnd < 0 || colon < firstEnd)) {
    return fail(colon, "expected a scheme, or './' before a segment with a colon, not ':'")
  }
  const name = readResourceName(rooted ? text : `/${text}`, 0, (offset, message) =>
    fail(rooted ? offset : offset - 1, message),
  )
  if (name === undefined) return name
  if (rooted) return { ...base, path: removeDotSegments(name.path), query: name.query }
  const empty = firstEnd === 0 || text === ''
  if (empty) return { ...base, query: name.query.length > 0 ? name.query : base.query }
  return { ...base, path: removeDotSegments([...base.path.slice(0, -1), ...name.path]), query: name.query }
}

/** From the two slashes at `start` on. */
function readHierarchy<F extends undefined>(text: string, start: number, scheme: Scheme, fail: Fail<F>): UriParts | F {
  const authority = readAuthority(text, start + 2, schemes[scheme].defaultPort, fail)
  if (authority === undefined) return authority
  const { end, ...place } = authority
  const name = readResourceName(text, end, fail)
  return name === undefined ? name : { scheme, ...place, path: removeDotSegments(name.path), query: name.query }
}

function readAuthority<F extends undefined>(
  text: string,
  start: number,
  defaultPort: number,
  fail: Fail<F>,
): Authority | F {
  const length = text.slice(start).search(/[/?#]/)
  const end = length < 0 ? text.length : start + length
  const authority = text.slice(start, end)
  if (authority.includes('@')) return fail(start, 'expected a host, not user information')
  const hostEnd = endOfHost(authority)
  if (hostEnd === undefined) return fail(start, ipv6Hint(authority))
  if (hostEnd === 0) return fail(start, `expected a host, not ${foundAt(text, start)}`)
  const host = readHost(text, start, start + hostEnd, fail)
  if (host === undefined) return host
  const port = readPort(text, start + hostEnd, end, defaultPort, fail)
  return port === undefined ? port : { ...host, port, end }
}

/** Where a colon and the port may follow; undefined where brackets are missing. */
function endOfHost(authority: string): number | undefined {
  if (authority.startsWith('[')) return authority.indexOf(']') + 1 || undefined
  if (/^[\da-f.]*:[\da-f.]*:[\da-f:.]*(?:%.*)?$/i.test(authority)) return undefined // an IPv6 address, or meant as one
  const colon = authority.indexOf(':')
  return colon < 0 ? authority.length : colon
}

/** From the colon on; nothing, or nothing behind the colon, means the default. */
function readPort<F extends undefined>(
  text: string,
  start: number,
  end: number,
  defaultPort: number,
  fail: Fail<F>,
): number | F {
  if (start === end || (text[start] === ':' && start + 1 === end)) return defaultPort
  if (text[start] !== ':') return fail(start, `expected ':' and a port or a path, not ${foundAt(text, start)}`)
  const digits = text.slice(start + 1, end)
  const odd = digits.search(/\D/)
  if (odd >= 0) return fail(start + 1 + odd, `expected a port in digits, not ${foundAt(text, start + 1 + odd)}`)
  const port = Number(digits)
  return port > 0xffff ? fail(start + 1, `expected a port from 0 to 65535, not ${digits}`) : port
}

/** As it is written; undefined where the text has none. */
function schemeOf(text: string): string | undefined {
  return /^[A-Za-z][A-Za-z0-9+.-]*(?=:)/.exec(text)?.[0]
}

function unknownScheme(text: string, name: string): string {
  if (!text.startsWith('//', name.length + 1)) return `expected a scheme, as in 'coap://${text}', not '${name}'`
  const hint = /^https?$/i.test(name) ? ' (CoAP is no HTTP: other ports, other servers)' : ''
  return `expected ${Object.keys(schemes).join(', ')}, not '${name}'${hint}`
}

/** What a text without a scheme may have been meant as. */
function suggestion(text: string): string {
  if (text.startsWith('//')) return `coap:${text}`
  if (text.startsWith('/')) return `coap://localhost${text}`
  return /^[\w[]/.test(text) ? `coap://${text}` : 'coap://localhost/'
}

function ipv6Hint(authority: string): string {
  return authority.startsWith('[')
    ? `expected ']' in '${authority}'`
    : `expected an IPv6 address in brackets, '[${authority}]'`
}
