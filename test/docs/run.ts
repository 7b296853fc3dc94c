// `npm run docs`: checks every Markdown file of the repository. Prints a line a problem; exit code 1 if there is any.
// `npm run docs -- --write` writes what is made of the sources before: docs/defaults.md, and what commands print in transcripts.

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programsOf, typeCheck } from './code-blocks.ts'
import { defaultsPage } from './defaults.ts'
import { wrongExcerpts } from './excerpts.ts'
import { checkGenerated, difference } from './generated.ts'
import { brokenLinks, missingFiles, type Tree } from './links.ts'
import type { Problem } from './markdown.ts'
import { checkTable } from './rfc-tables.ts'
import { withRealOutput } from './transcripts.ts'

const command = 'npm run docs -- --write'
const root = join(import.meta.dirname, '../..')
const tree: Tree = {
  exists: (path) => existsSync(join(root, path)),
  read: (path) => readFileSync(join(root, path), 'utf8'),
}

const list = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.md'], {
  cwd: root,
})
const documents = list
  .toString()
  .split('\0')
  .filter((file) => file !== '' && tree.exists(file))
const made: Problem[] = []
for (const file of new Set([...documents, 'docs/defaults.md'])) {
  const text = tree.exists(file) ? tree.read(file) : ''
  const now = file === 'docs/defaults.md' ? await defaultsPage(root) : await withRealOutput(text, root)
  if (process.argv.includes('--write') && now !== text) writeFileSync(join(root, file), now)
  else made.push(...difference(file, text, now, command))
}

const programs = documents.flatMap((file) => programsOf(file, tree.read(file)))
const problems: Problem[] = [...made, ...typeCheck(programs, root)]

for (const file of documents) {
  const text = tree.read(file)
  problems.push(...brokenLinks(file, text, tree), ...wrongExcerpts(file, text, tree), ...checkGenerated(file, text))
  // A decision may speak of what it did away with, the changelog of what was.
  if (!/^docs\/decisions\/|^CHANGELOG/.test(file)) problems.push(...missingFiles(file, text, tree))
  if (!/^docs\/rfc\/(?!README)/.test(file)) continue
  const { problems: found, tally } = checkTable(file, text, tree)
  problems.push(...found)
  console.log(`${file}: ${tally.done} clauses done, ${tally.notDone} not done, ${tally.later} later`)
}

for (const { file, line, message } of problems) console.log(`${file}:${line}: ${message}`)
console.log(`${documents.length} documents, ${programs.length} TypeScript blocks, ${problems.length} problems`)
process.exitCode = problems.length === 0 ? 0 : 1
