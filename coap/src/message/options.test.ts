import assert from 'node:assert/strict'
import { test } from 'node:test'
import { UsageError } from '../errors.ts'
import { decodeDatagram } from './datagram.ts'
import {
  Accept,
  ContentFormatOption,
  ETag,
  HopLimit,
  IfMatch,
  IfNoneMatch,
  MaxAge,
  NoResponse,
  Observe,
  type Option,
  option,
  optionOf,
  ProxyUri,
  QBlock2,
  Size1,
  UriHost,
  UriPath,
  UriPort,
  UriQuery,
} from './option.ts'
import { string, uint } from './option-format.ts'
import { Options } from './options.ts'

/** If-Match: 6 bytes too long; Uri-Host "h"; ETag 01; Uri-Path "a", no UTF-8, "b"; Content-Format 50 and 60; Max-Age of 5 bytes. */
const mixed = '19 0909090909090909092168 1101 7161 02c3280162 11 32 013c 250000000001'

test('options leave in the order of their numbers, and those of one number as they were added', () => {
  const options = new Options()
    .add(UriQuery, 'q')
    .add(UriPath, 'b')
    .add(Size1, 0)
    .add(UriHost, 'h')
    .add(UriPath, 'a')
    .add(NoResponse, 2)
  assert.deepEqual(numbersOf(options), [3, 11, 11, 15, 60, 258])
  assert.deepEqual(options.getAll(UriPath), ['b', 'a'])
  assert.equal(hex(options), '3168' + '8162' + '0161' + '4171' + 'd020' + 'd1b902')
})

test('what was set is read as it was set', () => {
  const options = new Options().add(ETag, Uint8Array.of(1)).add(IfNoneMatch, true).add(MaxAge, 0)
  assert.deepEqual(
    [options.get(ETag), options.get(IfNoneMatch), options.get(MaxAge), options.get(Accept)],
    [Uint8Array.of(1), true, 0, undefined],
  )
  assert.ok(options.has(MaxAge) && !options.has(Accept) && !options.has(Size1))
})

test('an option that is not repeatable stands once', () => {
  const options = new Options().add(Accept, 50)
  assert.throws(() => options.add(Accept, 60), /Accept stands at most once/)
  const arrived = received('d104 32')
  assert.throws(() => arrived.add(Accept, 60), UsageError)
})

test('a value of the wrong kind or size is the mistake of the caller, and says what was expected', () => {
  const wrong: readonly (readonly [Option<unknown>, unknown, RegExp])[] = [
    [UriPath, 7, /Uri-Path takes well-formed text, not 7/],
    [UriPath, '\ud800', /Uri-Path takes well-formed text, not a string/],
    [UriPath, 'x'.repeat(256), /a value of Uri-Path has 0 to 255 bytes, not 256/],
    [UriPath, 'é'.repeat(128), /a value of Uri-Path has 0 to 255 bytes, not 256/],
    [UriHost, '', /a value of Uri-Host has 1 to 255 bytes, not 0/],
    [ETag, 'abc', /ETag takes a Uint8Array, not a string/],
    [MaxAge, [1, 2], /Max-Age takes a non-negative integer, not a list/],
    [ETag, new Uint8Array(9), /a value of ETag has 1 to 8 bytes, not 9/],
    [IfNoneMatch, false, /If-None-Match takes no value \(true\), not a boolean/],
    [UriPort, 65536, /a value of Uri-Port has 0 to 2 bytes, not 3/],
    [UriPort, -1, /Uri-Port takes a non-negative integer, not -1/],
    [UriPort, 1.5, /Uri-Port takes a non-negative integer, not 1.5/],
    [UriPort, undefined, /Uri-Port takes a non-negative integer, not undefined/],
    [HopLimit, 0, /a value of Hop-Limit has exactly 1 bytes, not 0/],
    [Observe, 0x1000000, /a value of Observe has 0 to 3 bytes, not 4/],
  ]
  for (const [which, value, message] of wrong) {
    assert.throws(() => new Options().add(which, value), UsageError)
    assert.throws(() => new Options().add(which, value), message)
    assert.throws(() => new Options().set(which, value), message)
  }
})

test('set replaces what there is, by one value or by a list', () => {
  const options = new Options().add(UriPath, 'a').add(UriPath, 'b').add(MaxAge, 1)
  options.set(UriPath, ['c', 'd', 'e']).set(MaxAge, 2)
  assert.deepEqual([options.getAll(UriPath), options.getAll(MaxAge)], [['c', 'd', 'e'], [2]])
  options.set(UriPath, 'f')
  assert.deepEqual(options.getAll(UriPath), ['f'])
  options.set(UriPath, [])
  assert.ok(!options.has(UriPath))
})

test('a set that fails has changed nothing', () => {
  const options = new Options().add(UriPath, 'a')
  assert.throws(() => options.set(UriPath, ['b', 'x'.repeat(256)]), UsageError)
  assert.deepEqual(options.getAll(UriPath), ['a'])
})

test('delete takes all values of an option, and no other', () => {
  const options = received('b161 0162 4171').delete(UriPath)
  assert.deepEqual(options.getAll(UriPath), [])
  assert.ok(!options.has(UriPath))
  assert.equal(hex(options), 'd10271')
  assert.ok(options.delete(UriQuery).isEmpty)
  assert.equal(hex(options.delete(UriQuery)), '')
})

test('a clone changes by itself, whether received or made', () => {
  for (const original of [received('b161'), new Options().add(UriPath, 'a')]) {
    const clone = original.clone().add(UriPath, 'b')
    original.add(UriPath, 'c')
    assert.deepEqual(original.getAll(UriPath), ['a', 'c'])
    assert.deepEqual(clone.getAll(UriPath), ['a', 'b'])
  }
})

test('a clone of received options outlives the packet that brought them', () => {
  const packet = bytes('40010000 b161')
  const clone = decodeDatagram(packet, false)?.options.clone()
  packet.fill(0xee)
  assert.deepEqual(clone?.getAll(UriPath), ['a'])
})

test('an elective option that is malformed counts as not there (RFC 7252 5.4.3)', () => {
  for (const options of [received(mixed), received(mixed).add(Size1, 1)]) {
    assert.equal(options.get(MaxAge), undefined)
    assert.deepEqual(options.getAll(MaxAge), [])
    assert.ok(options.has(MaxAge))
  }
})

test('of malformed values among others the well-formed ones are read', () => {
  for (const options of [received(mixed), received(mixed).add(Size1, 1)]) {
    assert.deepEqual(options.getAll(IfMatch), [])
    assert.equal(options.get(IfMatch), undefined)
    assert.deepEqual(options.getAll(UriPath), ['a', 'b'])
    assert.equal(options.get(UriPath), 'a')
  }
})

test('of an option that must not be repeated only the first occurrence counts (RFC 7252 5.4.5)', () => {
  for (const options of [received(mixed), received(mixed).add(Size1, 1)]) {
    assert.equal(options.get(ContentFormatOption), 50)
    assert.deepEqual(options.getAll(ContentFormatOption), [50])
  }
  const firstIsMalformed = received('c3 000032 01 3c')
  assert.equal(firstIsMalformed.get(ContentFormatOption), undefined)
  assert.deepEqual(firstIsMalformed.getAll(ContentFormatOption), [])
})

test('what is malformed, repeated or unknown is carried as it came, also past a change elsewhere', () => {
  const arrived = `${mixed} e1f00061`
  const before = [...received(arrived)]
  const after = [...received(arrived).add(Size1, 1).delete(Size1)]
  assert.deepEqual(after, before)
  assert.equal(hex(received(arrived).add(Size1, 1).delete(Size1)), hex(received(arrived)))
})

test('an integer with leading zeros is read, and carried with them', () => {
  const options = received('c2 0032').add(Size1, 1).delete(Size1)
  assert.equal(options.get(ContentFormatOption), 50)
  assert.equal(hex(options), 'c20032')
})

test('an option of one’s own is read by its format, also past a change elsewhere', () => {
  const own = option(65000, 'Own', string, [0, 10])
  const arrived = received('e1fcdb 61')
  assert.equal(arrived.get(own), 'a')
  assert.equal(arrived.add(Size1, 1).get(own), 'a')
  assert.deepEqual(arrived.get(optionOf(65000)), Uint8Array.of(0x61))
})

test('iteration gives numbers and copies of the bytes', () => {
  const packet = bytes('40010000 b161 6107')
  const options = decodeDatagram(packet)?.options as Options
  const found = [...options]
  packet.fill(0)
  assert.deepEqual(found, [
    { number: 11, value: Uint8Array.of(0x61) },
    { number: 17, value: Uint8Array.of(7) },
  ])
  assert.deepEqual([...new Options().add(UriPath, 'a').add(Accept, 7)], found)
})

test('a critical option that nobody understands is found, the lowest first (RFC 7252 5.4.1)', () => {
  assert.equal(unrecognized('b161 6107', [UriPath]), 17)
  assert.equal(unrecognized('b161 6107', []), 11)
  assert.equal(unrecognized('b161 6107', [UriPath, Accept]), 0)
  assert.equal(unrecognized('d112 00', []), 31)
  assert.equal(unrecognized('d112 00', [QBlock2]), 0)
  assert.equal(unrecognized('d104 32 d10c 61', [Accept]), 0, 'Option 42 is elective')
  assert.equal(unrecognized('d104 32 d10d 61', [Accept]), 43)
  assert.equal(unrecognized('e1fcdb 61', []), 0, 'Option 65000 is elective')
  assert.equal(unrecognized('e1fcdc 61', []), 65001)
})

test('elective options are never unrecognized, whatever they hold', () => {
  assert.equal(unrecognized('49 010101010101010101 8333333301 33', []), 0)
})

test('a critical option of malformed length or text counts as unrecognized (RFC 7252 5.4.3)', () => {
  const everything = [IfMatch, UriHost, IfNoneMatch, UriPort, UriPath, UriQuery, Accept, ProxyUri]
  const cases: readonly (readonly [string, number])[] = [
    ['19 010101010101010101', 1],
    ['30', 3],
    ['31ff', 3],
    ['5100', 5],
    ['73000000', 7],
    ['b2c328', 11],
    ['d302 61ff62', 15],
    ['d304 000032', 17],
    ['d016', 35],
    ['d116 ff', 35],
    ['b161 01ff', 11],
  ]
  for (const [options, number] of cases) assert.equal(unrecognized(options, everything), number, options)
  assert.equal(unrecognized('18 0101010101010101 2161 7002 0000 40 02 6161', everything), 0)
})

test('a critical option that stands once too often counts as unrecognized (RFC 7252 5.4.5)', () => {
  assert.equal(unrecognized('d104 32 00', [Accept]), 17)
  assert.equal(unrecognized('b161 0162', [UriPath]), 0)
  const own = option(65001, 'Own', string, [0, 10])
  assert.equal(unrecognized('e1fcdc 61 0162', [own]), 65001)
})

test('an unregistered option is understood within its own bounds only', () => {
  const low = option(13, 'Low', uint, [0, 1])
  const high = option(65001, 'High', string, [1, 2])
  assert.equal(unrecognized('d100 05', [low]), 0)
  assert.equal(unrecognized('d200 0505', [low]), 13)
  assert.equal(unrecognized('e1fcdc 61', [high]), 0)
  assert.equal(unrecognized('e0fcdc', [high]), 65001)
  assert.equal(unrecognized('e1fcdc ff', [high]), 65001)
})

test('what was at fault no longer counts once it is deleted or replaced', () => {
  const options = received('31ff 8161 01ff 6107 00')
  assert.equal(first(options, [UriHost, UriPath, Accept]), 3)
  options.delete(UriHost)
  assert.equal(first(options, [UriHost, UriPath, Accept]), 11)
  options.set(UriPath, ['a'])
  assert.equal(first(options, [UriHost, UriPath, Accept]), 17)
  options.set(Accept, 7)
  assert.equal(first(options, [UriHost, UriPath, Accept]), 0)
  assert.equal(first(options, [UriPath]), 17)
})

test('a fault survives a clone and a change elsewhere', () => {
  const options = received('31ff').clone().add(UriPath, 'a')
  assert.equal(first(options, [UriHost, UriPath]), 3)
})

test('options of one’s own making are unrecognized too if nobody understands them', () => {
  assert.equal(first(new Options().add(UriPath, 'a'), []), 11)
  assert.equal(first(new Options().add(ProxyUri, 'coap://a'), [UriPath]), 35)
  assert.equal(first(new Options().add(UriPath, 'a').add(UriPath, 'b'), [UriPath]), 0)
})

test('what does not fit is a RangeError', () => {
  const options = new Options().add(UriPath, 'abc').add(UriQuery, '')
  for (let room = 0; room < 5; room++) assert.throws(() => options.encode(new Uint8Array(room), 0), RangeError)
  assert.equal(options.encode(new Uint8Array(5), 0), 5)
})

function received(optionBytes: string): Options {
  const message = decodeDatagram(bytes(`40010000${optionBytes}`))
  assert.ok(message !== undefined, `${optionBytes} is malformed`)
  return message.options
}

function unrecognized(optionBytes: string, understood: readonly Option<unknown>[]): number {
  const untouched = first(received(optionBytes), understood)
  assert.equal(first(received(optionBytes).clone(), understood), untouched)
  assert.equal(first(received(optionBytes).add(Size1, 0).delete(Size1), understood), untouched)
  return untouched
}

function first(options: Options, understood: readonly Option<unknown>[]): number {
  const mask = understood.reduce((bits, { number }) => (number < 32 ? bits | (1 << number) : bits), 0)
  return options.firstUnrecognized(mask, new Map(understood.map((each) => [each.number, each])))
}

function numbersOf(options: Options): number[] {
  return [...options].map(({ number }) => number)
}

function hex(options: Options): string {
  const into = new Uint8Array(2000)
  return Buffer.from(into.subarray(0, options.encode(into, 0))).toString('hex')
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

test('an option keeps a copy of the bytes that it is given', () => {
  const bytes = Uint8Array.of(1, 2, 3)
  const options = new Options().add(ETag, bytes)
  bytes.fill(0)
  assert.deepEqual(options.get(ETag), Uint8Array.of(1, 2, 3))
})
