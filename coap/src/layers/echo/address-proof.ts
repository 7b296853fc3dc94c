// Whether somebody is at the address that a request came from (RFC 9175 2.4): who has never shown it may be a spoofer's victim.

import type { Context } from '../../context/context.ts'
import { isGlobal } from '../../network/global-address.ts'
import type { Peer } from '../../transport/transport.ts'

/** It has shown just now that it gets what is sent to it. */
export function noteReached(peer: Peer, context: Context): void {
  if (peer.associations.length > 0) peer.reachedAt = seconds(context)
}

/** It has shown it within so many milliseconds. */
export function wasReached({ reachedAt }: Peer, within: number, context: Context): boolean {
  return reachedAt !== undefined && (seconds(context) - reachedAt) * 1000 <= within
}

/** The request came from anywhere in the Internet, or seems to: its source may be forged. Under security a handshake has proved it. */
export function mayBeForged({ associations: [association], identity }: Peer): boolean {
  return association !== undefined && identity.method === 'none' && isGlobal(association.path.remote.host)
}

function seconds(context: Context): number {
  return Math.floor(context.now() / 1000)
}
