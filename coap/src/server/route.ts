// One route: a method of a path, its handler, and what it says of itself to the router and to who discovers it.

import { UsageError } from '../errors.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import type { DescriptionValue } from '../links/link-description.ts'
import { Code, type Method } from '../message/code.ts'
import type { ContentFormat } from '../message/content-format.ts'
import { answer, answerAtOnce, notAcceptable } from './answer.ts'
import { unsupported } from './content.ts'
import type { Params, RouteSegment } from './route-path.ts'

/** Answers the requests of a route: `(request, { id }) => …`. */
export type RouteHandler<Path extends string> = (request: Request, params: Params<Path>) => Response | Promise<Response>

/** What a route says of itself. All but `accepts`, `body`, `group`, `hidden` and `links` become attributes of its link in /.well-known/core (RFC 6690 3). */
export interface RouteAttributes {
  /** Content-Formats that requests may have: any other gets 4.15. Default: any. */
  readonly accepts?: readonly ContentFormat[]
  /** `stream`: the handler reads the body of requests as it comes (`request.body`), and `payload` is empty. Default `whole`. */
  readonly body?: 'whole' | 'stream'
  /** It is asked too by requests to groups (RFC 7252 8.2): else they are not answered (11.3). Default false. */
  readonly group?: boolean
  /** It is not listed. Default false. */
  readonly hidden?: boolean
  /** The links that it is listed by. Default: its path, if that has no parameters. */
  readonly links?: readonly string[]
  /** Content-Formats that it answers with: who accepts only others gets 4.06 before the handler is asked (RFC 7252 7.2.1). */
  readonly ct?: ContentFormat | readonly ContentFormat[]
  /** Resource types (RFC 6690 3.1). */
  readonly rt?: string | readonly string[]
  /** Interface descriptions (RFC 6690 3.2). */
  readonly if?: string | readonly string[]
  /** The most bytes of its content (RFC 6690 3.3). */
  readonly sz?: number
  /** Can be observed (RFC 7641 6). */
  readonly obs?: boolean
  /** For people. */
  readonly title?: string
  readonly [name: string]: DescriptionValue | undefined
}

/** A route as `router.routes` tells of it. */
export interface RouteDescription {
  readonly method: Method
  /** With the prefixes of the routers that it is mounted in. */
  readonly path: string
  readonly attributes: RouteAttributes
}

export class Route implements RouteDescription {
  readonly method: Method
  readonly path: string
  readonly attributes: RouteAttributes
  readonly #handler: RouteHandler<string>
  /** Of its parameters, in order; then of its open end. */
  readonly #names: readonly string[]
  readonly #restName: string | undefined
  readonly #formats: readonly ContentFormat[] | undefined

  constructor(
    method: Method,
    path: string,
    segments: readonly RouteSegment[],
    handler: RouteHandler<string>,
    attributes: RouteAttributes,
  ) {
    if (typeof handler !== 'function') throw new UsageError(`${method} ${path} needs a function that answers requests`)
    this.method = method
    this.path = path
    this.attributes = attributes
    this.#handler = handler
    this.#names = segments.filter(({ kind }) => kind === 'parameter').map(({ text }) => text)
    this.#restName = segments.find(({ kind }) => kind === 'rest')?.text
    this.#formats = typeof attributes.ct === 'number' ? [attributes.ct] : attributes.ct
  }

  /** `values` are what its parameters stand for, `matched` the segments before its open end. */
  answer(request: Request, values: readonly string[], matched: number): Response | Promise<Response> {
    const { accepts, body } = this.attributes
    const { accept, contentFormat } = request
    if (accept !== undefined && this.#formats?.includes(accept) === false) return notAcceptable(this.#formats)
    if (contentFormat !== undefined && accepts?.includes(contentFormat) === false) return unsupported(accepts)
    const ask = body === 'stream' ? answerAtOnce : answer
    return ask(this.#handler, request, this.#params(request, values, matched), `${this.method} ${this.path}`)
  }

  #params({ path }: Request, values: readonly string[], matched: number): Params<string> {
    if (this.#names.length === 0 && this.#restName === undefined) return none
    const params: Record<string, string | readonly string[]> = {}
    for (const [index, name] of this.#names.entries()) params[name] = values[index] as string
    if (this.#restName !== undefined) params[this.#restName] = path.slice(matched)
    return params
  }
}

/** All methods of one path. */
export class Resource {
  readonly #routes: (Route | undefined)[] = []

  add(route: Route): void {
    const there = this.#routes[Code[route.method]]
    if (there !== undefined) {
      const as = there.path === route.path ? '' : `, as ${there.path}`
      throw new UsageError(`${route.method} ${route.path} is there already${as}`)
    }
    this.#routes[Code[route.method]] = route
  }

  route(method: Code): Route | undefined {
    return this.#routes[method]
  }

  /** 4.05: what could be asked instead is for people to read. */
  notAllowed(): Response {
    const allowed = this.#routes.flatMap((route) => route?.method ?? [])
    return Response.diagnostic(Code.MethodNotAllowed, `allowed: ${allowed.join(', ')}`)
  }
}

const none: Params<string> = Object.freeze({})
