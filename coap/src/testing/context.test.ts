import assert from 'node:assert/strict'
import { test } from 'node:test'
import { randomFraction } from '../context/context.ts'
import { createContext } from './context.ts'
import { SeededRandom } from './random.ts'

test('a seed repeats its random bytes, another seed has others', () => {
  const bytesOf = (seed: number) => {
    const bytes = new Uint8Array(21)
    createContext(seed).random(bytes)
    return bytes
  }
  assert.deepEqual(bytesOf(7), bytesOf(7))
  const different = [0, 1, 2, -1, 2 ** 32, 2 ** 40, Number.MAX_SAFE_INTEGER].map((seed) => bytesOf(seed).join())
  assert.equal(new Set(different).size, different.length)
})

test('a seed that was printed once stays good: the numbers of a seed do not change', () => {
  const random = new SeededRandom(0x2_0000_0001)
  const numbers = Array.from({ length: 4 }, () => random.uint32())
  assert.deepEqual(numbers, [3_921_474_818, 1_956_182_856, 3_568_291_541, 21_179_437])
})

test('random bytes are spread evenly', () => {
  const bytes = new Uint8Array(256_000)
  createContext(3).random(bytes)
  const counts = new Uint32Array(256)
  for (const byte of bytes) counts[byte] = (counts[byte] as number) + 1
  const chiSquare = counts.reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0)
  assert.ok(chiSquare > 170 && chiSquare < 350, `${chiSquare}`) // 255 degrees of freedom: 1 in 10,000 on either side
})

test('fractions of one run cover the whole range', () => {
  const context = createContext(11)
  const fractions = Array.from({ length: 1000 }, () => randomFraction(context))
  assert.ok(Math.min(...fractions) < 0.02 && Math.max(...fractions) > 0.98)
})

test('what is traced is kept with its time if asked for', async () => {
  const context = createContext(1, { trace: true })
  await context.clock.advance(40)
  context.trace.tell('coapstone:message:sent', { messageId: 5 })
  assert.deepEqual(context.events, [{ time: 40, name: 'coapstone:message:sent', event: { messageId: 5 } }])
})

test('nothing is traced unless asked for', () => {
  const context = createContext(1)
  assert.equal(context.trace.enabled, false)
  context.trace.tell('coapstone:message:sent', {})
  assert.deepEqual(context.events, [])
})

test('the wall clock goes with the turned clock', async () => {
  const context = createContext(1, { start: 500, date: Date.UTC(2030, 0) })
  await context.clock.advance(1000)
  assert.equal(new Date(context.wallClock()).toISOString(), '2030-01-01T00:00:01.500Z')
})
