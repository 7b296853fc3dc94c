// The paths of routes: `/lights/:id`, `/files/*rest`. Apart from parameters they are written as in a URI (RFC 3986 3.3): `%3A` is a colon,
// `%2F` a slash within a segment (RFC 7252 6.4).

import { UsageError } from '../errors.ts'
import { pathSegment, percentDecode, utf8Length } from '../uri/percent-encoding.ts'

/** What a route's handler gets of the path: a text for each `:name`, and the segments that `*name` stands for. */
export type Params<Path extends string> = string extends Path
  ? Readonly<Record<string, string | readonly string[]>>
  : { readonly [Name in NamesAfter<Path, ':'>]: string } & {
      readonly [Name in NamesAfter<Path, '*'>]: readonly string[]
    }

type NamesAfter<Path extends string, Mark extends string> = Path extends `${string}/${Mark}${infer Tail}`
  ? Tail extends `${infer Name}/${infer Rest}`
    ? Name | NamesAfter<`/${Rest}`, Mark>
    : Tail
  : never

/** `parameter` stands for one segment that is not empty, `rest` for all that follow, of which there may be none. */
export interface RouteSegment {
  readonly kind: 'static' | 'parameter' | 'rest'
  /** Of a static segment its text, decoded; of the others their name. */
  readonly text: string
}

/** Throws a `UsageError` that says what was expected. */
export function parseRoutePath(path: string): readonly RouteSegment[] {
  const fail = (expected: string): never => {
    throw new UsageError(`'${path}' is no path of a route: expected ${expected}`)
  }
  if (typeof path !== 'string' || !path.startsWith('/')) fail("a slash at its beginning, as in '/lights/:id'")
  if (path === '/') return []
  const segments = path
    .slice(1)
    .split('/')
    .map((text) => readSegment(text, fail))
  const names = segments.filter(({ kind }) => kind !== 'static').map(({ text }) => text)
  const twice = names.find((name, index) => names.indexOf(name) < index)
  if (twice !== undefined) fail(`each name once, not '${twice}' twice`)
  if (segments.slice(0, -1).some(({ kind }) => kind === 'rest')) fail("'*' only in the last segment")
  return segments
}

/** Its parameters and its end, if it is open, by their names. */
export function isStatic(segments: readonly RouteSegment[]): boolean {
  return segments.every(({ kind }) => kind === 'static')
}

function readSegment(text: string, fail: (expected: string) => never): RouteSegment {
  const mark = text[0]
  if (mark === ':' || mark === '*') {
    const name = text.slice(1)
    if (!/^[A-Za-z_]\w*$/.test(name)) {
      fail(
        `a name of letters, digits and '_' after '${mark}', not '${name}' (a segment that begins so is written ${mark === ':' ? '%3A' : '%2A'})`,
      )
    }
    return { kind: mark === ':' ? 'parameter' : 'rest', text: name }
  }
  const query = /[?#]/.exec(text)?.[0]
  if (query !== undefined) fail(`no '${query}': a handler looks at request.query itself`)
  // What a URI has only percent-encoded may stand here as it is: '/Türen'.
  const encoded = text.replace(/\P{ASCII}+/gu, (characters) =>
    characters.isWellFormed() ? encodeURIComponent(characters) : fail('well-formed Unicode'),
  )
  const decoded = percentDecode(encoded, 0, encoded.length, pathSegment, (_offset, message) =>
    fail(message.replace(/^expected /, '')),
  )
  if (decoded === '.' || decoded === '..') fail(`a segment that can be asked for, not '${decoded}'`) // RFC 7252 5.10.1
  if (utf8Length(decoded) > 255) fail('segments of at most 255 bytes')
  return { kind: 'static', text: decoded }
}
