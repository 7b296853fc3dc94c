// Inputs that are kept, in vectors/fuzz/: one a line, bytes in hexadecimal and texts as JSON has them, with comments behind #.

import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Target, textOfUnits, type Units, unitsOfHex, unitsOfText } from './target.ts'

export function corpusOf(target: Target): readonly Units[] {
  const file = fileOf(target)
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').split('\n')
  return lines.filter((line) => line !== '' && !line.startsWith('#')).map((line) => parse(line, target))
}

/** Appends an input with a comment. */
export function keep(target: Target, input: Units, comment: string): void {
  appendFileSync(fileOf(target), `# ${comment.split('\n')[0]}\n${format(input, target)}\n`)
}

/** As a line of the file. */
export function format(input: Units, { units }: Target): string {
  return units === 'text' ? JSON.stringify(textOfUnits(input)) : Buffer.from(input).toString('hex')
}

/** A line of the file. */
export function parse(line: string, { units }: Target): Units {
  return units === 'text' ? unitsOfText(JSON.parse(line) as string) : unitsOfHex(line)
}

/** A file of vectors/, parsed. */
export function vectors(path: string): readonly Readonly<Record<string, unknown>>[] {
  const parsed: unknown = JSON.parse(readFileSync(join(root, path), 'utf8'))
  // Some have a source and a licence around the list.
  return (Array.isArray(parsed) ? parsed : (parsed as { vectors: [] }).vectors) as Readonly<Record<string, unknown>>[]
}

const root = join(import.meta.dirname, '../../vectors')

function fileOf({ name }: Target): string {
  return join(root, 'fuzz', `${name}.txt`)
}
