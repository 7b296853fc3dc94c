import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import {
  Code,
  codeClass,
  codeName,
  describeCode,
  formatCode,
  isIdempotent,
  isRequest,
  isResponse,
  isSafe,
  methods,
} from './code.ts'

interface Line {
  readonly registry: 'method' | 'response' | 'signaling'
  readonly code: string
  readonly name: string
}

const registries: readonly Line[] = JSON.parse(
  readFileSync(new URL('../../../vectors/iana/codes.json', import.meta.url), 'utf8'),
)
const all = Array.from({ length: 256 }, (_, code) => code)

test('each code of the IANA registries has its number and its name', () => {
  const known = new Map(Object.values(Code).map((code) => [formatCode(code), codeName(code)]))
  for (const { code, name } of registries) assert.equal(known.get(code), name, code)
})

test('no code but Empty is named that the IANA registries do not have', () => {
  const registered = new Set(registries.map(({ code }) => code))
  for (const [name, code] of Object.entries(Code)) assert.ok(name === 'Empty' || registered.has(formatCode(code)), name)
})

test('the methods are those of the registry, in its order', () => {
  const names = registries.filter(({ registry }) => registry === 'method').map(({ name }) => name)
  assert.deepEqual(methods, names)
})

test('a code is written as its class and two digits of detail', () => {
  assert.deepEqual([0, 1, 0x45, 0x83, 0x9d, 0xff].map(formatCode), ['0.00', '0.01', '2.05', '4.03', '4.29', '7.31'])
})

test('a code without a name is shown by its digits', () => {
  assert.deepEqual([0x48, 0x9f].map(codeName), ['2.08', '4.31'])
  assert.deepEqual([0x48, 0x1f].map(describeCode), ['2.08', '0.31'])
})

test('a code is described by method, or by digits and name', () => {
  assert.deepEqual([Code.GET, Code.iPATCH, Code.Content, Code.UnsupportedContentFormat, Code.CSM].map(describeCode), [
    'GET',
    'iPATCH',
    '2.05 Content',
    '4.15 Unsupported Content-Format',
    '7.01 CSM',
  ])
})

test('requests are 0.01 to 0.31, responses 2.00 to 5.31, and nothing is both', () => {
  const requests = all.filter(isRequest).map(formatCode)
  const responses = all.filter(isResponse).map(formatCode)
  assert.deepEqual([requests.length, requests[0], requests.at(-1)], [31, '0.01', '0.31'])
  assert.deepEqual([responses.length, responses[0], responses.at(-1)], [128, '2.00', '5.31'])
})

test('an unregistered code still has the class that says how to treat it', () => {
  assert.deepEqual([0x5e, 0x9f, 0xbf].map(codeClass), [2, 4, 5])
})

test('GET, PUT, DELETE, FETCH and iPATCH are idempotent; POST, PATCH and unknown methods are not', () => {
  assert.deepEqual(all.filter(isRequest).filter(isIdempotent), [
    Code.GET,
    Code.PUT,
    Code.DELETE,
    Code.FETCH,
    Code.iPATCH,
  ])
})

test('GET and FETCH are safe, and no other method', () => {
  assert.deepEqual(all.filter(isRequest).filter(isSafe), [Code.GET, Code.FETCH])
})
