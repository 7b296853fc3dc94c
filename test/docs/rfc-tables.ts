// The tables of docs/rfc/: each clause names what implements it and what proves it, or says why not.
// docs/rfc/README.md tells the syntax; this reads it.

import type { Tree } from './links.ts'
import { type Problem, type Row, tableRows } from './markdown.ts'

export const columns: readonly string[] = ['section', 'clause', 'file', 'test', 'not done, because']

/** At most this share of the counted rows of an RFC may be 'not done'. */
const toleratedShare = 0.05

export interface Tally {
  readonly done: number
  readonly notDone: number
  readonly later: number
}

export function checkTable(file: string, markdown: string, tree: Tree): { problems: Problem[]; tally: Tally } {
  const rows = tableRows(markdown, columns)
  if (rows === undefined || rows.length === 0) {
    const message = `has no table with the columns ${columns.join(' | ')}`
    return { problems: [{ file, line: 1, message }], tally: { done: 0, notDone: 0, later: 0 } }
  }
  const problems = rows.flatMap((row) =>
    checkRow(row, tree).map((message) => ({ file, line: row.line, message: `${row.cells[0] ?? ''}: ${message}` })),
  )
  const tally = count(rows)
  const share = tally.notDone / (tally.done + tally.notDone)
  if (share > toleratedShare) {
    const message = `${tally.notDone} of ${tally.done + tally.notDone} rows are not done; at most ${100 * toleratedShare} % may be`
    problems.push({ file, line: 1, message })
  }
  return { problems, tally }
}

/** Whether a test of that name is in the source of the test file: as a string of TypeScript, or in a line of any other text. */
export function namesTest(path: string, source: string, name: string): boolean {
  if (!path.endsWith('.ts')) return source.includes(name)
  return ["'", '"', '`'].some((quote) => source.includes(quote + name.replaceAll(quote, `\\${quote}`) + quote))
}

function count(rows: readonly Row[]): Tally {
  const reasons = rows.map((row) => row.cells[4] ?? '')
  const later = reasons.filter(isLater).length
  const done = reasons.filter((reason) => reason === '').length
  return { done, later, notDone: rows.length - done - later }
}

function isLater(reason: string): boolean {
  return /^later\b/.test(reason)
}

function checkRow({ cells }: Row, tree: Tree): string[] {
  if (cells.length !== columns.length) return [`has ${cells.length} cells, not ${columns.length}`]
  const [section = '', clause = '', file = '', test = '', reason = ''] = cells
  const messages: string[] = []
  if (section === '') messages.push('names no section')
  if (clause === '') messages.push('says no clause')
  if (reason === '' && (file === '' || test === '')) messages.push('names no file or no test, and no reason')
  if (reason !== '' && !isLater(reason) && reason.length < 10) messages.push(`'${reason}' is no reason`)
  for (const path of parts(file)) {
    if (!tree.exists(inRepository(path))) messages.push(`the file ${path} is not there`)
  }
  for (const part of parts(test)) messages.push(...checkTest(part, tree))
  return messages
}

function checkTest(part: string, tree: Tree): string[] {
  const [, path, name] = /^(\S+?): (.+)$/.exec(part) ?? []
  if (path === undefined || name === undefined) return [`'${part}' is not of the form path: name of the test`]
  const file = inRepository(path)
  if (!file.endsWith('.test.ts') && !file.startsWith('test/')) return [`${path} is no test`]
  if (!tree.exists(file)) return [`the test file ${path} is not there`]
  return namesTest(file, tree.read(file), name) ? [] : [`${path} has no test '${name}'`]
}

function parts(cell: string): string[] {
  const listed = cell.split(/<br\s*\/?>/).map((part) => part.trim().replaceAll('`', ''))
  return listed.filter((part) => part !== '')
}

// Most paths lie in the library, so that is where they begin, unless they say otherwise.
function inRepository(path: string): string {
  return /^(?:coap|test|examples|bench|docs)\//.test(path) ? path : `coap/src/${path}`
}
