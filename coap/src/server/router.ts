// From a request's path and method to its handler (RFC 7252 5.8): `router.get('/lights/:id', (request, { id }) => …)`.

import { platform } from '#platform'
import type { Context } from '../context/context.ts'
import { UsageError } from '../errors.ts'
import { compose, type Handler, type Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { criticalOptionsCheck } from '../layers/critical-options.ts'
import { Code, type Method, methods } from '../message/code.ts'
import type { Option } from '../message/option.ts'
import { innermost } from './answer.ts'
import { Resource, Route, type RouteAttributes, type RouteDescription, type RouteHandler } from './route.ts'
import { isStatic, parseRoutePath } from './route-path.ts'
import { RouteTree } from './route-tree.ts'

/**
 * Routes, and other routers below them. In a path, `:name` stands for a segment and a last `*name` for all that follow; static
 * segments go before these. A path that is not there gets 4.04, a method that its path does not have 4.05.
 */
export class Router {
  /** Answers requests, with the layers on the platform's clock. */
  readonly handle: Handler
  readonly #tree = new RouteTree<Resource | Mount>()
  readonly #entries: (Route | Mount)[] = []
  readonly #layers: Layer[] = []
  #served = false

  constructor() {
    let handler: Handler | undefined
    this.handle = (request) => {
      handler ??= this.handlerOn(platform.context())
      return handler(request)
    }
  }

  get<const Path extends string>(path: Path, handler: RouteHandler<Path>, attributes?: RouteAttributes): this {
    return this.#add('GET', path, handler, attributes)
  }

  post<const Path extends string>(path: Path, handler: RouteHandler<Path>, attributes?: RouteAttributes): this {
    return this.#add('POST', path, handler, attributes)
  }

  put<const Path extends string>(path: Path, handler: RouteHandler<Path>, attributes?: RouteAttributes): this {
    return this.#add('PUT', path, handler, attributes)
  }

  delete<const Path extends string>(path: Path, handler: RouteHandler<Path>, attributes?: RouteAttributes): this {
    return this.#add('DELETE', path, handler, attributes)
  }

  fetch<const Path extends string>(path: Path, handler: RouteHandler<Path>, attributes?: RouteAttributes): this {
    return this.#add('FETCH', path, handler, attributes)
  }

  patch<const Path extends string>(path: Path, handler: RouteHandler<Path>, attributes?: RouteAttributes): this {
    return this.#add('PATCH', path, handler, attributes)
  }

  ipatch<const Path extends string>(path: Path, handler: RouteHandler<Path>, attributes?: RouteAttributes): this {
    return this.#add('iPATCH', path, handler, attributes)
  }

  /**
   * Hands all paths that begin with a prefix, and are no route here, to another router or handler, which sees in `request.path` what
   * follows the prefix.
   */
  mount(prefix: string, inner: Router | Handler): this {
    const segments = prefix === '/' ? [] : parseRoutePath(prefix)
    if (!isStatic(segments) || segments.at(-1)?.text === '')
      throw new UsageError(
        `a prefix has neither parameters nor a slash at its end: expected one like '/floors', not '${prefix}'`,
      )
    if (inner === this) throw new UsageError('a router cannot be mounted in itself')
    const mount = new Mount(prefix, segments.length, inner)
    const there = this.#tree.at([...segments, { kind: 'rest', text: '' }], () => mount)
    if (there !== mount)
      throw new UsageError(`something is mounted at ${prefix} already, or a route takes all that is below`)
    this.#entries.push(mount)
    return this
  }

  /**
   * Puts layers around all that this router answers, whether it was registered before or will be: the first one outermost, and further
   * ones inside of those. Throws a `UsageError` once the router has been served.
   */
  use(...layers: readonly Layer[]): this {
    if (this.#served) throw new UsageError('this router is being served already: use its layers before')
    this.#layers.push(...layers)
    return this
  }

  /** All routes, also those of routers below, in the order of registration. */
  get routes(): readonly RouteDescription[] {
    return this.#entries.flatMap((entry) => (entry instanceof Route ? [entry] : entry.routes))
  }

  /**
   * The handler for an endpoint that you put together yourself: its layers live on this context, and requests may have those critical
   * options that layers outside of it deal with.
   */
  handlerOn(context: Context, understood: readonly Option<unknown>[] = []): Handler {
    this.#served = true
    const layers = compose(...this.#layers)
    const all = [...understood, ...(layers.understands ?? [])]
    const refuse = criticalOptionsCheck(all)
    const mounted = new Map<Mount, Handler>()
    const handlerOf = (mount: Mount): Handler => {
      let handler = mounted.get(mount)
      if (handler === undefined) {
        handler = mount.handlerOn(context, all)
        mounted.set(mount, handler)
      }
      return handler
    }
    return layers((request) => this.#route(request, refuse, handlerOf), context)
  }

  #route(
    request: Request,
    refuse: (request: Request) => Response | undefined,
    handlerOf: (mount: Mount) => Handler,
  ): Response | Promise<Response> {
    const tree = this.#tree
    const found = tree.find(request.path)
    if (found instanceof Mount) return handlerOf(found)(found.inside(request))
    const refusal = refuse(request)
    if (refusal !== undefined) return refusal
    if (request.code > Code.iPATCH)
      return Response.diagnostic(Code.MethodNotAllowed, `methods are ${methods.join(', ')}`)
    if (found === undefined) return Response.of(Code.NotFound)
    const route = found.route(request.code)
    if (request.multicast && route?.attributes.group !== true) return Response.none
    return route === undefined ? found.notAllowed() : route.answer(request, tree.values, tree.matched)
  }

  #add<Path extends string>(
    method: Method,
    path: Path,
    handler: RouteHandler<Path>,
    attributes: RouteAttributes = {},
  ): this {
    const segments = parseRoutePath(path)
    // Its parameters are those of its path: what Params says in types, a route makes of the same text.
    const route = new Route(method, path, segments, handler as RouteHandler<string>, attributes)
    const there = this.#tree.at(segments, () => new Resource())
    if (there instanceof Mount)
      throw new UsageError(`${method} ${path} is never reached: something is mounted at ${there.prefix}`)
    there.add(route)
    this.#entries.push(route)
    return this
  }
}

/** What a prefix leads to. */
class Mount {
  readonly prefix: string
  readonly #length: number
  readonly #inner: Router | Handler

  constructor(prefix: string, length: number, inner: Router | Handler) {
    this.prefix = prefix
    this.#length = length
    this.#inner = inner
  }

  handlerOn(context: Context, understood: readonly Option<unknown>[]): Handler {
    const inner = this.#inner
    if (inner instanceof Router) return inner.handlerOn(context, understood)
    const refuse = criticalOptionsCheck(understood)
    const handler = innermost(inner)
    return (request) => (request.multicast ? Response.none : (refuse(request) ?? handler(request)))
  }

  /** The request as it is seen behind the prefix. */
  inside(request: Request): Request {
    return this.#length === 0 ? request : request.behind(this.#length)
  }

  get routes(): readonly RouteDescription[] {
    if (typeof this.#inner === 'function') return []
    return this.#inner.routes.map(({ method, path, attributes }) => {
      const { links } = attributes
      return {
        method,
        path: this.#within(path),
        attributes:
          links === undefined ? attributes : { ...attributes, links: links.map((link) => this.#within(link)) },
      }
    })
  }

  /** A path, or a link that begins with a slash, seen from outside. */
  #within(path: string): string {
    if (this.prefix === '/' || !path.startsWith('/') || path.startsWith('//')) return path
    return path === '/' ? this.prefix : this.prefix + path
  }
}
