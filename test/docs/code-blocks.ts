// Every TypeScript block of the documents is a program of its own and type-checks against the sources.
// A block whose fence says ```ts continued goes on where the TypeScript block before it in the same document ended; excerpts of files are
// checked in their files.

import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { excerptOf } from './excerpts.ts'
import { codeBlocks, type Problem } from './markdown.ts'

/** A block made a file, and where its lines come from. */
export interface Program {
  readonly file: string
  readonly text: string
  /** The line of the document that each line of `text` is; the lines of a block that is continued count as the first block's. */
  readonly lines: readonly number[]
  /** How many lines at the start are those of blocks before, where their own program reports the errors. */
  readonly before: number
}

export function programsOf(file: string, markdown: string): Program[] {
  const programs: Program[] = []
  for (const block of codeBlocks(markdown)) {
    const { info, line, text } = block
    if ((info[0] !== 'ts' && info[0] !== 'typescript') || excerptOf(block) !== undefined) continue
    const previous = info.includes('continued') ? programs.at(-1) : undefined
    const own = text.split('\n').slice(0, -1)
    const before = previous === undefined ? [] : previous.text.split('\n').slice(0, -1)
    const lines = [...(previous?.lines ?? []), ...own.map((_, index) => line + index)]
    programs.push({ file, text: [...before, ...own, ''].join('\n'), lines, before: before.length })
  }
  return programs
}

/** Runs the compiler once over all programs. `root` is the repository: the folder they are checked in lies inside it. */
export function typeCheck(programs: readonly Program[], root: string): Problem[] {
  if (programs.length === 0) return []
  const out = join(root, '.ci/out')
  mkdirSync(out, { recursive: true })
  const folder = mkdtempSync(join(out, 'docs-'))
  try {
    for (const [index, { text }] of programs.entries())
      writeFileSync(join(folder, `block-${index}.ts`), `${text}export {}\n`)
    const options = { types: ['node'], noUnusedLocals: false, noUnusedParameters: false }
    const config = { extends: join(root, 'tsconfig.base.json'), compilerOptions: options, include: ['*.ts'] }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    return problemsIn(compile(folder, root), programs)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Turns the compiler's lines, which speak of block-N.ts, into problems of the documents. */
export function problemsIn(output: string, programs: readonly Program[]): Problem[] {
  return output.split('\n').flatMap((text) => {
    const match = /block-(\d+)\.ts\((\d+),\d+\): error (TS\d+: .*)$/.exec(text)
    if (match === null) {
      const elsewhere = /^(\S+)\((\d+),\d+\): error (TS\d+: .*)$/.exec(text)
      if (elsewhere === null) return []
      return [{ file: elsewhere[1] as string, line: Number(elsewhere[2]), message: elsewhere[3] as string }]
    }
    const program = programs[Number(match[1])] as Program
    const index = Number(match[2]) - 1
    if (index < program.before) return []
    return [
      { file: program.file, line: program.lines[index] ?? program.lines.at(-1) ?? 1, message: match[3] as string },
    ]
  })
}

function compile(folder: string, root: string): string {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  try {
    execFileSync(process.execPath, [compiler, '--pretty', 'false', '-p', relative(root, folder)], { cwd: root })
    return ''
  } catch (error) {
    const { stdout } = error as { stdout?: Buffer }
    if (stdout === undefined || stdout.length === 0) throw error
    return stdout.toString()
  }
}
