// Which requests belong to one block-wise operation (RFC 7959 2.4 and 2.5, RFC 9175 3.3): those of one endpoint whose options are equal,
// but for the ones that say which block it is.

import type { Request } from '../../handler/request.ts'
import { Block1, Block2, IfNoneMatch, isCritical, isNoCacheKey, Observe } from '../../message/option.ts'

/** Equal for requests of the same operation, if they are of the same endpoint. */
export function operationKey({ code, options }: Request): string {
  let key = String.fromCharCode(code)
  for (const { number, value } of options) {
    if (apart.has(number) || (isNoCacheKey(number) && !isCritical(number))) continue
    key += String.fromCharCode(number, value.length, ...value)
  }
  return key
}

/** If-None-Match is about the first block only (RFC 7959 2.10); an observation is of the whole resource (2.6). */
const apart: ReadonlySet<number> = new Set([Block1.number, Block2.number, IfNoneMatch.number, Observe.number])
