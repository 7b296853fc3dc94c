// Links (RFC 6690) as a table: a line a resource, and a column only for what is there.

import type { Link } from '../links/link.ts'
import { parseLinks } from '../links/parse-links.ts'
import { briefFormatName } from './format-name.ts'
import { printable } from './printable.ts'
import type { Paint } from './terminal.ts'

interface Column {
  readonly name: string
  readonly cell: (link: Link) => string
  readonly right?: true
}

const columns: readonly Column[] = [
  { name: 'resource', cell: ({ target }) => target },
  { name: 'type', cell: ({ resourceTypes }) => resourceTypes.join(' ') },
  { name: 'content', cell: ({ contentFormats }) => contentFormats.map(briefFormatName).join(' ') },
  { name: 'bytes', cell: ({ size }) => (size === undefined ? '' : String(size)), right: true },
  { name: 'changes', cell: ({ observable }) => (observable ? 'observable' : '') },
  { name: 'title', cell: ({ title }) => title ?? '' },
  { name: 'more', cell: moreOf },
]
const inColumns: ReadonlySet<string> = new Set(['rt', 'ct', 'sz', 'obs', 'title', 'title*'])

/** Throws a `FormatError` if the text is no link-format. */
export function linkTable(text: string, paint: Paint): string {
  const links = parseLinks(text)
  if (links.length === 0) return 'There are no links.'
  const used = columns
    .map((column) => ({ ...column, cells: links.map((link) => printable(column.cell(link))) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map((column) => ({ ...column, width: Math.max(column.name.length, ...column.cells.map((cell) => cell.length)) }))
  const row = (cells: readonly string[]): string =>
    cells
      .map((cell, index) => {
        const { width, right } = used[index] as { width: number; right?: true }
        return right ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  const head = paint('bold', row(used.map(({ name }) => name.toUpperCase())))
  return [head, ...links.map((_, index) => row(used.map(({ cells }) => cells[index] as string)))].join('\n')
}

/** Attributes that have no column. */
function moreOf({ attributes }: Link): string {
  return attributes
    .filter(({ name }) => !inColumns.has(name))
    .map(({ name, value }) => (value === undefined ? name : `${name}=${value}`))
    .join(' ')
}
