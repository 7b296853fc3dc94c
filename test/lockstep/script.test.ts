import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseScripts } from './script.ts'
import { ScriptError } from './words.ts'

test('a file has scripts, each with a title, settings and steps', () => {
  const [one, other, ...rest] = parseScripts(
    `# two scripts
== the first   # not a comment: titles go to the end of the line
handler counting
seed 7
endpoint [2001:db8::1]:5684
peer A 192.0.2.2:61616
transmission nstart 2
limit backlog 3
maxPacketSize 100
-> CON GET 0x0001   # a comment
A <- RST 0x0001

== the second
advance 1.5 s
`,
    'file',
  )
  assert.deepEqual(rest, [])
  assert.equal(one?.title, 'the first   # not a comment: titles go to the end of the line')
  assert.deepEqual(one.setting, {
    handler: 'counting',
    seed: 7,
    endpoint: { host: '2001:db8::1', port: 5684 },
    maxPacketSize: 100,
    peers: new Map([
      ['peer', { host: '192.0.2.1', port: 5683 }],
      ['A', { host: '192.0.2.2', port: 61616 }],
    ]),
    transmission: { nstart: 2 },
    limits: { backlog: 3 },
    blockSize: undefined,
    echo: false,
  })
  assert.deepEqual(
    one.steps.map(({ line, text, kind }) => [line, text, kind]),
    [
      [10, '-> CON GET 0x0001   # a comment', 'arrives'],
      [11, 'A <- RST 0x0001', 'leaves'],
    ],
  )
  assert.deepEqual([other?.title, other?.line, other?.setting.seed], ['the second', 13, 1])
  assert.deepEqual(other?.steps, [{ kind: 'advance', milliseconds: 1500, line: 14, text: 'advance 1.5 s' }])
})

test('each statement is read', () => {
  const text = `== all
peer A 192.0.2.2:5683
-> bytes 40
A -> RST $id
<- nothing
<- ACK 0x1234
advance 20 ms
request GET coap://192.0.2.1/x as r1
request NON POST coap://192.0.2.1/x as r2 token 4a Content-Format 0 "y"
ping coap://192.0.2.1 as p1
cancel r1
r1 = response 2.05 "a"
r1 = notification 2.05 Observe $n
r1 = TimeoutError
p1 = pong
r1 = pending
r1 = ended
answer 2.05 "a"
change 2.05 "b"
handled 2
counted rejected.unmatched 1
$a != $b`
  const [script] = parseScripts(text, 'file')
  assert.deepEqual(
    script?.steps.map(({ kind }) => kind),
    [
      ...['arrives', 'arrives', 'silence', 'leaves', 'advance', 'request', 'request', 'ping', 'cancel'],
      ...['outcome', 'outcome', 'outcome', 'outcome', 'outcome', 'outcome'],
      ...['answer', 'change', 'handled', 'counted', 'compare'],
    ],
  )
})

test('a script that cannot be read says file, line and what was expected', () => {
  const wrong: readonly (readonly [string, RegExp])[] = [
    ['-> CON GET 0x0001', /^file:1: expected a title first/],
    ['== a\n\n-> CON GET', /^file:3: expected a Message ID/],
    ['== a\njump', /^file:2: 'jump' begins no step: expected ->, <- or advance, /],
    ['== a\nB -> RST 0x0001', /^file:2: there is no peer 'B': expected 'peer B 192\.0\.2\.2:5683' above/],
    ['== a\nadvance 1 s\nseed 2', /^file:3: settings stand before the first step/],
    ['== a\nadvance 1 h', /^file:2: expected ms or s, not 'h'/],
    ['== a\nadvance s', /^file:2: expected a duration like 2 s, not 's'/],
    ['== a\nhandled 1.5', /^file:2: expected how often: an integer, not 1\.5/],
    ['== a\nrequest GET coap://a r1', /^file:2: expected 'as' and a name/],
    ['== a\nr1 = maybe', /^file:2: 'maybe' is no outcome/],
    ['== a\n$a < $b', /^file:2: expected ==, !=, > or follows, not '<'/],
    ['== a\npeer A 192.0.2.1', /^file:2: expected an address like/],
    ['== a\nadvance 1 s 2', /^file:2: expected the end of the line, not '2'/],
  ]
  for (const [text, message] of wrong)
    assert.throws(
      () => parseScripts(text, 'file'),
      (error) => error instanceof ScriptError && message.test(error.message),
      text,
    )
})
