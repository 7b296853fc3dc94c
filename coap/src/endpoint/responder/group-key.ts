// What observers have in common who get the same response.

import type { Request } from '../../handler/request.ts'
import { blockOf } from '../../message/block.ts'
import { Block1, isNoCacheKey, Observe } from '../../message/option.ts'
import { tokenKey } from '../tokens.ts'
import type { Incoming } from './incoming.ts'

/**
 * What a handler may vary on: method, path, query, Accept and all else that is part of a cache key; of FETCH the body too; and who asks,
 * if anybody looked at that.
 */
export function groupKey(request: Request, incoming: Incoming): string {
  let key = String(request.code)
  for (const { number, value } of request.options) {
    if (number !== Observe.number && !isNoCacheKey(number)) key += `,${number}:${value.length}:${tokenKey(value)}`
  }
  // The body has come in blocks, of which only the last one is here.
  if ((blockOf(request.options, Block1)?.number ?? 0) > 0)
    key += `,alone:${incoming.association.key}:${tokenKey(incoming.token)}`
  if (incoming.lookedAtPeer) key += `,peer:${incoming.association.key}`
  return request.payload.length > 0 ? `${key};${tokenKey(request.payload)}` : key
}
