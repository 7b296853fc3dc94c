// Transcripts are run as they stand, on planted documents that need no more than a shell and Node.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandsOf, withRealOutput } from './transcripts.ts'

const root = join(import.meta.dirname, '../..')
const fence = '```'

test('a transcript is commands with what they have printed', () => {
  assert.deepEqual(commandsOf('$ one\na\n\nb\n$ two\n'), [
    { line: 'one', output: ['a', '', 'b'] },
    { line: 'two', output: [] },
  ])
})

test('what a document says of its commands becomes what they print, and nothing else is changed', async () => {
  const real = block('console', '$ echo one\none\n$ echo two >&2; exit 3\ntwo')
  const stale = block('console', '$ echo one\nuno\ndue\n$ echo two >&2; exit 3')
  const text = `# a\n${stale}\nbetween\n${block('sh', '$ echo never run')}\n${stale}`
  assert.equal(await withRealOutput(text, root), text.replaceAll(stale, real))
})

test('a document without transcripts is as it was', async () => {
  const text = block('sh', '$ echo a')
  assert.equal(await withRealOutput(text, root), text)
})

test('a server goes on running for the blocks after it, at a port that no reader sees', async () => {
  const text = [
    block('ts server.ts', serverProgram('coap://localhost')),
    block('ts client.ts', "const uri: string = 'coap://localhost/a'\nconsole.log('asked', uri)"),
    block('console server', '$ node server.ts\nat coap://localhost'),
    block('console', '$ node client.ts\nasked coap://localhost/a\n$ echo coap://127.0.0.1/b\ncoap://127.0.0.1/b'),
  ].join('\n')
  assert.equal(await withRealOutput(text, root), text)
})

test('a command that is interrupted in the document is interrupted once it has printed as much', async () => {
  const program =
    "process.on('SIGINT', () => process.exit(0))\nconsole.log('1')\nconsole.log('2')\nsetInterval(() => {}, 1e9)"
  const text = `${block('ts watch.ts', program)}\n${block('console', '$ node watch.ts\n1\n2\n^C\n$ echo next\nnext')}`
  assert.equal(await withRealOutput(text, root), text)
})

/** What a server of ours does as far as a document can tell: it is given port 0, and prints another one. */
function serverProgram(uri: string): string {
  return `const uri: string = '${uri}'\nconsole.log(\`at \${uri.replace(':0', ':54321')}\`)\nsetInterval(() => {}, 1e9)`
}

function block(info: string, text: string): string {
  return [`${fence}${info}`, text, fence].join('\n')
}
