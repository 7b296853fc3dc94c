// The host of a URI (RFC 3986 3.2.2, RFC 7252 6.1): an address or a name, as URIs write it and as the Uri-Host option does.
// Everywhere else a host is the bare text in normal form: `2001:db8::1`, `192.0.2.1`, `example.com`.

import { type Fail, foundAt, ignoreFault } from './fault.ts'
import { canonicalIpAddress, looksLikeIpv4 } from './ip-address.ts'
import { hostName, percentDecode, percentEncode, utf8Length, zoneName } from './percent-encoding.ts'

export interface Host {
  readonly host: string
  /** The interface of an IPv6 address, for instance `eth0`. It means something on this machine only and is never sent. */
  readonly zone?: string
}

/** The host that stands in `text[start..end)`. */
export function readHost<F extends undefined>(text: string, start: number, end: number, fail: Fail<F>): Host | F {
  if (text[start] === '[') return readIpLiteral(text, start, end, fail)
  const name = percentDecode(text, start, end, hostName, fail)
  return name === undefined ? name : normalName(name, (message) => fail(start, message))
}

/** In normal form; fails where no URI can hold it. */
export function normalHost<F extends undefined>({ host, zone }: Host, fail: (message: string) => F): Host | F {
  const address = host.includes(':') ? canonicalIpAddress(host) : undefined
  if (zone === undefined) return address === undefined ? normalName(host, fail) : { host: address }
  if (address === undefined) return fail(`expected a zone only of an IPv6 address, not of '${host}'`)
  return zone === '' || !zone.isWellFormed() ? fail('expected the name of a zone') : { host: address, zone }
}

/** As a URI writes it. The zone is written as people do, `%eth0`, and as RFC 6874 had it where that could be misread. */
export function formatHost({ host, zone }: Host): string {
  if (!host.includes(':')) return percentEncode(host, hostName)
  if (zone === undefined) return `[${host}]`
  const encoded = percentEncode(zone, zoneName)
  return encoded === zone && !zone.startsWith('25') ? `[${host}%${zone}]` : `[${host}%25${encoded}]`
}

/** The value of Uri-Host (RFC 7252 6.4 step 5). */
export function hostOption(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

/** The host that a Uri-Host option means (RFC 7252 6.5 step 2); undefined where it is none. */
export function hostOfOption(value: string): Host | undefined {
  const literal = /^\[([^\]]*:[^\]]*)\]$/.exec(value)?.[1] // an IPv6 address has brackets, nothing else has
  return literal === undefined ? normalName(value, ignoreFault) : normalHost({ host: literal }, ignoreFault)
}

/** Is a host in normal form an address? No name looks like one. */
export function isAddress(host: string): boolean {
  return host.includes(':') || looksLikeIpv4(host)
}

/** Does `other`, in any form, mean `host`, which is in normal form? */
export function isSameHost(host: string, other: string): boolean {
  return host === other || host === (isAddress(host) ? canonicalIpAddress(other) : lowerCase(other))
}

function readIpLiteral<F extends undefined>(text: string, start: number, end: number, fail: Fail<F>): Host | F {
  const close = end - 1
  const percent = text.indexOf('%', start)
  const addressEnd = percent < 0 || percent > close ? close : percent
  const address = text.slice(start + 1, addressEnd)
  const host = address.includes(':') ? canonicalIpAddress(address) : undefined
  if (host === undefined) return fail(start + 1, `expected an IPv6 address, not '${address}'`)
  if (addressEnd === close) return { host }
  const zoneStart = addressEnd + (text.startsWith('%25', addressEnd) ? 3 : 1) // RFC 6874, or as people write it
  if (zoneStart === close) return fail(close, "expected a zone, not ']'")
  const zone = percentDecode(text, zoneStart, close, zoneName, fail)
  return zone === undefined ? zone : { host, zone }
}

/** An IPv4 address is a name in which nothing is left to do. */
function normalName<F extends undefined>(name: string, fail: (message: string) => F): Host | F {
  const fault = nameFault(name)
  return fault === undefined ? { host: lowerCase(name) } : fail(fault)
}

/** A name is what Uri-Host can carry there and back: no ASCII but what stands in a URI as it is (RFC 7252 6.5 step 2). */
function nameFault(name: string): string | undefined {
  if (name === '') return 'expected a host, not nothing'
  if (!name.isWellFormed()) return 'expected a host in well-formed Unicode'
  const odd = name.search(notInNames)
  if (odd >= 0) return `expected a host name without ${foundAt(name, odd)}`
  const length = utf8Length(name)
  if (length > maxHostLength) return `expected a host of at most ${maxHostLength} bytes, not ${length}`
  const almostAddress = looksLikeIpv4(name) && canonicalIpAddress(name) === undefined
  return almostAddress ? `expected an IPv4 address of numbers from 0 to 255, not ${name}` : undefined
}

function lowerCase(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

const maxHostLength = 255 // of Uri-Host (RFC 7252 5.10)
const notInNames = /[^A-Za-z0-9\-._~!$&'()*+,;=\u{80}-\u{10ffff}]/u
