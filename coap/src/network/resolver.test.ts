import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConnectionError } from '../errors.ts'
import { CachingResolver, type Resolution, type Resolver } from './resolver.ts'

test('a name is asked for once, and again when its TTL has passed', async () => {
  const { source, resolver, clock } = bench()
  assert.deepEqual(await resolver.resolve('a.example'), { addresses: ['192.0.2.1'], ttl: 60_000 })
  clock.time = 59_000
  assert.deepEqual(await resolver.resolve('a.example'), { addresses: ['192.0.2.1'], ttl: 1000 })
  clock.time = 60_000
  await resolver.resolve('a.example')
  assert.deepEqual(source.asked, ['a.example', 'a.example'])
})

test('names are the same in upper and lower case', async () => {
  const { source, resolver } = bench()
  await resolver.resolve('A.Example')
  await resolver.resolve('a.eXAMPLE')
  assert.deepEqual(source.asked, ['a.example'])
})

test('a literal address is its own answer', async () => {
  const { source, resolver } = bench()
  for (const host of ['192.0.2.1', '2001:db8::1']) {
    assert.deepEqual(await resolver.resolve(host), { addresses: [host], ttl: Number.POSITIVE_INFINITY })
  }
  assert.deepEqual(source.asked, [])
})

test('a name that was forgotten is asked for again, also from the source', async () => {
  const { source, resolver } = bench()
  await resolver.resolve('a.example')
  resolver.forget('A.example')
  await resolver.resolve('a.example')
  assert.deepEqual(source.asked, ['a.example', 'a.example'])
  assert.deepEqual(source.forgotten, ['a.example'])
})

test('an answer that was under way when its name was forgotten is not kept', async () => {
  const { source, resolver } = bench()
  const first = resolver.resolve('a.example')
  resolver.forget('a.example')
  await first
  await resolver.resolve('a.example')
  assert.equal(source.asked.length, 2)
})

test('look-ups of one name at the same time share one question', async () => {
  const { source, resolver } = bench()
  const answers = await Promise.all([resolver.resolve('a.example'), resolver.resolve('a.example')])
  assert.deepEqual(answers[0], answers[1])
  assert.deepEqual(source.asked, ['a.example'])
})

test('a failure is told to all who asked, and not kept', async () => {
  const { source, resolver } = bench()
  source.answer = () => Promise.reject(new ConnectionError('no such host'))
  const both = await Promise.allSettled([resolver.resolve('a.example'), resolver.resolve('a.example')])
  assert.deepEqual(
    both.map((each) => each.status),
    ['rejected', 'rejected'],
  )
  source.answer = answer
  await resolver.resolve('a.example')
  assert.equal(source.asked.length, 2)
})

test('an answer with no TTL serves those who wait for it and nobody later', async () => {
  const { source, resolver } = bench()
  source.answer = () => Promise.resolve({ addresses: ['192.0.2.1'], ttl: 0 })
  await Promise.all([resolver.resolve('a.example'), resolver.resolve('a.example')])
  await resolver.resolve('a.example')
  assert.equal(source.asked.length, 2)
})

test('beyond the limit the name that was asked for first is forgotten', async () => {
  const { source, resolver } = bench({ names: 2 })
  for (const host of ['a.example', 'b.example', 'c.example', 'b.example', 'a.example']) await resolver.resolve(host)
  assert.deepEqual(source.asked, ['a.example', 'b.example', 'c.example', 'a.example'])
})

test('one who gives up leaves the answer to the others', async () => {
  const { source, resolver } = bench()
  const abort = new AbortController()
  const leaver = resolver.resolve('a.example', abort.signal)
  const stayer = resolver.resolve('a.example')
  abort.abort(new Error('enough'))
  await assert.rejects(leaver, /enough/)
  assert.deepEqual((await stayer).addresses, ['192.0.2.1'])
  assert.deepEqual(source.aborted, [])
})

test('when the last one gives up the question is given up too, and the next one asks anew', async () => {
  const { source, resolver } = bench()
  source.answer = () => new Promise(() => {})
  const [one, other] = [new AbortController(), new AbortController()]
  const waiting = [resolver.resolve('a.example', one.signal), resolver.resolve('a.example', other.signal)]
  one.abort(new Error('enough'))
  assert.deepEqual(source.aborted, [])
  other.abort(new Error('enough'))
  await Promise.allSettled(waiting)
  assert.deepEqual(source.aborted, ['a.example'])
  source.answer = answer
  assert.deepEqual((await resolver.resolve('a.example')).addresses, ['192.0.2.1'])
})

test('who has given up already does not ask', async () => {
  const { source, resolver } = bench()
  await assert.rejects(resolver.resolve('a.example', AbortSignal.abort(new Error('enough'))), /enough/)
  assert.deepEqual(source.asked, [])
})

function answer(): Promise<Resolution> {
  return Promise.resolve({ addresses: ['192.0.2.1'], ttl: 60_000 })
}

function bench(options: { names?: number } = {}) {
  const clock = { time: 0, now: () => clock.time }
  const source = {
    asked: [] as string[],
    forgotten: [] as string[],
    aborted: [] as string[],
    answer,
    resolve(host: string, signal?: AbortSignal): Promise<Resolution> {
      source.asked.push(host)
      signal?.addEventListener('abort', () => source.aborted.push(host))
      return source.answer()
    },
    forget(host: string): void {
      source.forgotten.push(host)
    },
  } satisfies Resolver & Record<string, unknown>
  return { source, clock, resolver: new CachingResolver(source, clock, options) }
}
