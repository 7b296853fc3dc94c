// Numbers that are observed, as a line.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { encodeCbor } from '../cbor/cbor.ts'
import { Plot } from './plot.ts'
import { numberOf } from './plotted-number.ts'
import { sparkline } from './sparkline.ts'

const plain = (_style: string, text: string): string => text
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const number = (payload: string | Uint8Array, format?: number) =>
  numberOf({ payload: typeof payload === 'string' ? bytes(payload) : payload, format })

function plotOf(...values: number[]): Plot {
  const plot = new Plot()
  for (const value of values) plot.add({ value, text: String(value) })
  return plot
}

test('the blocks reach from the least number to the greatest', () => {
  assert.equal(sparkline([0, 1, 2, 3, 4, 5, 6, 7]), '▁▂▃▄▅▆▇█')
  assert.equal(sparkline([-1e308, 1e308]), '▁█')
  assert.equal(sparkline([]), '')
})

test('numbers that do not differ are a line in the middle', () => {
  assert.equal(sparkline([21.5, 21.5, 21.5]), '▄▄▄')
})

test('a number is one in text, with a unit or without, in JSON, and in CBOR', () => {
  assert.deepEqual(number('21.5\n', 0), { value: 21.5, text: '21.5' })
  assert.deepEqual(number('21.50 °C', 0), { value: 21.5, text: '21.50 °C' })
  assert.deepEqual(number('-3%'), { value: -3, text: '-3%' })
  assert.deepEqual(number('1e3', 50), { value: 1000, text: '1e3' })
  assert.deepEqual(number(encodeCbor(21.5), 60), { value: 21.5, text: '21.5' })
  assert.deepEqual(number(encodeCbor(-7), 60), { value: -7, text: '-7' })
  assert.equal(number(encodeCbor(2n ** 64n - 1n), 60)?.value, 2 ** 64)
})

test('a number is the value of a SenML record, in JSON and in CBOR', () => {
  assert.deepEqual(number('[{"n":"t","u":"Cel","v":21.5}]', 110), { value: 21.5, text: '21.5 Cel' })
  const record = new Map<number, unknown>([
    [0, 't'],
    [1, 'Cel'],
    [2, 21.5],
  ])
  assert.deepEqual(number(encodeCbor([record]), 112), { value: 21.5, text: '21.5 Cel' })
})

test('what is no number is none', () => {
  for (const text of [
    '',
    'on',
    '12:30',
    '2026-11-24',
    '1.2.3',
    '1,5',
    '10.0.0.1/24',
    '1 2',
    'NaN',
    'Infinity',
    '1e999',
  ])
    assert.equal(number(text, 0), undefined, text)
  assert.equal(number('{"v":1}', 50), undefined)
  assert.equal(number('[{"v":1},{"v":2}]', 110), undefined)
  assert.equal(number('[{"vb":true}]', 110), undefined)
  assert.equal(number(Uint8Array.of(0x80), 60), undefined)
  assert.equal(number(Uint8Array.of(0x31), 42), undefined)
  assert.equal(number(Uint8Array.of(0xff), 0), undefined)
})

test('a unit cannot take the terminal over', () => {
  assert.equal(number('1 \x1b[2J', 0), undefined)
  assert.equal(number('[{"u":"\\u001b[2J","v":1}]', 110)?.text, '1 \\u{1b}[2J')
})

test('the line has the blocks, the newest number, and the range of what is seen', () => {
  assert.equal(plotOf(1, 2, 3).line(60, plain), '▁▅█  3  min 1  max 3')
  assert.equal(plotOf(0.1 + 0.2).line(60, plain), '▄  0.30000000000000004  min 0.3  max 0.3')
})

test('of more numbers than fit the last ones are shown, and ranged over', () => {
  const plot = plotOf(...Array.from({ length: 5000 }, (_, index) => index))
  const line = plot.line(40, plain)
  assert.match(line, /^[▁▂▃▄▅▆▇█]{14} {2}4999 {2}min 4986 {2}max 4999$/)
  assert.equal(line.length, 40)
})

test('a terminal of any width has a line that fits', () => {
  const plot = plotOf(-1234.5678, 99, 1e-7, 123_456_789)
  for (let width = 1; width < 100; width++) assert.ok(plot.line(width, plain).length <= width)
  assert.equal(plot.line(9, plain), '123456789')
})

test('colours change nothing but colours', () => {
  const painted = plotOf(1, 2).line(60, (style, text) => `<${style}>${text}</>`)
  assert.equal(painted.replace(/<[^>]*>/g, ''), plotOf(1, 2).line(60, plain))
})
