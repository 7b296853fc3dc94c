// For who forwards: requests that go round in circles end (RFC 8768). Endpoints that forward nothing have no use for it, and pass the
// option over: it is elective.

import type { Context } from '../context/context.ts'
import { UsageError } from '../errors.ts'
import { after, type Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { HopLimit } from '../message/option.ts'
import { decodeUtf8, encodeUtf8 } from '../message/option-format.ts'

export interface HopLimitOptions {
  /** What this proxy is called where a loop is told of: a name, an alias or an address, without spaces (4). */
  readonly name: string
  /** The limit of requests that have none: 1 to 255. Default 16 (3). */
  readonly initial?: number
}

export const hopLimitDefaults: { readonly initial: number } = { initial: 16 }

/** Goes around what forwards: one hop less is left behind it, and none after the last. */
export function hopLimit(options: HopLimitOptions): Layer {
  const { name, initial } = { ...hopLimitDefaults, ...options }
  if (name === '' || /\s/.test(name)) throw new UsageError(`the name of a proxy has no spaces: '${name}' (RFC 8768 4)`)
  if (!Number.isInteger(initial) || initial < 1 || initial > 255)
    throw new UsageError(`a hop limit is an integer from 1 to 255, not ${initial}`)
  return (next, context) => (request) => {
    const left = hopsLeft(request, initial)
    if (left === undefined) return Response.diagnostic(Code.BadRequest, 'Hop-Limit is a number from 1 to 255')
    if (left === 0) {
      tell(context, request, [name])
      return Response.diagnostic(Code.HopLimitReached, name)
    }
    const forwarded = request.with({ options: request.options.clone().set(HopLimit, left) })
    return after(next(forwarded), (response) =>
      response.code === Code.HopLimitReached ? passedBack(response, name, request, context) : response,
    )
  }
}

/** What is left behind us; undefined if what there is is malformed. Of several the first counts (RFC 7252 5.4.5). */
function hopsLeft({ options }: Request, initial: number): number | undefined {
  if (!options.has(HopLimit)) return initial
  const limit = options.get(HopLimit)
  return limit === undefined || limit === 0 ? undefined : limit - 1
}

/** Somebody behind us has found a loop: our name goes before the others'. If it is there already the loop leads through us (4). */
function passedBack(response: Response, name: string, request: Request, context: Context): Response {
  const diagnostic = decodeUtf8(response.payload) ?? ''
  const names = diagnostic.split(' ')
  tell(context, request, [name, ...names])
  if (names.includes(name)) return Response.diagnostic(Code.BadGateway, 'the request goes round in a circle')
  const longer = encodeUtf8(diagnostic === '' ? name : `${name} ${diagnostic}`)
  return longer.length > mostBytes ? response : response.with({ payload: longer })
}

/** A message that no link has to cut into pieces carries no more (RFC 7252 4.6). */
const mostBytes = 1024

function tell({ trace }: Context, request: Request, proxies: readonly string[]): void {
  if (trace.enabled) trace.tell('coapstone:request:looped', { code: request.code, uri: request.uri, proxies })
}
