// CoapUri: where a resource is (RFC 7252 6, RFC 8323 8). The web's URL cannot hold one: it refuses zones, keeps the case of our
// hosts, cannot tell `?` from no query, and its search parameters make a space of `+`.

import { showAs } from '../context/inspect.ts'
import { UsageError } from '../errors.ts'
import { ignoreFault, throwFault } from './fault.ts'
import { formatHost, type Host, hostOfOption, hostOption, isAddress, isSameHost, normalHost } from './host.ts'
import { readReference, readUri, type UriParts } from './parse-uri.ts'
import { formatResourceName, normalResourceName, type ResourceName } from './resource-name.ts'
import { isScheme, type Scheme, schemes } from './scheme.ts'

/** Where a request goes, which is also what its Uri-Host and Uri-Port mean when they are absent (RFC 7252 5.10.1). */
export interface UriDestination {
  /** The address without brackets; under TLS the SNI name, over WebSockets the name in the Host header (RFC 8323 8.5). */
  readonly host: string
  readonly port: number
}

/** The values of the options that a URI becomes (RFC 7252 6.4). */
export interface UriOptions {
  /** Absent where it is the destination's. */
  readonly uriHost?: string
  /** Absent where it is the destination's. */
  readonly uriPort?: number
  readonly uriPath: readonly string[]
  readonly uriQuery: readonly string[]
}

/** What a URI is composed of (RFC 7252 6.5). */
export interface UriComposition extends UriOptions {
  readonly scheme: string
  readonly destination: UriDestination & { readonly zone?: string }
}

export interface UriChanges {
  readonly scheme?: Scheme
  readonly host?: string
  /** Undefined takes it away. */
  readonly zone?: string | undefined
  readonly port?: number
  readonly path?: readonly string[]
  readonly query?: readonly string[]
}

/** Immutable, and always in normal form (RFC 7252 6.3): two of them are the same URI if their texts are equal. */
export class CoapUri implements UriParts {
  readonly scheme: Scheme
  /** In lower case and decoded: a name, or an address without brackets in its recommended form (RFC 5952). */
  readonly host: string
  /** The interface of an IPv6 address. It is ours alone, and never sent. */
  declare readonly zone?: string
  /** The scheme's default if the URI names none. */
  readonly port: number
  /** Decoded segments: `/a/` is `['a', '']`, and `/` is `[]`. */
  readonly path: readonly string[]
  /** Decoded arguments: `?a=b&c` is `['a=b', 'c']`, `?` is `['']`, and no query is `[]`. A plus is a plus. */
  readonly query: readonly string[]
  #text: string | undefined

  /**
   * Reads an absolute URI: `coap://[ff02::fd%eth0]:61616/sensors?u=Cel`.
   * @throws FormatError with the place and what was expected there
   */
  static parse(text: string): CoapUri {
    if (typeof text !== 'string') throw new UsageError(`expected a URI as text, not ${String(text)}`)
    return new CoapUri(readUri(text, throwFault))
  }

  /** The same for text from the network: undefined if it is no CoAP URI. */
  static tryParse(text: string): CoapUri | undefined {
    const parts = readUri(text, ignoreFault)
    return parts && new CoapUri(parts)
  }

  /** The URI that a request's options stand for (RFC 7252 6.5); undefined if they stand for none. */
  static compose({ scheme, uriHost, uriPort, uriPath, uriQuery, destination }: UriComposition): CoapUri | undefined {
    const host = uriHost === undefined ? destination : hostOfOption(uriHost)
    if (host === undefined) return undefined
    const port = uriPort ?? destination.port
    return CoapUri.#make({ ...placeOf(host), scheme, port, path: uriPath, query: uriQuery })
  }

  /** Undefined where the parts are from the network and no URI has such. */
  static #make(parts: UnknownParts): CoapUri | undefined {
    const normal = normalParts(parts, ignoreFault)
    return normal && new CoapUri(normal)
  }

  private constructor(parts: UriParts) {
    this.scheme = parts.scheme
    this.host = parts.host
    if (parts.zone !== undefined) this.zone = parts.zone
    this.port = parts.port
    this.path = Object.freeze([...parts.path])
    this.query = Object.freeze([...parts.query])
  }

  /** Protected by DTLS or TLS. */
  get secure(): boolean {
    return schemes[this.scheme].secure
  }

  /** The host is an address: there is no name to look up. */
  get isIpLiteral(): boolean {
    return isAddress(this.host)
  }

  /** Scheme, host and port: `coap://example.com`. What differs in any of them is another server. */
  get origin(): string {
    return `${this.scheme}://${formatHost(this)}${this.#hasDefaultPort ? '' : `:${this.port}`}`
  }

  /** The options of a request for this resource that goes to `destination` (RFC 7252 6.4, RFC 8323 8.6). */
  options(destination: UriDestination): UriOptions {
    return {
      ...(!isSameHost(this.host, destination.host) && { uriHost: hostOption(this.host) }),
      ...(this.port !== destination.port && { uriPort: this.port }),
      uriPath: this.path,
      uriQuery: this.query,
    }
  }

  /**
   * The same with some parts changed. A new scheme brings its default port if the old port was the default; a new host leaves
   * the zone behind.
   * @throws UsageError if a value is none that a URI can have
   */
  with(changes: UriChanges): CoapUri {
    const { scheme = this.scheme, host = this.host, path = this.path, query = this.query } = changes
    const zone = 'zone' in changes || 'host' in changes ? changes.zone : this.zone
    const port = changes.port ?? (this.#hasDefaultPort ? schemes[scheme]?.defaultPort : this.port)
    return new CoapUri(normalParts({ scheme, ...placeOf({ host, zone }), port, path, query }, throwUsage))
  }

  /**
   * What a reference means in a document from here (RFC 3986 5.2): `../humidity`, `?all`, `//other.example/x`.
   * @throws FormatError with the place and what was expected there
   */
  resolve(reference: string): CoapUri {
    return new CoapUri(readReference(reference, this, throwFault))
  }

  /** The same for a reference from the network: undefined if it leads to no CoAP URI. */
  tryResolve(reference: string): CoapUri | undefined {
    const parts = readReference(reference, this, ignoreFault)
    return parts && new CoapUri(parts)
  }

  /** What Location-Path and Location-Query mean in a response from here (RFC 7252 5.10.7); undefined if they mean nothing. */
  locate(locationPath: readonly string[], locationQuery: readonly string[]): CoapUri | undefined {
    if (locationPath.length === 0 && locationQuery.length === 0) return undefined
    return CoapUri.#make({ ...this, path: locationPath, query: locationQuery })
  }

  equals(other: CoapUri): boolean {
    return this.toString() === other.toString()
  }

  /** The normal form (RFC 7252 6.3): only what must be percent-encoded is, and the default port is left out. */
  toString(): string {
    this.#text ??= this.origin + formatResourceName(this)
    return this.#text
  }

  get #hasDefaultPort(): boolean {
    return this.port === schemes[this.scheme].defaultPort
  }

  static {
    showAs(CoapUri, (uri) => `CoapUri(${uri})`)
  }
}

/** Parts that nobody has checked yet. */
type UnknownParts = Host & ResourceName & { readonly scheme: string; readonly port: number }

function normalParts<F extends undefined>(parts: UnknownParts, fail: (message: string) => F): UriParts | F {
  const { scheme, port } = parts
  if (!isScheme(scheme)) return fail(`expected ${Object.keys(schemes).join(', ')}, not '${scheme}'`)
  if (!Number.isInteger(port) || port < 0 || port > 0xffff) return fail(`expected a port from 0 to 65535, not ${port}`)
  const host = normalHost(parts, fail)
  if (host === undefined) return host
  const name = normalResourceName(parts, fail)
  return name === undefined ? name : { scheme, port, ...host, ...name }
}

function placeOf({ host, zone }: { readonly host: string; readonly zone?: string | undefined }): Host {
  return zone === undefined ? { host } : { host, zone }
}

function throwUsage(message: string): never {
  throw new UsageError(message)
}
