// Bytes for people.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { hexDump } from './hex-dump.ts'

const plain = (_style: string, text: string): string => text

test('sixteen bytes a line, where they are, and what they are in ASCII', () => {
  const bytes = Uint8Array.from({ length: 18 }, (_, index) => 0x5a + index * 3)
  assert.equal(
    hexDump(bytes, plain),
    [
      '00000000  5a 5d 60 63 66 69 6c 6f  72 75 78 7b 7e 81 84 87  |Z]`cfilorux{~...|',
      `00000010  8a 8d${' '.repeat(45)}|..|`,
    ].join('\n'),
  )
})

test('eight bytes keep the columns', () => {
  assert.equal(
    hexDump(new Uint8Array(8), plain),
    `00000000  ${Array(8).fill('00').join(' ')}${' '.repeat(27)}|........|`,
  )
})
