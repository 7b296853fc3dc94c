import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { AbortWatch, Cancellation } from './signal.ts'

const reason = new Error('enough')

describe('a cancellation', () => {
  it('tells each who listens once, and says why', () => {
    const cancellation = new Cancellation()
    const told: string[] = []
    cancellation.addEventListener('abort', () => told.push(`a ${cancellation.aborted}`))
    cancellation.addEventListener('abort', () => told.push('b'))
    cancellation.abort(reason)
    cancellation.abort(new Error('again'))
    assert.deepEqual([told, cancellation.reason], [['a true', 'b'], reason])
    cancellation.addEventListener('abort', () => told.push('late'))
    assert.deepEqual(told, ['a true', 'b'])
  })

  it('without a reason is an AbortError, as of an AbortController', () => {
    const cancellation = new Cancellation()
    cancellation.abort(undefined)
    assert.equal((cancellation.reason as DOMException).name, 'AbortError')
  })

  it('has a signal of the platform, whether somebody asks for it before or after', () => {
    for (const before of [true, false]) {
      const cancellation = new Cancellation()
      const early = before ? cancellation.signal : undefined
      assert.notEqual(early?.aborted, true)
      cancellation.abort(reason)
      const { signal } = cancellation
      assert.ok(signal instanceof AbortSignal)
      assert.deepEqual([signal.aborted, signal.reason], [true, reason])
      assert.equal(early ?? signal, signal)
    }
  })
})

describe('who listens no longer', () => {
  it('is not told, also if that was said while others were told', () => {
    const cancellation = new Cancellation()
    const told: string[] = []
    const other = (): void => void told.push('other')
    cancellation.addEventListener('abort', () => {
      told.push('first')
      cancellation.removeEventListener('abort', other)
    })
    cancellation.addEventListener('abort', other)
    cancellation.abort(reason)
    assert.deepEqual(told, ['first'])
  })
})

describe('who watches for an abort', () => {
  it('is told by any signal, unless it has ended before', () => {
    for (const made of [new Cancellation(), new AbortController()]) {
      const told: string[] = []
      const signal = made instanceof AbortController ? made.signal : made
      const ended = new AbortWatch(signal, () => told.push('ended'))
      new AbortWatch(signal, () => told.push('watching'))
      ended.end()
      made.abort(reason)
      assert.deepEqual(told, ['watching'])
    }
  })
})
