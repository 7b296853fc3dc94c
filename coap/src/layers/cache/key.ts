// What a stored response is found by (RFC 7252 5.4.2, 5.6): who is asked and for which resource, the method, all options that are part of
// the cache key, and the body of a FETCH (RFC 8132 2). Two requests have the same key only if all of these are the same.

import { nobody, type Request } from '../../handler/request.ts'
import { Code } from '../../message/code.ts'
import { ETag, isNoCacheKey, Observe, UriPath } from '../../message/option.ts'
import type { Peer } from '../../transport/transport.ts'
import type { CoapUri } from '../../uri/coap-uri.ts'
import { formatResourceName } from '../../uri/resource-name.ts'

export class CacheKeys {
  /** Whoever is asked as a peer has a number: keys hold on to nobody. */
  readonly #peers = new WeakMap<Peer, number>()
  #lastPeer = 0

  /** Undefined: there is no telling where it goes. A plain GET's is the text of its URI. */
  of(request: Request): string | undefined {
    const { uri, options, correspondent } = request
    if (uri === undefined) return undefined
    if (options.isEmpty && correspondent === nobody && request.code === Code.GET && request.payload.length === 0)
      return uri.toString()
    const place = correspondent === nobody ? '' : `#${this.#numberOf(correspondent)} `
    let variant = ''
    for (const { number, value } of options) {
      if (!isNoCacheKey(number) && number !== ETag.number && number !== Observe.number)
        variant += `${number}:${textOf(value)},`
    }
    if (request.code !== Code.GET || request.payload.length > 0) variant += `${request.code}:${textOf(request.payload)}`
    return variant === '' ? `${place}${uri}` : `${place}${uri} ${variant}`
  }

  #numberOf(peer: Peer): number {
    let number = this.#peers.get(peer)
    if (number === undefined) {
      number = ++this.#lastPeer
      this.#peers.set(peer, number)
    }
    return number
  }
}

/**
 * What a change of a resource makes stale (RFC 7252 5.9.1): all that is stored for its path. It is more than the RFC asks for: the query,
 * and by which of its names a server was asked as what, make no difference.
 */
export function placeOf(request: Request): string | undefined {
  const { uri, options } = request
  // Options go before the URI.
  return uri && place(uri, options.has(UriPath) ? options.getAll(UriPath) : uri.path)
}

/** Where Location-Path and Location-Query lead to (RFC 7252 5.10.7). */
export function place(uri: CoapUri, path: readonly string[]): string {
  return uri.origin + formatResourceName({ path, query: [] })
}

/** A character for each byte, behind their number: no value can look like two. */
function textOf(bytes: Uint8Array): string {
  let text = `${bytes.length}.`
  if (bytes.length <= 8) {
    for (const byte of bytes) text += String.fromCharCode(byte)
    return text
  }
  for (let at = 0; at < bytes.length; at += 1024) text += String.fromCharCode(...bytes.subarray(at, at + 1024))
  return text
}
