import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { UsageError } from '../errors.ts'
import {
  ContentFormatOption,
  ETag,
  isCritical,
  isNoCacheKey,
  isRegistered,
  isUnsafe,
  option,
  optionOf,
  options,
  readOption,
  UriPath,
} from './option.ts'
import { string } from './option-format.ts'

interface Line {
  readonly number: number
  readonly name: string
  readonly source?: string
  readonly critical?: boolean
  readonly unsafe?: boolean
  readonly noCacheKey?: boolean
  readonly repeatable?: boolean
  readonly format?: string
  readonly length?: readonly [number, number]
}

const registry: readonly Line[] = JSON.parse(
  readFileSync(new URL('../../../vectors/iana/options.json', import.meta.url), 'utf8'),
)

test('the options are those of the IANA registry, by number and name', () => {
  const ours = options.map(({ number, name }) => ({ number, name }))
  assert.deepEqual(
    ours,
    registry.map(({ number, name }) => ({ number, name })),
  )
})

test('each option has the format, the length and the repeatability that its RFC gives it', () => {
  for (const { number, name, source, repeatable, format, length } of registry) {
    if (source === undefined) continue
    const ours = optionOf(number)
    assert.deepEqual([ours.format.name, ours.length, ours.repeatable], [format, length, repeatable], name)
  }
})

test('the number of each option says whether it is critical, unsafe, and no part of the cache key', () => {
  for (const { number, name, source, critical, unsafe, noCacheKey } of registry) {
    if (source === undefined) continue
    assert.deepEqual([isCritical(number), isUnsafe(number), isNoCacheKey(number)], [critical, unsafe, noCacheKey], name)
  }
})

test('only one of the eight patterns of NoCacheKey bits is no part of the cache key', () => {
  const patterns = Array.from({ length: 8 }, (_, bits) => isNoCacheKey(bits << 2))
  assert.deepEqual(patterns, [false, false, false, false, false, false, false, true])
  assert.ok(!isNoCacheKey(0x1e), 'an unsafe option has no such property')
})

test('an unknown option is opaque bytes of any length, as often as it comes', () => {
  const { name, format, length, repeatable } = optionOf(65001)
  assert.deepEqual([name, format.name, length, repeatable], ['Option-65001', 'opaque', [0, 65804], true])
  assert.ok(!isRegistered(65001))
  assert.ok(isRegistered(60))
})

test('an option of one’s own has a number from 0 to 65535', () => {
  assert.deepEqual(option(65535, 'Mine', string, [0, 3]), {
    ...{ number: 65535, name: 'Mine', format: string, length: [0, 3], repeatable: false },
  })
  for (const number of [-1, 65536, 1.5, Number.NaN])
    assert.throws(() => option(number, 'Mine', string, [0, 3]), UsageError)
})

test('a value that is too short, too long or no UTF-8 is none', () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x62, 0, 0, 0, 0, 0, 0)
  assert.equal(readOption(UriPath, bytes, 0, 1), 'a')
  assert.equal(readOption(UriPath, bytes, 0, 2), undefined)
  assert.equal(readOption(ETag, bytes, 0, 0), undefined)
  assert.equal(readOption(ETag, bytes, 0, 9), undefined)
  assert.equal(readOption(ContentFormatOption, bytes, 3, 6), undefined)
})
