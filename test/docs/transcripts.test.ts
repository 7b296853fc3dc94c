// Transcripts are run as they stand, on planted documents that need no more than a shell and Node.

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { commandsOf, likeThese, withRealOutput } from './transcripts.ts'

const root = join(import.meta.dirname, '../..')
const fence = '```'

test('a transcript is commands with what they have printed', () => {
  assert.deepEqual(commandsOf('$ one\na\n\nb\n$ two\n'), [
    { line: 'one', output: ['a', '', 'b'] },
    { line: 'two', output: [] },
  ])
})

test('what a document says of its commands becomes what they print, and nothing else is changed', async () => {
  const real = block('console', '$ echo one\none\n$ true\n$ echo two >&2; exit 3\ntwo')
  const stale = block('console', '$ echo one\nuno\ndue\n$ true\n$ echo two >&2; exit 3')
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

test('what a server prints after the last line of the document is left out', async () => {
  const program = `${serverProgram('coap://localhost')}\nconsole.log('more')`
  const text = `${block('ts server.ts', program)}\n${block('console server', '$ node server.ts\nat coap://localhost')}`
  assert.equal(await withRealOutput(text, root), text)
})

test('a recorded session is what a terminal shows at the end, the same each time but for the time of day', async () => {
  const command = 'node coap/src/cli/main.ts observe coap://127.0.0.1/greenhouse/temperature --count 8'
  const text = block('console recorded', `$ ${command}\n00:00:00  ▁`)
  const recorded = await withRealOutput(text, root)
  assert.match(recorded, /\n\d\d:\d\d:\d\d {2}[▁▂▃▄▅▆▇█]{8} {2}[\d.]+ {2}min [\d.]+ {2}max [\d.]+\n/)
  assert.equal(await withRealOutput(recorded, root), recorded)
})

test('an ellipsis stands for any lines up to the next one', () => {
  assert.deepEqual(likeThese(['a', '…', 'd'], ['a', 'b', 'c', 'd']), ['a', '…', 'd'])
  assert.deepEqual(likeThese(['a', '  …'], ['a', 'b', 'c']), ['a', '  …'])
  assert.deepEqual(likeThese(['…', 'd', 'e'], ['d', 'e']), ['…', 'd', 'e'])
  assert.deepEqual(likeThese(['a', '…', 'x'], ['a', 'b']), ['a', '…', 'b'])
})

test('times and durations may be others, and all else may not', () => {
  const before = ['2026-01-01T00:00:00.000Z GET /a 12.5 ms', '17:04:05  a', 'within 2 s', 'port 1']
  const now = ['2027-02-03T04:05:06.789Z GET /a 9 ms', '08:09:10  a', 'within 3 s', 'port 2']
  assert.deepEqual(likeThese(before, now), [before[0], before[1], before[2], 'port 2'])
})

/** What a server of ours does as far as a document can tell: it is given port 0, and prints another one. */
function serverProgram(uri: string): string {
  return `const uri: string = '${uri}'\nconsole.log(\`at \${uri.replace(':0', ':54321')}\`)\nsetInterval(() => {}, 1e9)`
}

function block(info: string, text: string): string {
  return [`${fence}${info}`, text, fence].join('\n')
}
