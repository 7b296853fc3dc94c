// Requests to groups as a client makes them (RFC 7252 8): what a member gives in part, or not before it knows that we are there, is asked
// of it alone.

import type { Endpoint } from '../endpoint/endpoint.ts'
import type { Handler } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import type { Response } from '../handler/response.ts'
import { blockOf } from '../message/block.ts'
import { Code, isSafe } from '../message/code.ts'
import { Block2, Echo } from '../message/option.ts'
import type { ClientRequestInit } from './request-init.ts'

/** All of it optional. */
export interface AskInit
  extends Pick<
    ClientRequestInit,
    'method' | 'json' | 'cbor' | 'contentFormat' | 'accept' | 'query' | 'options' | 'transmission' | 'signal'
  > {
  /** As of a request; but it fits into one message. */
  readonly body?: string | Uint8Array
  /** Milliseconds from when the request leaves until nobody is waited for any more. Default 8,000: leisure, and a round trip. */
  readonly timeout?: number
  /**
   * The name of the interface to ask through, or `'all'`. Default: the zone in the URL; all of them for a link-local group; else what the
   * system takes.
   */
  readonly interface?: string
  /** How many networks the request may pass, 1 to 255. Default 1: it stays on the link. */
  readonly hops?: number
}

/** Each response as it comes. `handler` asks one member alone. */
export async function* askGroup(
  endpoint: Endpoint,
  handler: Handler,
  request: Request,
  init: AskInit,
): AsyncGenerator<Response, undefined> {
  const { timeout, hops } = init
  const responses = endpoint.ask(request, {
    ...(timeout !== undefined && { timeout }),
    ...(init.interface !== undefined && { interface: init.interface }),
    ...(hops !== undefined && { hops }),
  })
  for await (const response of responses) {
    const alone = askedAlone(request, response)
    if (alone === undefined) {
      yield response
      continue
    }
    try {
      yield await handler(alone)
    } catch (error) {
      if (request.abortable?.aborted) throw error // else: it has gone meanwhile, and the others go on
    }
  }
}

/** What to ask one member for (groupcomm-bis 3.8, 6.3.1); undefined: its response is all there is. */
function askedAlone(request: Request, { code, options, uri }: Response): Request | undefined {
  if (uri === undefined) return undefined
  const echo = code === Code.Unauthorized ? options.get(Echo) : undefined
  if (echo !== undefined) {
    return request.with({ uri, multicast: false, confirmable: true, options: request.options.clone().set(Echo, echo) })
  }
  const more = isSafe(request.code) && blockOf(options, Block2)?.more === true
  return more ? request.with({ uri, multicast: false, confirmable: true }) : undefined
}
