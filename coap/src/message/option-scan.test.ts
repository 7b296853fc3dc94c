import assert from 'node:assert/strict'
import { test } from 'node:test'
import { beginWalk, scanned, scanOptions, walked, walkOn } from './option-scan.ts'

/** Token 'ab', Uri-Path "a", Uri-Path "b", Size1 0, payload "p". */
const bytes = Uint8Array.from(Buffer.from('ab b161 0162 d024 ff 70'.replaceAll(' ', ''), 'hex'))

test('a scan finds where options end and where the payload begins', () => {
  assert.ok(scanOptions(bytes, 1))
  assert.deepEqual([scanned.end, scanned.payload], [7, 8])
  assert.ok(scanOptions(bytes.subarray(0, 7), 1))
  assert.deepEqual([scanned.end, scanned.payload], [7, 7])
})

test('a scan notes which options below 32 are there', () => {
  assert.ok(scanOptions(bytes, 1))
  assert.equal(scanned.seen, 1 << 11)
  assert.ok(scanOptions(Uint8Array.from([0xd1, 18, 0, 0x10]), 0))
  assert.equal(scanned.seen >>> 0, 2 ** 31)
})

test('a walk comes to each option, with its number and its place', () => {
  const visited: number[][] = []
  beginWalk(1)
  while (walkOn(bytes, 7)) visited.push([walked.number, walked.start, walked.end])
  assert.deepEqual(visited, [
    [11, 2, 3],
    [11, 4, 5],
    [60, 7, 7],
  ])
  beginWalk(1)
  assert.ok(walkOn(bytes, 7))
  assert.deepEqual({ ...walked }, { number: 11, start: 2, end: 3 })
})

test('a scan forgets what the one before has noted', () => {
  assert.ok(scanOptions(Uint8Array.of(0xd1, 22, 0xff), 0), 'Proxy-Uri, no UTF-8')
  assert.deepEqual([scanned.misused, scanned.unusual], [35, true])
  assert.ok(scanOptions(Uint8Array.of(0xb0), 0))
  assert.deepEqual([scanned.misused, scanned.unusual, scanned.seen], [0, false, 1 << 11])
})
