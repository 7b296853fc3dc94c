import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Result, report } from './report.ts'

const ours = { name: 'ours', remarks: [] }
const other = { name: 'other', remarks: ['it has its ways'] }
const versions = new Map([
  ['ours', '1.0'],
  ['other', '2.0'],
])

test('a row for each case, with what came out and why', () => {
  const results: Result[] = [
    { client: 'ours', server: 'other', case: 'get', outcome: 'passed' },
    { client: 'ours', server: 'other', case: 'put', outcome: 'failed' },
    { client: 'ours', server: 'other', case: 'post', outcome: 'fault', note: 'other: it is wrong' },
    { client: 'other', server: 'ours', case: 'ping', outcome: 'cannot', note: 'other: it cannot' },
    { client: 'other', server: 'ours', case: 'PUT SZX 2 1024', outcome: 'passed' },
    { client: 'other', server: 'ours', case: 'put', outcome: 'fault', note: 'other: it is wrong' },
  ]
  const page = report([ours], [other], versions, results)
  for (const line of [
    '## ours 1.0 as client, of the server',
    '| case | section | other 2.0 |',
    '| GET | RFC 7252, 5.8.1 | yes |',
    '| PUT | RFC 7252, 5.8.3 | **no** |',
    '| POST | RFC 7252, 5.8.2 | fault (1) |',
    '## ours 1.0 as server, for the client',
    '| ping: an empty CON is answered with RST | RFC 7252, 4.3 | – (2) |',
    '| PUT | RFC 7252, 5.8.3 | fault (1) |',
    '| other 2.0 | method | block | 0 | 1 | 15 | 16 | 17 | 1,023 | 1,024 | 1,025 | 100,000 |',
    '| other asks | PUT | 64 |  |  |  |  |  |  | yes |  |  |',
    '1. other: it is wrong.',
    '2. other: it cannot.',
    '- other: it has its ways.',
  ]) {
    assert.ok(page.split('\n').includes(line), `${line} in\n${page}`)
  }
})
