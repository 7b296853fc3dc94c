// Critical options that nobody deals with must not be passed over (RFC 7252 5.4.1): 4.02, to Confirmable and Non-confirmable requests
// alike (draft-ietf-core-uri-path-abbrev appendix A). The check is innermost, so that each layer has dealt with its own by then.

import type { Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import {
  Accept,
  isCritical,
  type Option,
  optionOf,
  ProxyScheme,
  ProxyUri,
  UriHost,
  UriPath,
  UriPort,
  UriQuery,
} from '../message/option.ts'

/** Refuses requests with critical options other than the ones that name a resource, Accept, and those that are `understood`. */
export function criticalOptions(...understood: readonly Option<unknown>[]): Layer {
  const refuse = criticalOptionsCheck(understood)
  return (next) => (request) => refuse(request) ?? next(request)
}

/** Says that the handlers inside deal with these critical options themselves: `router.use(understands(IfMatch))`. */
export function understands(...options: readonly Option<unknown>[]): Layer {
  const pass: Layer = (next) => next
  return Object.assign(pass, { understands: options })
}

/** The response to a request with a critical option that nobody deals with; undefined if there is none. */
export function criticalOptionsCheck(
  understood: readonly Option<unknown>[],
): (request: Request) => Response | undefined {
  const known = new Map([...always, ...understood].map((option) => [option.number, option]))
  let mask = 0
  for (const number of known.keys()) if (number < 32) mask |= 1 << number
  return (request) => {
    const first = request.options.firstUnrecognized(mask, known)
    return first === 0 ? undefined : refusal(request, first, known)
  }
}

const always: readonly Option<unknown>[] = [UriHost, UriPort, UriPath, UriQuery, Accept]
/** A diagnostic payload names no more than this: who sends thousands of options gets no longer answer. */
const mostNames = 8

function refusal({ options }: Request, first: number, known: ReadonlyMap<number, unknown>): Response {
  const strange = new Set<number>()
  for (const { number } of options) if (isCritical(number) && !known.has(number)) strange.add(number)
  if (strange.has(ProxyUri.number) || strange.has(ProxyScheme.number)) {
    return Response.diagnostic(Code.ProxyingNotSupported, 'this server is no proxy') // RFC 7252 5.10.2
  }
  const names = [...strange].slice(0, mostNames).map((number) => optionOf(number).name)
  return strange.size === 0
    ? Response.diagnostic(Code.BadOption, `malformed, or there too often: ${optionOf(first).name}`)
    : Response.diagnostic(Code.BadOption, `not understood: ${names.join(', ')}${strange.size > mostNames ? ', …' : ''}`)
}
