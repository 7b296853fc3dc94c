// For who answers: requests that change something are carried out only if they are known to be new (RFC 9175 2.3). Whoever cannot show
// it is given a value to show it with.

import { UsageError } from '../../errors.ts'
import { after, type Layer } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { Response } from '../../handler/response.ts'
import { Code, isSafe } from '../../message/code.ts'
import { Echo } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { noteReached } from './address-proof.ts'
import { EchoValues } from './echo-values.ts'

/** At least one of `fresh` and `events`. */
export interface EchoDemand {
  /** Milliseconds since the value in a request was given out, at most. Default: as long as nothing has happened that `events` counts. */
  readonly fresh?: number
  /** Counts what makes older values worthless, for instance how often a lock was turned. Default: nothing does. */
  readonly events?: () => number
  /** Which requests are to be fresh. Default: all whose methods may change something. */
  readonly when?: (request: Request) => boolean
}

/**
 * `router.use(demandEcho({ fresh: 10_000 }))`. A stale request gets 4.01 with a value, and is not handled; each answer to a fresh one has
 * the next value, so that the next request costs no more round trips. It tells old requests from new ones only where there is security:
 * without it anybody can read and use a value, and all that is shown is that an address is reached (2.3).
 */
export function demandEcho({ fresh = Number.POSITIVE_INFINITY, events, when = changes }: EchoDemand): Layer {
  if (!(fresh > 0) || (fresh === Number.POSITIVE_INFINITY && events === undefined))
    throw new UsageError(
      'a request is fresh for a number of milliseconds above 0, or until something happens: give `events`',
    )
  return (next, context) => {
    const values = new EchoValues(context)
    const happened = (): number => events?.() ?? 0
    return (request) => {
      if (!when(request)) return next(request)
      const { correspondent: peer } = request
      const value = request.options.get(Echo)
      const age = value === undefined ? undefined : values.ageOf(value, peer, happened())
      if (age === undefined || age >= fresh) return challenge(values.issue(peer, happened()))
      noteReached(peer, context)
      return after(next(request), (response) => withEcho(response, values.issue(peer, happened())))
    }
  }
}

/** 4.01 with a value that a repeated request is to show (2.3). It leaves once: sent again it would be many for one (2.4). */
export function challenge(value: Uint8Array): Response {
  return new Response({ code: Code.Unauthorized, options: new Options().add(Echo, value), sentOnce: true })
}

function changes({ code }: Request): boolean {
  return !isSafe(code)
}

function withEcho(response: Response, value: Uint8Array): Response {
  if (response.code === Code.Empty || response.options.has(Echo)) return response
  return response.with({ options: response.options.clone().add(Echo, value) })
}
