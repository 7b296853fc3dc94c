// Encode and decode are inverses, and no bytes are an error: for any message, and for the corpus.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Datagram, decodeDatagram, encodeDatagram, encodeEmpty, malformation, type Type } from './datagram.ts'
import { Message } from './message.ts'
import { type Option, option, options as registry } from './option.ts'
import { empty } from './option-format.ts'
import { Options } from './options.ts'

interface Sent {
  readonly type: Type
  readonly code: number
  readonly id: number
  readonly token: Uint8Array
  readonly values: readonly (readonly [Option<unknown>, unknown])[]
  readonly payload: Uint8Array
}

const unheardOf = option(64_123, 'Unheard-Of', empty, [0, 0])
const corpus = [
  ...readFileSync(new URL('../../../vectors/fuzz/datagrams.txt', import.meta.url), 'utf8').split('\n'),
  ...vectors('malformed'),
  ...vectors('rfc7252-appendix-a'),
  ...vectors('rfc7641-appendix-a'),
  ...vectors('rfc8974-token-lengths'),
]
  .filter((line) => !line.startsWith('#'))
  .map((line) => Uint8Array.from(Buffer.from(line, 'hex')))

test('what was encoded is decoded to the same message', () => {
  fc.assert(
    fc.property(messages(), (sent) => {
      const received = decodeDatagram(encode(sent.type, sent.id, sent.token, messageOf(sent)))
      assert.ok(received !== undefined)
      assert.deepEqual(
        [received.type, received.code, received.id, hex(received.token), hex(received.payload)],
        [sent.type, sent.code, sent.id, hex(sent.token), hex(sent.payload)],
      )
      for (const [option] of sent.values) {
        const values = sent.values.filter(([each]) => each.number === option.number).map(([, value]) => value)
        assert.deepEqual(received.options.getAll(option), values, option.name)
      }
      assert.equal([...received.options].length, sent.values.length)
    }),
  )
})

test('what was decoded is encoded to the same bytes, whether its options were touched or not', () => {
  const check = (packet: Uint8Array): void => {
    const message = decodeDatagram(packet.slice())
    if (message === undefined) return
    assert.equal(hex(again(message)), hex(packet))
    touch(message.options)
    assert.equal(hex(again(message)), hex(packet))
  }
  for (const packet of corpus) check(packet)
  fc.assert(fc.property(packets(), check), { numRuns: 500 })
})

test('any bytes are a message or have a fault, and never make an error', () => {
  const check = (packet: Uint8Array): void => {
    const message = decodeDatagram(packet, false)
    if (message === undefined) {
      assert.match(malformation(packet), /^(short|version|empty-with-content|token-length|options)$/)
      return
    }
    for (const option of registry) {
      const values: unknown[] = message.options.getAll(option)
      assert.ok(values.length <= 1 || option.repeatable, option.name)
      assert.deepEqual(message.options.get(option), values[0])
    }
    assert.ok(message.options.firstUnrecognized(-1, new Map(registry.map((each) => [each.number, each]))) >= 0)
    assert.equal(message.keep().payload.length, message.payloadLength)
    assert.equal(message.token.length, message.tokenLength)
  }
  for (const packet of corpus) check(packet)
  fc.assert(fc.property(packets(), check), { numRuns: 2000 })
})

test('a change of one option leaves the others as they are', () => {
  fc.assert(
    fc.property(messages(), fc.nat(), (sent, pick) => {
      fc.pre(sent.values.length > 0)
      const options = decodeDatagram(encode(sent.type, sent.id, sent.token, messageOf(sent)))?.options as Options
      const [victim] = sent.values[pick % sent.values.length] as (typeof sent.values)[number]
      const others = [...options].filter(({ number }) => number !== victim.number)
      assert.deepEqual([...options.clone().delete(victim)], others)
      assert.deepEqual(
        [
          ...options.set(
            victim,
            victim.repeatable ? [] : (sent.values.find(([each]) => each === victim)?.[1] as unknown),
          ),
        ],
        victim.repeatable ? others : [...messageOf(sent).options],
      )
    }),
  )
})

function messages(): fc.Arbitrary<Sent> {
  const one = fc
    .constantFrom(...registry)
    .chain((option) => anyValueOf(option).map((value) => [option, value] as const))
  return fc.record({
    type: fc.constantFrom<Type>(0, 1, 2, 3),
    code: fc.integer({ min: 1, max: 255 }),
    id: fc.integer({ min: 0, max: 0xffff }),
    token: fc.oneof(fc.uint8Array({ maxLength: 16 }), fc.uint8Array({ minLength: 260, maxLength: 280 })),
    values: fc.array(one, { maxLength: 12 }).map(lawful),
    payload: fc.uint8Array({ maxLength: 40 }),
  })
}

/** In the order of a message, and none twice that must not be. */
function lawful(values: readonly (readonly [Option<unknown>, unknown])[]): (readonly [Option<unknown>, unknown])[] {
  const seen = new Set<number>()
  return values
    .filter(([{ number, repeatable }]) => repeatable || (!seen.has(number) && seen.add(number).size > 0))
    .toSorted(([one], [other]) => one.number - other.number)
}

function anyValueOf({ format, length: [min, max] }: Option<unknown>): fc.Arbitrary<unknown> {
  if (format.name === 'empty') return fc.constant(true)
  if (format.name === 'uint') return fc.integer({ min: min === 0 ? 0 : 1, max: 256 ** max - 1 })
  if (format.name === 'opaque') return fc.uint8Array({ minLength: min, maxLength: Math.min(max, 300) })
  return fc
    .string({ unit: 'binary', minLength: min, maxLength: Math.min(max, 300) })
    .filter((text) => text.isWellFormed() && new TextEncoder().encode(text).length <= max)
}

/** Bytes that often look like a message. */
function packets(): fc.Arbitrary<Uint8Array> {
  const header = fc.tuple(
    fc.constantFrom(0x40, 0x41, 0x48, 0x50, 0x60, 0x70, 0x4c, 0x4d, 0x4e, 0x4f, 0x80),
    fc.nat(255),
    fc.nat(255),
    fc.nat(255),
  )
  const headed = fc
    .tuple(header, fc.uint8Array({ maxLength: 60 }))
    .map(([head, tail]) => Uint8Array.of(...head, ...tail))
  const damaged = fc.tuple(messages(), fc.nat(), fc.nat(255), fc.nat(3)).map(([sent, where, what, cut]) => {
    const packet = encode(sent.type, sent.id, sent.token, messageOf(sent)).slice()
    packet[where % packet.length] = what
    return cut === 0 ? packet.subarray(0, where % packet.length) : packet
  })
  return fc.oneof(headed, damaged, fc.uint8Array({ maxLength: 20 }))
}

function messageOf({ code, values, payload }: Sent): Message {
  const options = new Options()
  for (const [option, value] of values) options.add(option, value)
  return new Message({ code, options, payload })
}

function again(message: Datagram): Uint8Array {
  const { type, id, token } = message
  if (message.code !== 0) return encode(type, id, token, message)
  const into = new Uint8Array(4)
  encodeEmpty(type, id, into, 0)
  return into
}

/** Takes the options out of the packet without changing them. */
function touch(options: Options): void {
  assert.ok(!options.has(unheardOf))
  options.add(unheardOf, true).delete(unheardOf)
}

function encode(type: Type, id: number, token: Uint8Array, message: Message): Uint8Array {
  const into = new Uint8Array(70_000)
  return into.subarray(0, encodeDatagram(type, id, token, message, into, 0))
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

function vectors(name: string): string[] {
  const read = readFileSync(new URL(`../../../vectors/messages/${name}.json`, import.meta.url), 'utf8')
  return (JSON.parse(read) as { bytes: string }[]).map(({ bytes }) => bytes)
}
