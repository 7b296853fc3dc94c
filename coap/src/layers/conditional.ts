// Conditional requests (RFC 7252 5.10.8, 5.10.6.2) for any route: If-Match and If-None-Match are checked before a handler that changes
// something is asked, and who has the current representation already gets 2.03 instead of it. What a resource is now is what its GET says.

import { UsageError } from '../errors.ts'
import { after, type Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { type Recipient, Response } from '../handler/response.ts'
import { isSafe } from '../message/code.ts'
import { ETag, IfMatch, IfNoneMatch, UriPath } from '../message/option.ts'
import { hasCondition, refusal, withoutCondition } from './conditional/condition.ts'
import { validated } from './conditional/tag.ts'
import { Turns } from './conditional/turns.ts'

export interface ConditionalOptions {
  /**
   * Which responses to GET and FETCH get an ETag made of their content (`contentTag`) where their handler gave none: those to clients
   * that name an ETag, or all, which costs 9 bytes in each. Default `'asked'`.
   */
  readonly etag?: 'asked' | 'always'
  /** The most requests that wait for another one, with a condition, that changes the same resource: more get 5.03. Default 64. */
  readonly waiting?: number
}

export const conditionalDefaults: Required<ConditionalOptions> = { etag: 'asked', waiting: 64 }

/**
 * Answers conditions with 4.12 where they do not hold, and an ETag that is still right with 2.03, in notifications too (RFC 7641 4.3.2).
 * A condition on what cannot be read with GET gets 4.02. `serve` has it around its handler.
 */
export function conditional(options: ConditionalOptions = {}): Layer {
  const { etag, waiting } = { ...conditionalDefaults, ...options }
  if (!Number.isInteger(waiting) || waiting < 0)
    throw new UsageError(`waiting is a number of requests, 0 or more, not ${waiting}`)
  if (etag !== 'asked' && etag !== 'always') throw new UsageError(`etag is 'asked' or 'always', not '${etag}'`)
  const layer: Layer = (next) => {
    const turns = new Turns(waiting)
    const checked = (request: Request): Response | Promise<Response> => {
      const refused = refusal(request, next)
      const go = (response: Response | undefined) => response ?? next(withoutCondition(request))
      return refused instanceof Promise ? refused.then(go) : go(refused)
    }
    return (request) => {
      const { options } = request
      const conditional = hasCondition(options)
      if (isSafe(request.code)) {
        const result = conditional ? checked(request) : next(request)
        if (etag === 'asked' && !options.has(ETag)) return result
        const tags = options.getAll(ETag)
        return after(result, (response) => {
          const given = validated(response, tags)
          // A copy: its handler may have given the same one before.
          return request.observes && given.observed ? given.with({}).mapNotifications(validatedFor) : given
        })
      }
      if (conditional) return turns.take(resourceOf(request), true, () => checked(request))
      if (!turns.idle) return turns.take(resourceOf(request), false, () => next(request))
      const result = next(request)
      return result instanceof Response ? result : turns.entered(resourceOf(request), false, result)
    }
  }
  return Object.assign(layer, { understands: [IfMatch, IfNoneMatch] })
}

/** The same for all observers: who is told says which representations it has. */
function validatedFor(response: Response, recipient?: Recipient): Response {
  return validated(response, recipient?.request.options.getAll(ETag) ?? [])
}

/** Whom requests are for that must not get in each other's way: the query is left out, since it seldom makes another resource. */
function resourceOf({ options }: Request): string {
  return options.getAll(UriPath).join('\0')
}
