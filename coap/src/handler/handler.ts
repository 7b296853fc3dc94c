// The one function type above the request line, and how layers wrap it. A server answers with a handler, a client is a handler that
// answers by asking the network, a proxy is both.

import type { Context } from '../context/context.ts'
import type { Option } from '../message/option.ts'
import type { Request } from './request.ts'
import { Response } from './response.ts'

export type Handler = (request: Request) => Response | Promise<Response>

/** A handler around a handler. */
export interface Layer {
  (next: Handler, context: Context): Handler
  /** Critical options that it deals with (RFC 7252 5.4.1). */
  readonly understands?: readonly Option<unknown>[]
}

/** Layers as one, the first outermost: `compose(log, cache)(handler, context)`. */
export function compose(...layers: readonly Layer[]): Layer {
  const wrap = (next: Handler, context: Context): Handler =>
    layers.reduceRight((inner, layer) => layer(inner, context), next)
  return Object.assign(wrap, { understands: layers.flatMap((layer) => layer.understands ?? []) })
}

/** Goes on with a handler's result: in the same turn if it is there, so that layers cost nothing where nobody waits. */
export function after(
  result: Response | Promise<Response>,
  change: (response: Response) => Response | Promise<Response>,
): Response | Promise<Response> {
  return result instanceof Response ? change(result) : result.then(change)
}
