// What a request that observes is about (RFC 7641 3.1): two with the same target share one registration.

import { toHex } from '../../bytes/hex.ts'
import { nobody, type Request } from '../../handler/request.ts'
import { isNoCacheKey, Observe } from '../../message/option.ts'
import type { Peer } from '../../transport/transport.ts'

/** All that is part of its cache key, and whom it asks; undefined if its answer cannot be shared. */
export function targetOf(request: Request): string | undefined {
  const { code, uri, options, body, transfer, correspondent } = request
  if (body.whole === undefined || transfer?.stream === true || transfer?.range !== undefined) return undefined
  const parts = [code, correspondent === nobody ? '' : numberOf(correspondent), uri?.toString() ?? '']
  for (const { number, value } of options)
    if (number !== Observe.number && !isNoCacheKey(number)) parts.push(`${number}=${toHex(value)}`)
  return [...parts, toHex(body.whole)].join(' ')
}

const numbers = new WeakMap<Peer, number>()
let last = 0

function numberOf(peer: Peer): number {
  const number = numbers.get(peer) ?? ++last
  numbers.set(peer, number)
  return number
}
