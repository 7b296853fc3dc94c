// The checks of the documentation, each on planted documents that it must find fault with, or must not.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { problemsIn, programsOf, typeCheck } from './code-blocks.ts'
import { wrongExcerpts } from './excerpts.ts'
import { checkGenerated, difference, markGenerated } from './generated.ts'
import { brokenLinks, missingFiles, type Tree } from './links.ts'
import { anchors, codeBlocks, type Problem } from './markdown.ts'
import { checkTable, columns } from './rfc-tables.ts'

const root = join(import.meta.dirname, '../..')
const fence = '```'

test('code blocks are found with their line, also indented in a list and with longer fences', () => {
  const text = [
    '# a',
    `${fence}ts`,
    'one',
    fence,
    '- item',
    `  ${fence}sh`,
    '  two',
    `  ${fence}`,
    '````md',
    fence,
    '````',
  ].join('\n')
  assert.deepEqual(codeBlocks(text), [
    { info: ['ts'], line: 3, text: 'one\n' },
    { info: ['sh'], line: 7, text: 'two\n' },
    { info: ['md'], line: 10, text: `${fence}\n` },
  ])
})

test('a TypeScript block with a type error is reported at its line in the document', () => {
  const text = ['# title', `${fence}ts`, "const a: string = 'fine'", 'const b: number = a', fence].join('\n')
  const problems = typeCheck(programsOf('docs/guide.md', text), root)
  assert.deepEqual(lines(problems), ["docs/guide.md:4: TS2322: Type 'string' is not assignable to type 'number'."])
})

test('blocks of other languages are not checked, and a right block has no problem', () => {
  const text = [`${fence}sh`, 'not typescript', fence, `${fence}ts`, 'await Promise.resolve(1)', fence].join('\n')
  const programs = programsOf('a.md', text)
  assert.equal(programs.length, 1)
  assert.deepEqual(typeCheck(programs, root), [])
})

test('a continued block sees what the block before declared, and does not repeat its errors', () => {
  const block = (info: string, code: string) => `${fence}${info}\n${code}\n${fence}\n`
  const text = block('ts', 'const a: number = true') + block('ts continued', 'a.toFixed()\na.nothing()')
  const programs = programsOf('a.md', text)
  const output = [
    "block-0.ts(1,7): error TS2322: Type 'boolean' is not assignable.",
    "block-1.ts(1,7): error TS2322: Type 'boolean' is not assignable.",
    "block-1.ts(3,3): error TS2339: Property 'nothing' does not exist.",
  ].join('\n')
  assert.deepEqual(programs[1]?.text, 'const a: number = true\na.toFixed()\na.nothing()\n')
  assert.deepEqual(lines(problemsIn(output, programs)), [
    "a.md:2: TS2322: Type 'boolean' is not assignable.",
    "a.md:6: TS2339: Property 'nothing' does not exist.",
  ])
})

test('a link that leads nowhere is reported, also one to a heading; links outside and in code are not', () => {
  const tree = planted({ 'README.md': '# Read me', 'docs/a.md': '# The `a` of it\n## twice\n## twice' })
  const text = [
    '[there](../README.md) [web](https://example.org/x) `[code](nowhere.md)`',
    '[gone](b.md) ![image](c.png "title")',
    '[heading](#the-a-of-it) [second](a.md#twice-1) [none](a.md#thrice)',
    '[out](../../other)',
  ].join('\n')
  assert.deepEqual(lines(brokenLinks('docs/a.md', `${tree.read('docs/a.md')}\n${text}`, tree)), [
    'docs/a.md:5: the link to b.md leads nowhere',
    'docs/a.md:5: the link to c.png leads nowhere',
    'docs/a.md:6: docs/a.md has no heading for #thrice',
    'docs/a.md:7: the link to ../../other leaves the repository',
  ])
})

test('a file that the text names is there, from the root or from coap/src', () => {
  const tree = planted({ 'coap/src/uri/host.ts': '', 'test/a.test.ts': '' })
  const text =
    'Open `uri/host.ts`, `test/a.test.ts` or `uri/<name>.ts`,\nand `uri/gone.ts`, a `text/plain` like `a.ts`.'
  assert.deepEqual(lines(missingFiles('a.md', text, tree)), ['a.md:2: uri/gone.ts is not there'])
})

test('anchors are those that GitHub makes', () => {
  assert.deepEqual([...anchors('# 1 What, and why?\n## `coap://` + UDP')], ['1-what-and-why', 'coap--udp'])
})

const sources = planted({
  'coap/src/uri/coap-uri.ts': '',
  'coap/src/uri/coap-uri.test.ts': "test('the host isn\\'t kept in upper case', () => {})\n",
  'test/lockstep/duplicates.txt': 'script: a duplicate gets its stored reply\n',
})

test('rows that name files and tests that are there are done', () => {
  const text = table(
    "| 6.3 | host in lower case | uri/coap-uri.ts | uri/coap-uri.test.ts: the host isn't kept in upper case | |",
    '| 4.5 | duplicates | `uri/coap-uri.ts`<br>coap/src/uri/coap-uri.ts | test/lockstep/duplicates.txt: a duplicate gets its stored reply | |',
    '| 5.6 | caching | | | later: transfer |',
  )
  assert.deepEqual(checkTable('docs/rfc/1.md', text, sources), {
    problems: [],
    tally: { done: 2, notDone: 0, later: 1 },
  })
})

test('a row with a file, a test or a name that is not there, or of another form, is reported', () => {
  const text = table(
    '| 1 | a | uri/gone.ts | uri/coap-uri.test.ts: no such test | |',
    '| 2 | b | uri/coap-uri.ts | uri/gone.test.ts: x | |',
    '| 3 | c | uri/coap-uri.ts | uri/coap-uri.ts: x | |',
    '| 4 | d | uri/coap-uri.ts | uri/coap-uri.test.ts | |',
    '| 5 | e | uri/coap-uri.ts | | |',
    '| 6 | f | uri/coap-uri.ts |',
  )
  assert.deepEqual(lines(checkTable('docs/rfc/1.md', text, sources).problems), [
    'docs/rfc/1.md:3: 1: the file uri/gone.ts is not there',
    "docs/rfc/1.md:3: 1: uri/coap-uri.test.ts has no test 'no such test'",
    'docs/rfc/1.md:4: 2: the test file uri/gone.test.ts is not there',
    'docs/rfc/1.md:5: 3: uri/coap-uri.ts is no test',
    "docs/rfc/1.md:6: 4: 'uri/coap-uri.test.ts' is not of the form path: name of the test",
    'docs/rfc/1.md:7: 5: names no file or no test, and no reason',
    'docs/rfc/1.md:8: 6: has 3 cells, not 5',
  ])
})

test('one row in twenty may be not done, two may not; later rows do not count', () => {
  const done = "| 6 | a | uri/coap-uri.ts | uri/coap-uri.test.ts: the host isn't kept in upper case | |"
  const notDone = '| 7 | b | | | nobody has asked for it so far |'
  const later = '| 8 | c | | | later: transfer |'
  const tolerated = table(...Array<string>(19).fill(done), notDone, later)
  const tooMany = table(...Array<string>(18).fill(done), notDone, notDone, later, later)
  assert.deepEqual(checkTable('docs/rfc/1.md', tolerated, sources).problems, [])
  assert.deepEqual(lines(checkTable('docs/rfc/1.md', tooMany, sources).problems), [
    'docs/rfc/1.md:1: 2 of 20 rows are not done; at most 5 % may be',
  ])
})

test('an RFC file without its table is reported', () => {
  const { problems } = checkTable('docs/rfc/1.md', '# RFC 1\n| section | clause |\n| --- | --- |\n| 1 | a |\n', sources)
  assert.deepEqual(lines(problems), [`docs/rfc/1.md:1: has no table with the columns ${columns.join(' | ')}`])
})

test('a generated document that was edited, or lacks its mark, is reported', () => {
  const text = markGenerated('# Interop\n', 'npm run interop')
  assert.deepEqual(checkGenerated('docs/interop.md', text), [])
  assert.deepEqual(lines(checkGenerated('docs/other.md', `${text}by hand\n`)), [
    'docs/other.md:1: was edited by hand: run npm run interop instead',
  ])
  assert.deepEqual(lines(checkGenerated('docs/interop.md', '# Interop\n')), [
    'docs/interop.md:1: is made by a command, and lacks its mark in the first line',
  ])
})

test('an excerpt has lines of its file in their order, and is not checked as a program of its own', () => {
  const tree = planted({ 'examples/a.ts': 'const a = 1\n\nconst b = 2\n  const c = 3\n' })
  const text = (...code: string[]) => [`${fence}ts examples/a.ts`, ...code, fence].join('\n')
  assert.deepEqual(programsOf('a.md', text('no program')), [])
  assert.deepEqual(wrongExcerpts('a.md', text('const a = 1', '', '  const c = 3'), tree), [])
  assert.deepEqual(lines(wrongExcerpts('a.md', text('const b = 2', 'const a = 1'), tree)), [
    'a.md:3: examples/a.ts has no such line after those above',
  ])
  assert.deepEqual(lines(wrongExcerpts('a.md', text('const a = 2'), planted({}))), [
    'a.md:1: examples/a.ts is not there',
  ])
})

test('the first line that its command would write otherwise is reported', () => {
  assert.deepEqual(difference('a.md', 'one\ntwo', 'one\ntwo', 'npm run it'), [])
  assert.deepEqual(lines(difference('a.md', 'one\ntwo\nthree', 'one\n2\nthree', 'npm run it')), [
    "a.md:2: has 'two' where `npm run it` writes '2'",
  ])
  assert.deepEqual(lines(difference('a.md', 'one\ntwo', 'one', 'npm run it')), [
    "a.md:2: has 'two' where `npm run it` writes 'nothing'",
  ])
})

function planted(files: Record<string, string>): Tree {
  return { exists: (path) => files[path] !== undefined, read: (path) => files[path] ?? '' }
}

function table(...rows: readonly string[]): string {
  return [`| ${columns.join(' | ')} |`, '| --- | --- | --- | --- | --- |', ...rows].join('\n')
}

function lines(problems: readonly Problem[]): string[] {
  return problems.map(({ file, line, message }) => `${file}:${line}: ${message}`)
}
