// Who: what a transport (or OSCORE, or a token) has proved about the other side. Never a transport address.

import type { Context } from '../context/context.ts'

/** What the operator says of a credential. It comes with the key, and is checked on each request, not once. */
export interface Claims {
  /** The operator's stable name for the thing: it survives a new key, a new board, an owner's new phone. */
  readonly principal?: string
  readonly issuer?: string
  readonly subject?: string
  readonly audience?: string
  readonly scope?: readonly string[]
  /** When the credential ends, in milliseconds of the wall clock (as `Date.now()`). */
  readonly expires?: number
}

export type Identity =
  | { readonly method: 'none' }
  | { readonly method: 'psk'; readonly id: Uint8Array; readonly claims: Claims }

/** Nothing has been proved. */
export const anonymous: Identity = { method: 'none' }

/** Do both prove the same? Nobody is the same as nobody: two strangers are two. A principal stands for all its credentials. */
export function sameIdentity(one: Identity, other: Identity): boolean {
  const key = identityKey(one)
  return key !== undefined && key === identityKey(other)
}

/** Equal exactly for identities that are the same; undefined for nobody. */
export function identityKey(identity: Identity): string | undefined {
  if (identity.method === 'none') return undefined
  const { principal } = identity.claims
  return principal !== undefined ? `principal ${principal}` : `${identity.method} ${identity.id.join(',')}`
}

/** Its credential has ended: what was proved with it holds no longer. */
export function hasExpired(identity: Identity, context: Context): boolean {
  return (
    identity.method !== 'none' &&
    identity.claims.expires !== undefined &&
    identity.claims.expires <= context.wallClock()
  )
}

/** For people: `nobody`, the principal, or the method and the id. */
export function describeIdentity(identity: Identity): string {
  if (identity.method === 'none') return 'nobody'
  return identity.claims.principal ?? `${identity.method} ${printable(identity.id)}`
}

function printable(id: Uint8Array): string {
  const text = String.fromCharCode(...id)
  return /^[\x21-\x7e]+$/.test(text) ? text : Array.from(id, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
