// ETag, If-Match and If-None-Match: what TD_COAP_CORE_21 to 23 ask for. The handlers only keep content and give it a tag: it is the
// server that enforces the conditions, for these as for any route.

import { Code, Options, options, Response, type Router } from 'coapstone'
import type { Clock } from '../clock/clock.ts'
import { type Stored, show, storedFrom, text } from './stored.ts'

/** Milliseconds until what was created is forgotten: the next tester finds nothing there. */
export const createdFor = 30_000

export function conditionalResources(router: Router, clock: Clock): void {
  validated(router)
  for (const path of ['/create1', '/create2', '/create3'] as const) creatable(router, clock, path)
}

function validated(router: Router): void {
  let version = 1
  let content = original
  const tagged = () => new Options().set(options.ETag, [Uint8Array.of(version >> 8, version)])
  const change = (next: Stored) => {
    content = next
    version = (version + 1) & 0xffff
  }
  router
    .get('/validate', () => show(Code.Content, content, tagged()), { title: 'Has a tag, and varies when it is put' })
    .put('/validate', (request) => {
      change(storedFrom(request))
      return new Response({ code: Code.Changed, options: tagged() })
    })
    .delete('/validate', () => {
      change(original)
      return Response.of(Code.Deleted)
    })
}

const original: Stored = text('Put something else here, and my tag changes.')

function creatable<Path extends string>(router: Router, clock: Clock, path: Path): void {
  let created: { readonly content: Stored; readonly until: number } | undefined
  const there = () => {
    if (created !== undefined && clock.now() >= created.until) created = undefined
    return created?.content
  }
  const attributes = {
    title: 'To be created by PUT with If-None-Match',
    get hidden() {
      return there() === undefined
    },
  }
  router
    .get(
      path,
      () => {
        const content = there()
        return content === undefined ? Response.of(Code.NotFound) : show(Code.Content, content)
      },
      attributes,
    )
    .put(
      path,
      (request) => {
        const code = there() === undefined ? Code.Created : Code.Changed
        created = { content: storedFrom(request), until: clock.now() + createdFor }
        return Response.of(code)
      },
      attributes,
    )
    .delete(
      path,
      () => {
        created = undefined
        return Response.of(Code.Deleted)
      },
      attributes,
    )
}
