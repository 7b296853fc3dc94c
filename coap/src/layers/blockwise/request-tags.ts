// Request-Tags (RFC 9175 3): what keeps the blocks of two requests apart that are equal otherwise. The first of them goes without one;
// none is used twice within EXCHANGE_LIFETIME, so that a block that was delayed never becomes part of a later body (3.5.1).

import type { Context } from '../../context/context.ts'
import type { Request } from '../../handler/request.ts'
import { exchangeLifetime, transmissionDefaults } from '../../message/transmission.ts'
import { operationKey } from './operation-key.ts'

/** Operations that are remembered; beyond it the one that ended first is forgotten. */
const mostOperations = 4096
const lifetime = exchangeLifetime(transmissionDefaults)

interface Used {
  /** Tags that were given out. */
  count: number
  /** Operations that are under way. */
  active: number
  until: number
}

export interface Operation {
  /** Undefined: it needs none. */
  readonly tag: Uint8Array | undefined
  readonly end: () => void
}

export class RequestTags {
  /** Those that ended last come last. */
  readonly #used = new Map<string, Used>()
  #active = 0

  /** Is an operation under way that the server could take this request to be part of? */
  isActive(request: Request): boolean {
    return this.#active > 0 && (this.#used.get(keyOf(request))?.active ?? 0) > 0
  }

  /** An operation begins that must be told from all that were not long ago. */
  begin(request: Request, context: Context): Operation {
    const key = keyOf(request)
    const known = this.#used.get(key)
    const fresh = known === undefined || (known.active === 0 && context.now() >= known.until)
    const used = this.#start(key, fresh ? undefined : known, context)
    return { tag: fresh ? undefined : shortest(++used.count), end: () => this.#end(key, used, context) }
  }

  /** A request that went without a tag has become an operation: its response comes in blocks. */
  enter(request: Request, context: Context): Operation {
    const key = keyOf(request)
    const used = this.#start(key, this.#used.get(key), context)
    return { tag: undefined, end: () => this.#end(key, used, context) }
  }

  #start(key: string, known: Used | undefined, context: Context): Used {
    this.#forget(context.now())
    const used = known ?? { count: 0, active: 0, until: 0 }
    used.active++
    this.#active++
    this.#used.set(key, used)
    return used
  }

  #end(key: string, used: Used, context: Context): void {
    used.active--
    this.#active--
    used.until = context.now() + lifetime
    if (this.#used.get(key) !== used) return
    this.#used.delete(key)
    this.#used.set(key, used)
  }

  #forget(now: number): void {
    for (const [key, { active, until }] of this.#used) {
      if (active > 0) continue
      if (now < until && this.#used.size < mostOperations) break
      this.#used.delete(key)
    }
  }
}

function keyOf(request: Request): string {
  return `${request.uri} ${operationKey(request)}`
}

/** A count in as few bytes as it needs. */
function shortest(count: number): Uint8Array {
  const bytes: number[] = []
  for (let left = count; left > 0; left = Math.floor(left / 256)) bytes.unshift(left % 256)
  return Uint8Array.from(bytes)
}
