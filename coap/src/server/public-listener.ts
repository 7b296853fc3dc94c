// Whether a server can be asked from the Internet: then its answers may be sent at somebody who never asked (RFC 7252 11.3).

import { isGlobal } from '../network/global-address.ts'
import type { NetworkAddress } from '../network/network.ts'

/** It listens at all addresses of this machine, or at one that is known everywhere. */
export function isPublic(listen: readonly NetworkAddress[]): boolean {
  return listen.some(({ host }) => everywhere.has(host) || (host !== 'localhost' && isGlobal(host)))
}

const everywhere: ReadonlySet<string> = new Set(['::', '0.0.0.0'])
