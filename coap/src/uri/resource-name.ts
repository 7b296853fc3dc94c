// Path and query (RFC 3986 3.3 and 3.4), as lists of decoded segments and arguments: Uri-Path and Uri-Query, one option each
// (RFC 7252 6.4 steps 8 and 9, 6.5 steps 6 to 8).

import type { Fail } from './fault.ts'
import {
  type Component,
  pathSegment,
  percentDecode,
  percentEncode,
  queryArgument,
  utf8Length,
} from './percent-encoding.ts'

export interface ResourceName {
  /** Decoded segments; none of them is `.` or `..`. */
  readonly path: readonly string[]
  /** Decoded arguments. Empty where there is no question mark; a question mark with nothing behind is one empty argument. */
  readonly query: readonly string[]
}

/** Reads path and query from `start` to the end of `text`; the path is empty or begins with a slash, dots are still in it. */
export function readResourceName<F extends undefined>(text: string, start: number, fail: Fail<F>): ResourceName | F {
  const fragment = text.indexOf('#', start)
  if (fragment >= 0) return fail(fragment, "expected no fragment, which is never sent, not '#'")
  const mark = text.indexOf('?', start)
  const pathEnd = mark < 0 ? text.length : mark
  const path = pathEnd === start ? [] : readList(text, start + 1, pathEnd, '/', pathSegment, fail)
  if (path === undefined) return path
  const query = mark < 0 ? [] : readList(text, mark + 1, text.length, '&', queryArgument, fail)
  return query === undefined ? query : { path, query }
}

/** The path that `segments` lead to from the root (RFC 3986 5.2.4). */
export function removeDotSegments(segments: readonly string[]): readonly string[] {
  const path: string[] = []
  for (const segment of segments) {
    if (segment === '..') path.pop()
    else if (segment !== '.') path.push(segment)
  }
  if (isDots(segments.at(-1))) path.push('') // what ends in dots names a folder
  return withoutRoot(path)
}

/** In normal form; fails where no options can hold it. */
export function normalResourceName<F extends undefined>(
  { path, query }: ResourceName,
  fail: (message: string) => F,
): ResourceName | F {
  const dots = path.find(isDots)
  if (dots !== undefined) return fail(`expected a path segment, not '${dots}'`) // RFC 7252 5.10.1
  const fault =
    path.map((value) => lengthFault(value, pathSegment)).find((message) => message !== undefined) ??
    query.map((value) => lengthFault(value, queryArgument)).find((message) => message !== undefined)
  return fault === undefined ? { path: withoutRoot(path), query } : fail(fault)
}

/** The text from the first slash on. */
export function formatResourceName({ path, query }: ResourceName): string {
  const segments = path.map((segment) => percentEncode(segment, pathSegment)).join('/')
  if (query.length === 0) return `/${segments}`
  return `/${segments}?${query.map((argument) => percentEncode(argument, queryArgument)).join('&')}`
}

function readList<F extends undefined>(
  text: string,
  start: number,
  end: number,
  separator: string,
  component: Component,
  fail: Fail<F>,
): readonly string[] | F {
  const values: string[] = []
  for (let from = start; from <= end; ) {
    const next = text.indexOf(separator, from)
    const to = next < 0 || next > end ? end : next
    const value = percentDecode(text, from, to, component, fail)
    if (value === undefined) return value
    const fault = lengthFault(value, component)
    if (fault !== undefined) return fail(from, fault)
    values.push(value)
    from = to + 1
  }
  return values
}

function lengthFault(value: string, component: Component): string | undefined {
  if (!value.isWellFormed()) return `expected well-formed Unicode in ${component.name}`
  const length = utf8Length(value)
  return length > maxLength ? `expected at most ${maxLength} bytes in ${component.name}, not ${length}` : undefined
}

function isDots(segment: string | undefined): boolean {
  return segment === '.' || segment === '..'
}

/** A slash and nothing behind it is no segment (RFC 7252 6.4 step 8). */
function withoutRoot(path: readonly string[]): readonly string[] {
  return path.length === 1 && path[0] === '' ? [] : path
}

const maxLength = 255 // of Uri-Path and Uri-Query (RFC 7252 5.10)
