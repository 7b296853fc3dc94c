// Servers that were discovered, for people as a tree or a table, and for machines. What they say of themselves is printed with care.

import type { DiscoveredServer } from '../client/discovery.ts'
import type { Link } from '../links/link.ts'
import { briefFormatName } from './format-name.ts'
import { printable } from './printable.ts'
import type { Paint } from './terminal.ts'

/** `coap://192.0.2.7 (Kitchen)` */
export function serverLine({ uri, name }: DiscoveredServer): string {
  return name === undefined ? uri.origin : `${uri.origin} (${printable(name)})`
}

/** The server, and below it its resources. */
export function serverTree(server: DiscoveredServer, paint: Paint): string {
  const { links } = server
  const rows = links.map(cellsOf)
  const widths = widthsOf(rows)
  const branches = rows.map((cells, index) => `${index < rows.length - 1 ? '├' : '└'}─ ${lineOf(cells, widths)}`)
  return [paint('bold', serverLine(server)), ...branches].join('\n')
}

/** A line a resource, with its server. */
export function serversTable(servers: readonly DiscoveredServer[], paint: Paint): string {
  const rows = servers.flatMap((server) =>
    server.links.length === 0
      ? [[serverLine(server)]]
      : server.links.map((link) => [serverLine(server), ...cellsOf(link)]),
  )
  const heads = allHeads.map((head, column) => (rows.some((row) => row[column]) ? head : ''))
  const widths = widthsOf([heads, ...rows])
  return [paint('bold', lineOf(heads, widths)), ...rows.map((row) => lineOf(row, widths))].join('\n')
}

/** For --json: its fields are promised in docs/cli.md. */
export function serverRecord({ uri, name, links }: DiscoveredServer): object {
  return {
    uri: uri.origin,
    ...(name !== undefined && { name }),
    links: links.map(({ target, attributes }) => ({
      target,
      attributes: Object.fromEntries(attributes.map(({ name: key, value }) => [key, value ?? true])),
    })),
  }
}

const allHeads: readonly string[] = ['SERVER', 'RESOURCE', 'TYPE', 'CONTENT', 'CHANGES', 'TITLE']

function cellsOf({ target, resourceTypes, contentFormats, observable, title = '' }: Link): readonly string[] {
  const content = contentFormats.map(briefFormatName).join(' ')
  return [target, resourceTypes.join(' '), content, observable ? 'observable' : '', title].map(printable)
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  const count = Math.max(0, ...rows.map(({ length }) => length))
  return Array.from({ length: count }, (_, column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)))
}

/** Columns that are empty in all rows take no place. */
function lineOf(cells: readonly string[], widths: readonly number[]): string {
  return cells
    .flatMap((cell, column) => (widths[column] === 0 ? [] : [cell.padEnd(widths[column] as number)]))
    .join('  ')
    .trimEnd()
}
