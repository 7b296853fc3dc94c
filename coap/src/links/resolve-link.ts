// What a link relates, in full (RFC 6690 2.1, RFC 8288 3.1 and 3.2; RFC 9176 B.1 explains it by example).

import type { CoapUri } from '../uri/coap-uri.ts'
import { isScheme } from '../uri/scheme.ts'
import type { Link } from './link.ts'

interface Target {
  /** An absolute URI of any scheme, with the fragment if it has one. */
  readonly target: string
  /** What to ask for the target; absent where it is nothing that CoAP can ask. */
  readonly uri?: CoapUri
}

export interface ResolvedLink extends Target {
  /** An absolute URI: what the link is about, for instance the server that hosts the target. */
  readonly context: string
}

/** For a link in a document from `base`; undefined where its references are no URIs. */
export function resolveLink(link: Link, base: CoapUri): ResolvedLink | undefined {
  const target = resolve(link.target, base)
  if (target === undefined) return undefined
  const context = link.anchor === undefined ? originOf(target, base) : resolve(link.anchor, base)?.target
  return context === undefined ? undefined : { ...target, context }
}

function resolve(reference: string, base: CoapUri): Target | undefined {
  const encoded = reference.replace(/\P{ASCII}+/gu, encodeURIComponent)
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(encoded)?.[1]
  if (scheme !== undefined && !isScheme(scheme.toLowerCase())) return { target: encoded }
  const hash = encoded.indexOf('#')
  const uri = base.tryResolve(hash < 0 ? encoded : encoded.slice(0, hash))
  return uri && { target: hash < 0 ? uri.toString() : uri + encoded.slice(hash), uri }
}

/** Of the target where it has one, else of the document. */
function originOf({ target, uri }: Target, base: CoapUri): string {
  const foreign = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]*/.exec(target)?.[0]
  return `${uri?.origin ?? foreign ?? base.origin}/`
}
