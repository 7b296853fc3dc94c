// If-Match and If-None-Match (RFC 7252 5.10.8): whether they hold is asked of the resource itself, with GET. They are about its state,
// also in a FETCH (RFC 8132 2), and a representation may be had in the format of the request only.

import { includesBytes } from '../../bytes/equal.ts'
import type { Handler } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { noBytes } from '../../message/message.ts'
import {
  Accept,
  Block1,
  Block2,
  ContentFormatOption,
  ETag,
  IfMatch,
  IfNoneMatch,
  NoResponse,
  Observe,
  type Option,
  QBlock1,
  QBlock2,
  RequestTag,
  readOption,
  Size1,
  Size2,
} from '../../message/option.ts'
import type { Options } from '../../message/options.ts'
import { tagOf } from '../content-tag.ts'
import { discard } from './tag.ts'

export function hasCondition(options: Options): boolean {
  return options.has(IfMatch) || options.has(IfNoneMatch)
}

/** The same request as if it had no conditions. */
export function withoutCondition(request: Request): Request {
  return request.with({ options: request.options.clone().delete(IfMatch).delete(IfNoneMatch) })
}

/** The response that refuses a request whose conditions do not hold; undefined if they do. `next` is asked for the current state. */
export function refusal(request: Request, next: Handler): Response | undefined | Promise<Response | undefined> {
  const { options } = request
  if (isMalformed(options)) return malformed
  const tags = options.getAll(IfMatch)
  if (tags.length > 0 && options.has(IfNoneMatch)) return failed // no state fulfills both
  if (tags.length === 0) return then(state(request, next), (response) => (response.ok ? failed : absent(response)))
  const formats = new Set([undefined, request.accept, request.contentFormat])
  return matching(request, next, tags, [...formats])
}

const failed: Response = Response.of(Code.PreconditionFailed)
const malformed: Response = Response.diagnostic(
  Code.BadOption,
  'malformed, or there too often: If-Match, If-None-Match',
)
const unreadable: Response = Response.diagnostic(
  Code.BadOption,
  'no condition can be checked here: the resource cannot be read with GET',
)

/** Looks for a representation with one of the tags: the one that GET gives first, then those in the formats of the request. */
function matching(
  request: Request,
  next: Handler,
  tags: readonly Uint8Array[],
  formats: readonly (number | undefined)[],
): Response | undefined | Promise<Response | undefined> {
  const [format, ...others] = formats
  return then(state(request, next, format), (response) => {
    if (response.ok) {
      const tag = tagOf(response)
      if (tags.some(({ length }) => length === 0) || (tag !== undefined && includesBytes(tags, tag))) return undefined
    } else if (response.code === Code.NotFound) return failed
    else if (format === undefined) return unknown(response) // else it has no such representation
    return others.length > 0 ? matching(request, next, tags, others) : failed
  })
}

/** If-None-Match holds where there is nothing; an answer that does not say so lets nothing happen. */
function absent(response: Response): Response | undefined {
  return response.code === Code.NotFound ? undefined : unknown(response)
}

/**
 * Nobody knows whether it exists. Where GET is not allowed the condition is refused like an option that nobody understands (RFC 7252
 * 5.4.1); any other error, such as 4.03, is the answer, since the request would have to be tried to learn more.
 */
function unknown(response: Response): Response {
  const { code } = response
  return code === Code.MethodNotAllowed || code === Code.NotAcceptable || code === Code.Empty ? unreadable : response
}

/** What GET gives at the same place. */
function state(request: Request, next: Handler, format?: number): Response | Promise<Response> {
  const options = request.options.clone()
  for (const each of ofTheRequestAlone) options.delete(each)
  if (format !== undefined) options.set(Accept, format)
  const seen = (response: Response): Response => {
    discard(response)
    return response
  }
  try {
    const result = next(request.with({ code: Code.GET, options, payload: noBytes, multicast: false }))
    return result instanceof Response ? seen(result) : result.then(seen, responseOf)
  } catch (error) {
    return responseOf(error)
  }
}

/** Options that belong to the request's method, its content or its answer, and say nothing of which resource it is. */
const ofTheRequestAlone: readonly Option<unknown>[] = [
  IfMatch, IfNoneMatch, ETag, Observe, ContentFormatOption, Accept, Block1, Block2, QBlock1, QBlock2, Size1, Size2, RequestTag, NoResponse,
] // biome-ignore format: a paragraph of names

/** Handlers may throw a 4.04. */
function responseOf(error: unknown): Response {
  if (error instanceof ResponseError) return error.response
  throw error
}

/** Conditions are taken out before others look at the options: what is wrong with them must be seen here (RFC 7252 5.4.3, 5.4.5). */
function isMalformed(options: Options): boolean {
  let noneMatch = 0
  for (const { number, value } of options) {
    if (number > IfNoneMatch.number) return false
    if (number === IfMatch.number && readOption(IfMatch, value, 0, value.length) === undefined) return true
    if (number === IfNoneMatch.number && (value.length > 0 || ++noneMatch > 1)) return true
  }
  return false
}

/** Goes on in the same turn where nobody waits. */
function then<T, U>(value: T | Promise<T>, go: (value: T) => U | Promise<U>): U | Promise<U> {
  return value instanceof Promise ? value.then(go) : go(value)
}
