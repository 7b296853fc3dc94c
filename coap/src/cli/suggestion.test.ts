// What a mistyped word may have been meant as.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { suggestion } from './suggestion.ts'

const words = ['get', 'put', 'post', 'delete', 'observe', 'application/json']

test('a letter too many, missing, wrong, or two that are swapped', () => {
  assert.equal(suggestion('gett', words), 'get')
  assert.equal(suggestion('delte', words), 'delete')
  assert.equal(suggestion('obzerve', words), 'observe')
  assert.equal(suggestion('gte', words), 'get')
})

test('the beginning of a word', () => {
  assert.equal(suggestion('obs', words), 'observe')
})

test('what is near to nothing suggests nothing', () => {
  assert.equal(suggestion('frobnicate', words), undefined)
  assert.equal(suggestion('x', words), undefined)
})
