// What every innermost handler is asked through: its response says whom to ask again when the subject changes (RFC 7641 4.2), and never
// has another Content-Format than the client accepts (RFC 7252 5.10.4).

import { UsageError } from '../errors.ts'
import type { Handler } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'
import { type ContentFormat, mediaTypeOf } from '../message/content-format.ts'

/** The handler of a server that has no router. */
export function innermost(handler: Handler): Handler {
  return (request) => answer(handler, request, undefined, 'the handler')
}

/** Asks an innermost handler with the whole body. `name` is for the error of one that gives no response. */
export function answer<P>(
  handler: (request: Request, params: P) => Response | Promise<Response>,
  request: Request,
  params: P,
  name: string,
): Response | Promise<Response> {
  if (request.body.whole === undefined) {
    return request.body.bytes().then((payload) => answer(handler, request.with({ payload }), params, name))
  }
  return answerAtOnce(handler, request, params, name)
}

/** The same for a handler that reads the body as it comes. */
export function answerAtOnce<P>(
  handler: (request: Request, params: P) => Response | Promise<Response>,
  request: Request,
  params: P,
  name: string,
): Response | Promise<Response> {
  const result = handler(request, params)
  if (result instanceof Response) return finished(result, handler, request, params)
  return Promise.resolve(result).then((response) => {
    if (response instanceof Response) return finished(response, handler, request, params)
    throw new UsageError(`${name} gave ${response === null ? 'null' : typeof response}: expected a Response`)
  })
}

/** 4.06: what could be had instead is for people to read. */
export function notAcceptable(offered: readonly ContentFormat[]): Response {
  return Response.diagnostic(Code.NotAcceptable, `offered: ${describeFormats(offered)}`)
}

export function describeFormats(formats: readonly ContentFormat[]): string {
  return formats.map((format) => mediaTypeOf(format) ?? String(format)).join(', ')
}

function finished<P>(
  response: Response,
  handler: (request: Request, params: P) => Response | Promise<Response>,
  request: Request,
  params: P,
): Response {
  const { accept } = request
  if (accept !== undefined && response.ok) {
    const { contentFormat } = response
    if (contentFormat !== undefined && contentFormat !== accept) return notAcceptable([contentFormat])
  }
  const { observed } = response
  if (observed === undefined || observed.again !== undefined || !request.observes) return response
  return response.askedAgain(() => handler(request, params))
}
