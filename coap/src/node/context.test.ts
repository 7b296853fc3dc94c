// Node's clock, timers, randomness and diagnostics channels as a context hands them out.

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { test } from 'node:test'
import { Timer } from '../context/timer.ts'
import { traceNames } from '../context/trace.ts'
import { nodeContext } from './context.ts'

const random = (length: number): Uint8Array => {
  const bytes = new Uint8Array(length)
  nodeContext().random(bytes)
  return bytes
}

test('random bytes are other ones each time, in small and in large pieces', () => {
  for (const length of [8, 4096, 5000]) assert.notDeepEqual(random(length), random(length))
})

test('random bytes fill all of what they are asked for, also across the end of the pool', () => {
  for (let round = 0; round < 1000; round++) {
    const bytes = random(31)
    assert.ok(bytes.some((byte) => byte !== 0))
    assert.ok(bytes.subarray(-16).some((byte) => byte !== 0))
  }
})

test('what was handed out once is not handed out again, however the pool is used up', () => {
  const drawn = new Set<string>()
  let count = 0
  for (let round = 0; round < 3000; round++) {
    const bytes = random([8, 12, 61, 4090][round % 4] as number)
    for (let at = 0; at + 8 <= bytes.length; at += 8, count++) drawn.add(bytes.subarray(at, at + 8).join())
  }
  assert.equal(drawn.size, count)
})

test('a timer fires when its time has come, on a clock that goes on', async () => {
  const context = nodeContext()
  const start = context.now()
  await new Promise<void>((resolve) => context.timers.arm(new Timer(resolve), 5))
  assert.ok(context.now() - start >= 5)
})

test('an armed timer keeps no process alive', () => {
  const arm = `
    const { nodeContext } = await import('./context.ts')
    const { Timer } = await import('../context/timer.ts')
    nodeContext().timers.arm(new Timer(() => console.log('fired')), 60_000)
    console.log('armed')`
  const args = ['--input-type=module', '--eval', arm]
  const output = execFileSync(process.execPath, args, { cwd: import.meta.dirname, timeout: 20_000 })
  assert.equal(output.toString(), 'armed\n')
})

test('what is told reaches who listens to the channel of its name; without listeners nothing is to be told', () => {
  const { trace } = nodeContext()
  for (const name of traceNames) {
    const heard: unknown[] = []
    const listen = (event: unknown): void => void heard.push(event)
    assert.equal(trace.enabled, false)
    subscribe(name, listen)
    assert.equal(trace.enabled, true)
    const event = { reason: name }
    trace.tell(name, event)
    assert.deepEqual(heard, [event])
    unsubscribe(name, listen)
  }
})

test('the wall clock tells the date', () => {
  assert.ok(Math.abs(nodeContext().wallClock() - Date.now()) < 1000)
})
