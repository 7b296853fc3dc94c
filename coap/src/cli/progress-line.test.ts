// What a person sees of a transfer.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteCount } from './byte-count.ts'
import { progressLine, type TransferState } from './progress-line.ts'
import { TransferRate } from './transfer-rate.ts'

const plain = (_style: string, text: string): string => text
const half: TransferState = { direction: 'download', transferred: 500_000, total: 1_000_000, rate: 100_000 }

test('the line has the share, a bar, the bytes, the rate, and the time that is left', () => {
  assert.equal(
    progressLine(half, 80, plain),
    `↓ 50% ${'█'.repeat(17)}▌${'·'.repeat(17)}  500 kB of 1.0 MB  100 kB/s  5 s left`,
  )
})

test('an upload has its arrow, and a minute and more is told in minutes', () => {
  const line = progressLine({ ...half, direction: 'upload', transferred: 0, rate: 10_000 }, 120, plain)
  assert.equal(line, `↑  0% ${'·'.repeat(40)}  0 bytes of 1.0 MB  10.0 kB/s  1 min 40 s left`)
})

test('where nobody knows how much it will be, there is no bar and no time left', () => {
  assert.equal(progressLine({ ...half, total: undefined }, 80, plain), '↓  500 kB  100 kB/s')
  assert.equal(progressLine({ ...half, total: undefined, rate: undefined }, 80, plain), '↓  500 kB')
})

test('a rate that is unknown, or nothing, leaves the time left out', () => {
  assert.match(progressLine({ ...half, rate: undefined }, 80, plain), /500 kB of 1\.0 MB$/)
  assert.match(progressLine({ ...half, rate: 0 }, 80, plain), /1\.0 MB {2}0 bytes\/s$/)
})

test('a terminal of any width has a line that fits', () => {
  for (let width = 1; width <= 200; width++) {
    for (const share of [0, 0.001, 0.5, 0.999, 1]) {
      const line = progressLine({ ...half, transferred: share * 1e6 }, width, plain)
      assert.ok(line.length <= width, `${width}: ${line}`)
    }
  }
})

test('the bar is full at the end and not before, and more than was announced is no more than all', () => {
  assert.match(progressLine({ ...half, transferred: 1e6 }, 80, plain), /^↓100% █+ {2}1/)
  assert.match(progressLine({ ...half, transferred: 999_999 }, 80, plain), /^↓ 99% /)
  assert.match(progressLine({ ...half, transferred: 2e6 }, 80, plain), /^↓100% █+ {2}2/)
})

test('colours change nothing but colours', () => {
  const painted = progressLine(half, 80, (style, text) => `<${style}>${text}</>`)
  assert.match(painted, /<cyan>█+▌·+<\/>/)
  assert.equal(painted.replace(/<[^>]*>/g, ''), progressLine(half, 80, plain))
})

test('bytes are counted in units of 1,000, with a digit behind the point below 100', () => {
  assert.deepEqual([0, 1, 999, 1000, 1234, 99_949, 99_960, 999_499, 999_500, 1e9, 5e15].map(byteCount), [
    '0 bytes',
    '1 byte',
    '999 bytes',
    '1.0 kB',
    '1.2 kB',
    '99.9 kB',
    '100 kB',
    '999 kB',
    '1.0 MB',
    '1.0 GB',
    '5000 TB',
  ])
})

test('the rate is that of the last seconds, however often progress comes', () => {
  const rate = new TransferRate()
  assert.equal(rate.at(0), undefined)
  for (let at = 0; at <= 10_000; at += 10) rate.add(at, at * 100)
  for (let at = 10_010; at <= 20_000; at += 10) rate.add(at, 1_000_000 + (at - 10_000))
  const now = rate.at(20_000) ?? 0
  assert.ok(Math.abs(now - 1000) < 1, String(now))
})

test('the rate falls while nothing comes, and is not told before there is anything to compare', () => {
  const rate = new TransferRate()
  rate.add(0, 1000)
  assert.equal(rate.at(100), undefined)
  rate.add(1000, 3000)
  assert.equal(rate.at(1000), 2000)
  assert.equal(rate.at(4000), 500)
})
