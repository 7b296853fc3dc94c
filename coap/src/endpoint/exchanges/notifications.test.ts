import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Response } from '../../handler/response.ts'
import { Notifications } from './notifications.ts'

const [a, b, c] = [Response.text('a'), Response.text('b'), Response.text('c')]

test('who reads in time gets each notification', async () => {
  const { notifications } = bench()
  for (const each of [a, b, c]) {
    const step = notifications.next()
    notifications.push(each)
    assert.deepEqual(await step, { done: false, value: each })
  }
})

test('who reads slowly gets the newest only', async () => {
  const { notifications } = bench()
  for (const each of [a, b, c]) notifications.push(each)
  assert.equal((await notifications.next()).value, c)
  const next = notifications.next()
  notifications.push(a)
  assert.equal((await next).value, a)
})

test('who wants more than the newest gets so many, and what was dropped is counted', async () => {
  const { notifications, dropped } = bench(2)
  for (const each of [a, b, c]) notifications.push(each)
  notifications.end()
  assert.deepEqual(await read(notifications), [b, c])
  assert.equal(dropped(), 1)
})

test('what has come is read before the end', async () => {
  const { notifications } = bench()
  notifications.push(a)
  notifications.end()
  notifications.push(b)
  assert.deepEqual(await read(notifications), [a])
})

test('an error comes after what has come, once; then reading has ended', async () => {
  const { notifications } = bench()
  notifications.push(a)
  notifications.end(new Error('lost'))
  assert.equal((await notifications.next()).value, a)
  await assert.rejects(notifications.next(), /lost/)
  assert.deepEqual(await notifications.next(), { done: true, value: undefined })
})

test('who waits is told of the end, or of the error', async () => {
  const ended = bench().notifications
  const step = ended.next()
  ended.end()
  assert.deepEqual(await step, { done: true, value: undefined })
  const failed = bench().notifications
  const rejected = failed.next()
  failed.end(new Error('lost'))
  await assert.rejects(rejected, /lost/)
})

test('several who wait are served in their order, and all of them at the end', async () => {
  const { notifications } = bench()
  const steps = [notifications.next(), notifications.next(), notifications.next()]
  notifications.push(a)
  notifications.end(new Error('lost'))
  assert.equal((await steps[0])?.value, a)
  await assert.rejects(steps[1] as Promise<unknown>, /lost/)
  assert.deepEqual(await steps[2], { done: true, value: undefined })
})

test('who has enough says so once, also if somebody else waits', async () => {
  const { notifications, stops } = bench()
  const waiting = notifications.next()
  await notifications.return()
  await notifications.return()
  assert.deepEqual(await waiting, { done: true, value: undefined })
  assert.equal(stops(), 1)
})

test('leaving the loop is enough; what ended by itself needs no word', async () => {
  const left = bench()
  left.notifications.push(a)
  for await (const _ of left.notifications) break
  assert.equal(left.stops(), 1)
  const ended = bench()
  ended.notifications.end()
  for await (const _ of ended.notifications) break
  await ended.notifications.return()
  assert.equal(ended.stops(), 0)
})

function bench(most = 1) {
  let count = 0
  let dropped = 0
  return {
    notifications: new Notifications(
      () => count++,
      () => dropped++,
      most,
    ),
    stops: () => count,
    dropped: () => dropped,
  }
}

async function read(notifications: Notifications): Promise<Response[]> {
  const all: Response[] = []
  for await (const each of notifications) all.push(each)
  return all
}
