// The runner finds what a script and an endpoint do not agree about, and says where.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { runScript } from './runner.ts'
import { parseScripts, type Script } from './script.ts'

const get = '-> CON GET 0x0001 token 01 Uri-Path "temperature"'

const failures: readonly (readonly [what: string, script: string, message: RegExp])[] = [
  [
    'another message than expected',
    `handler temperature\n${get}\n<- ACK 2.05 0x0001 token 01 "22.4 C"`,
    /file:4: <- ACK 2\.05 0x0001 token 01 "22\.4 C"\n +expected ACK 2\.05 0x0001 token 01 "22\.4 C"\n +got {6}ACK 2\.05 0x0001 token 01 "22\.3 C"/,
  ],
  [
    'no message where one was expected',
    '<- RST 0x0001',
    /file:2: <- RST 0x0001\n +expected RST 0x0001\n +got {6}nothing/,
  ],
  [
    'a message before the next step',
    `handler temperature\n${get}\nadvance 1 s`,
    /file:4: advance 1 s\n +expected nothing to leave before this\n +got {6}peer <- ACK 2\.05/,
  ],
  ['a message at the end', `handler temperature\n${get}`, /file:3: .*\n +expected nothing to leave before this/],
  ['a message where there should be silence', `handler temperature\n${get}\n<- nothing`, /file:4: <- nothing/],
  [
    'a placeholder that changes',
    'handler counting\n-> NON POST 0x0001\n<- NON 2.04 $id "1"\n-> NON POST 0x0002\n<- NON 2.04 $id "2"',
    /file:6: .*\n +expected NON 2\.04 \$id "2" {3}\(\$id = \d+ or 0x[0-9a-f]+\)\n +got {6}NON 2\.04 0x/,
  ],
  [
    'a response that is not the one',
    'request GET coap://192.0.2.1/ as r1 token 01\n<- CON GET $id token 01\n-> ACK 2.05 $id token 01 "a"\nr1 = response 2.05 "b"',
    /file:5: .*\n +expected response 2\.05 "b"\n +got {6}response 2\.05 "a"/,
  ],
  [
    'a request that is still open',
    'request GET coap://192.0.2.1/ as r1 token 01\n<- CON GET $id token 01\nr1 = TimeoutError',
    /file:4: .*\n +expected TimeoutError\n +got {6}pending/,
  ],
  [
    'an error that was not expected',
    'request GET coap://192.0.2.1/ as r1 token 01\n<- CON GET $id token 01\n-> RST $id\nr1 = pending',
    /file:5: .*\n +expected pending\n +got {6}ResetError: /,
  ],
  [
    'a notification that did not come',
    'request GET coap://192.0.2.1/ as r1 token 01\n<- CON GET $id token 01\nr1 = notification 2.05',
    /got {6}no notification/,
  ],
  [
    'a handler that was asked too often',
    `handler counting\n${get}\n<- ACK 2.04 0x0001 token 01 "1"\nhandled 0`,
    /expected calls of the handler: 0\n +got {6}1/,
  ],
  [
    'a counter that counts something else',
    '-> ACK 0x0001\ncounted rejected.unmatched 2',
    /expected rejected\.unmatched: 2\n +got {6}1/,
  ],
  ['a counter that is not there', 'counted rejected 1', /there is no counter 'rejected'/],
  [
    'numbers that do not compare',
    'handler counting\n-> NON POST 0x0001\n<- NON 2.04 $a "1"\n$a != $a',
    /file:5: .*\n +expected \$a != \$a/,
  ],
  [
    'Message IDs that do not follow each other',
    'handler counting\n-> NON POST 0x0001\n<- NON 2.04 $a "1"\n$a follows $a',
    /file:5: .*\n +expected \$a follows \$a/,
  ],
  ['a handler that is not there', 'handler clock', /there is no handler 'clock': expected temperature, /],
  ['an answer that nobody waits for', 'handler held\nanswer 2.05', /no request waits for an answer/],
]

for (const [what, text, message] of failures) {
  test(`a script fails on ${what}`, async () => {
    await assert.rejects(async () => runScript(script(text)), message)
  })
}

test('a run is repeated by its seed', async () => {
  const run = async (seed: number): Promise<string> =>
    runScript(script(`seed ${seed}\nhandler counting\n-> NON POST 0x0001\n<- NON 4.04 0x0000`)).then(String, String)
  const [one, again, other] = [await run(1), await run(1), await run(2)]
  assert.match(one, /got {6}NON 2\.04 0x/)
  assert.equal(again, one)
  assert.notEqual(other, one)
})

function script(text: string): Script {
  const [first] = parseScripts(`== a script\n${text}`, 'file')
  assert.ok(first !== undefined)
  return first
}
