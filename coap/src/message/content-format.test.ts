import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { UsageError } from '../errors.ts'
import {
  assignedFormat,
  ContentFormat,
  contentCodingOf,
  contentFormat,
  contentFormats,
  isText,
  mediaTypeOf,
} from './content-format.ts'

interface Line {
  readonly number: number
  readonly type: string
  readonly coding?: string
}

const registry: readonly Line[] = JSON.parse(
  readFileSync(new URL('../../../vectors/iana/content-formats.json', import.meta.url), 'utf8'),
)

test('the Content-Formats are those of the IANA registry', () => {
  const ours = contentFormats().map(([number, type, coding]) => ({
    number,
    type,
    ...(coding !== undefined && { coding }),
  }))
  assert.deepEqual(
    ours,
    registry.map(({ number, type, coding }) => ({ number, type, ...(coding !== undefined && { coding }) })),
  )
})

test('a number stands for a media type and perhaps a content coding', () => {
  assert.deepEqual([mediaTypeOf(11060), contentCodingOf(11060)], ['application/cbor', 'deflate'])
  assert.deepEqual([mediaTypeOf(60), contentCodingOf(60)], ['application/cbor', undefined])
  assert.deepEqual([mediaTypeOf(61234), contentCodingOf(61234)], [undefined, undefined])
})

test('each media type without a content coding gives its number', () => {
  for (const { number, type, coding } of registry)
    if (coding === undefined) assert.equal(contentFormat(type), number, type)
})

test('a media type is found without regard to case and spaces', () => {
  assert.equal(contentFormat('Text/Plain;charset=UTF-8'), 0)
  assert.equal(contentFormat(' application/COSE ;  cose-type="cose-mac0" '), 17)
})

test('parameters may be left out where that leaves one line of the registry', () => {
  assert.equal(contentFormat('text/plain'), 0)
  assert.equal(contentFormat('application/yang-data+cbor'), 340)
  for (const name of ['application/cose', 'application/pkcs7-mime'])
    assert.throws(() => contentFormat(name), UsageError, name)
})

test('a number written as text is that number, up to 65535', () => {
  assert.deepEqual(['0', '50', '65535'].map(contentFormat), [0, 50, 65535])
  assert.throws(() => contentFormat('65536'), UsageError)
})

test('an unknown media type is the mistake of the caller', () => {
  assert.throws(() => contentFormat('application/unheard-of'), UsageError)
  assert.throws(() => contentFormat(''), UsageError)
})

test('1542 and 1543 are understood, and no name gives them', () => {
  assert.deepEqual([1542, 1543].map(mediaTypeOf), ['application/vnd.oma.lwm2m+tlv', 'application/vnd.oma.lwm2m+json'])
  assert.equal(contentFormat('application/vnd.oma.lwm2m+tlv'), 11542)
  assert.equal(contentFormat('application/vnd.oma.lwm2m+json'), 11543)
  const named = new Set([...Object.values(ContentFormat), ...contentFormats().map(([number]) => number)])
  assert.ok(!named.has(1542) && !named.has(1543))
})

test('1542 and 1543 are read as what was assigned in their place', () => {
  assert.deepEqual([1542, 1543, 1541, 1544, 0, 11542].map(assignedFormat), [11542, 11543, 1541, 1544, 0, 11542])
})

test('text, JSON, XML and links can be read by people; CBOR, images and what is compressed cannot', () => {
  assert.deepEqual(
    [0, 40, 41, 50, 51, 110, 310, 432, 20000, 30000, 10002].filter((number) => !isText(number)),
    [],
  )
  assert.deepEqual(
    [16, 19, 22, 42, 47, 60, 112, 114, 553, 11050, 11542, 61234].filter((number) => isText(number)),
    [],
  )
})
