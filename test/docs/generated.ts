// Documents that a command writes carry, in their first line, that command and a digest of the rest,
// so that an edit by hand is found.

import { createHash } from 'node:crypto'
import type { Problem } from './markdown.ts'

/** Documents that only a command may write. */
const generatedDocuments: readonly string[] = ['docs/interop.md', 'docs/defaults.md']

/** The text as the command shall write it: the mark, then the text. */
export function markGenerated(text: string, command: string): string {
  return `<!-- made by \`${command}\`, not by hand; digest ${digest(text)} -->\n${text}`
}

export function checkGenerated(file: string, markdown: string): Problem[] {
  const end = markdown.indexOf('\n') + 1
  const mark = /^<!-- made by `(.+)`, not by hand; digest ([0-9a-f]+) -->\n$/.exec(markdown.slice(0, end))
  if (mark === null) {
    if (!generatedDocuments.includes(file)) return []
    return [{ file, line: 1, message: 'is made by a command, and lacks its mark in the first line' }]
  }
  if (mark[2] === digest(markdown.slice(end))) return []
  return [{ file, line: 1, message: `was edited by hand: run ${mark[1]} instead` }]
}

/** Where a document is not what its command would write now. */
export function difference(file: string, text: string, now: string, command: string): Problem[] {
  if (text === now) return []
  const [before, after] = [text.split('\n'), now.split('\n')]
  const differs = after.map((line, at) => line !== before[at])
  const index = differs.indexOf(true, 1) // the first line may be a mark, whose digest tells nothing
  const at = index > 0 ? index : differs[0] ? 0 : after.length
  const [had = 'nothing', has = 'nothing'] = [before[at], after[at]]
  return [{ file, line: at + 1, message: `has '${had}' where \`${command}\` writes '${has}'` }]
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16)
}
