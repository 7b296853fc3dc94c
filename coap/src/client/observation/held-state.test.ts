import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { ETag, MaxAge, Observe } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import { freshnessOf, HeldState } from './held-state.ts'

const tag = (letter: string): Uint8Array => new TextEncoder().encode(letter)

function state(letter: string, maxAge = 200): Response {
  const response = Response.text(letter)
  const options = response.options.clone().set(ETag, tag(letter)).set(MaxAge, maxAge).set(Observe, 5)
  return response.with({ options })
}

function valid(letter: string, options = new Options()): Response {
  return new Response({ code: Code.Valid, options: options.set(ETag, tag(letter)) })
}

function naming(held: HeldState): Uint8Array[] {
  const options = new Options()
  held.name(options)
  return options.getAll(ETag)
}

test('a 2.03 stands for the state that was named, with the freshness and the number of its own', async () => {
  const held = new HeldState()
  held.newest = state('a')
  assert.deepEqual(naming(held), [tag('a')])
  const whole = held.complete(valid('a', new Options().set(Observe, 7)))
  assert.equal(await whole.body.text(), 'a')
  assert.equal(whole.code, Code.Content)
  assert.equal(whole.observe, 7)
  assert.equal(freshnessOf(whole), 60_000, 'it says nothing of Max-Age')
})

test('what was named before may still be referred to, and nothing older', async () => {
  const held = new HeldState()
  for (const letter of ['a', 'b', 'c']) {
    held.newest = state(letter)
    held.name(new Options())
  }
  assert.equal(await held.complete(valid('b')).body.text(), 'b')
  assert.equal(held.complete(valid('a')).code, Code.Valid)
})

test('what a caller has named already is not named twice, and what has no ETag is not named', () => {
  const held = new HeldState()
  held.newest = state('a')
  const options = new Options().add(ETag, tag('a'))
  held.name(options)
  assert.equal(options.getAll(ETag).length, 1)
  held.newest = Response.text('a')
  assert.deepEqual(naming(held), [])
})

test('another code, Content-Format, ETag or content is another state', () => {
  const held = new HeldState()
  assert.equal(held.is(state('a')), false)
  held.newest = state('a')
  assert.equal(held.is(state('a', 5)), true)
  assert.equal(held.is(state('b')), false)
  assert.equal(held.is(Response.text('a')), false)
  assert.equal(held.is(state('a').with({ payload: tag('b') })), false)
  assert.equal(held.is(state('a').with({ code: Code.Changed })), false)
  assert.equal(held.is(Response.json('a')), false)
})
