// Content-Formats as people name them.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatName, formatNumber } from './format-name.ts'

test('a short name, a media type, or a number', () => {
  const names = {
    json: 50,
    CBOR: 60,
    text: 0,
    links: 40,
    octets: 42,
    png: 23,
    'senml+json': 110,
    'application/json': 50,
    '112': 112,
  }
  for (const [name, number] of Object.entries(names)) assert.equal(formatNumber(name), number, name)
})

test('a name that stands for none is refused, with the one that may be meant', () => {
  assert.throws(() => formatNumber('jsn'), {
    exitCode: 64,
    message: "there is no Content-Format 'jsn': did you mean 'json'?",
  })
  assert.throws(() => formatNumber('nonsense'), { exitCode: 64, message: /'nonsense' is no registered Content-Format/ })
})

test('a number has the name of its media type, if it has one', () => {
  assert.equal(formatName(0), 'text/plain; charset=utf-8')
  assert.equal(formatName(65_000), 'Content-Format 65000')
})
