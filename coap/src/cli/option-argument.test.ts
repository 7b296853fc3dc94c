// `--option NAME=VALUE`.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { optionsOf } from './option-argument.ts'

const read = (...texts: string[]) => [...optionsOf(texts)].map(({ number, value }) => [number, ...value])

test('an option is named in any case, or by number', () => {
  assert.deepEqual(read('max-age=60', 'ETAG=0x0102', 'If-None-Match', '65000=ab'), [
    [4, 1, 2],
    [5],
    [14, 60],
    [65_000, 0x61, 0x62],
  ])
})

test('text may have an equals sign in it, and be empty', () => {
  assert.deepEqual(read('Uri-Query=a=b', 'Uri-Query='), [[15, 0x61, 0x3d, 0x62], [15]])
})

test('what is none is refused with what was expected', () => {
  assert.throws(() => optionsOf(['Max-Aeg=1']), { exitCode: 64, message: /did you mean 'Max-Age'\?$/ })
  assert.throws(() => optionsOf(['Max-Age']), { exitCode: 64, message: 'the option Max-Age takes a number' })
  assert.throws(() => optionsOf(['Max-Age=-1']), { exitCode: 64, message: /takes a number/ })
  assert.throws(() => optionsOf(['If-None-Match=1']), { exitCode: 64, message: /takes no value/ })
  assert.throws(() => optionsOf(['ETag=0x1']), { exitCode: 64, message: /pairs of hexadecimal digits/ })
  assert.throws(() => optionsOf(['Accept=70000']), { exitCode: 64, message: /^--option Accept=70000: / })
  assert.throws(() => optionsOf(['Accept=1', 'Accept=2']), { exitCode: 64, message: /at most once/ })
  assert.throws(() => optionsOf(['70000=1']), { exitCode: 64 })
})
