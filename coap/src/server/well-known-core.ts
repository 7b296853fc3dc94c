// /.well-known/core (RFC 6690 4, RFC 7252 7.2): the links of a router's routes, with the attributes that they were given.

import type { Layer } from '../handler/handler.ts'
import { Response } from '../handler/response.ts'
import { filterLinks } from '../links/filter-links.ts'
import { formatLinks } from '../links/format-links.ts'
import { Link } from '../links/link.ts'
import { attributesOf, spaceSeparated } from '../links/link-description.ts'
import { Code } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import type { Option } from '../message/option.ts'
import { formatResourceName } from '../uri/resource-name.ts'
import type { RouteAttributes, RouteDescription } from './route.ts'
import { isStatic, parseRoutePath } from './route-path.ts'
import { Router } from './router.ts'

/**
 * Lists the routes of a router at /.well-known/core; a route of its own for that goes before. `understood` are the critical options that
 * layers outside deal with.
 */
export function wellKnownCore(router: Router, understood: readonly Option<unknown>[] = []): Layer {
  const list = new Router().get(
    path,
    (request) => {
      const links = filterLinks(linksOf(router.routes), request.query)
      // Who has nothing to say to a group says nothing (RFC 6690 4.1).
      if (links.length === 0 && request.multicast) return Response.none
      return Response.of(Code.Content, formatLinks(links), ContentFormat.linkFormat)
    },
    { ct: ContentFormat.linkFormat, group: true },
  )
  return (next, context) => {
    const handler = list.handlerOn(context, understood)
    return (request) => (isListed(request.path) && !hasItsOwn(router) ? handler(request) : next(request))
  }
}

/** A link for each path; of attributes that several of its methods have, lists are joined, and else the first one counts. */
export function linksOf(routes: readonly RouteDescription[]): readonly Link[] {
  const byTarget = new Map<string, Map<string, string | undefined>>()
  for (const { path, attributes } of routes) {
    if (attributes.hidden) continue
    for (const target of attributes.links ?? targetsOf(path)) {
      const known = byTarget.get(target) ?? new Map<string, string | undefined>()
      byTarget.set(target, known)
      for (const { name, value } of linkAttributes(attributes)) known.set(name, joined(name, known.get(name), value))
    }
  }
  return [...byTarget].map(
    ([target, attributes]) =>
      new Link(
        target,
        [...attributes].map(([name, value]) => (value === undefined ? { name } : { name, value })),
      ),
  )
}

const path = '/.well-known/core'

function isListed({ length, 0: first, 1: second }: readonly string[]): boolean {
  return length === 2 && first === '.well-known' && second === 'core'
}

function hasItsOwn({ routes }: Router): boolean {
  return routes.some((route) => route.path === path)
}

/** The path as a URI writes it; a path with parameters is none. */
function targetsOf(path: string): readonly string[] {
  const segments = parseRoutePath(path)
  return isStatic(segments) ? [formatResourceName({ path: segments.map(({ text }) => text), query: [] })] : []
}

function linkAttributes({
  accepts: _accepts,
  body: _body,
  group: _group,
  hidden: _hidden,
  links: _links,
  ...attributes
}: RouteAttributes) {
  return attributesOf(attributes)
}

function joined(name: string, known: string | undefined, value: string | undefined): string | undefined {
  if (known === undefined || value === undefined || !spaceSeparated.has(name)) return known ?? value
  return [...new Set([...known.split(' '), ...value.split(' ')])].join(' ')
}
