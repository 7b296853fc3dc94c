import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { Code, formatCode } from './code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, encodeEmpty, malformation, Type } from './datagram.ts'
import { Message } from './message.ts'
import { options as registry, UriPath } from './option.ts'
import { Options } from './options.ts'

interface Fields {
  readonly type: 'CON' | 'NON' | 'ACK' | 'RST'
  readonly code: string
  readonly id: number
  readonly token: string
  readonly options: readonly (readonly [name: string, value: string | number | true])[]
  readonly payload?: string
}

interface Vector extends Fields {
  readonly figure: string
  readonly bytes: string
}

interface MalformedVector {
  readonly section: string
  readonly reason: string
  readonly bytes: string
  readonly fault: string
}

const types = { CON: Type.Confirmable, NON: Type.NonConfirmable, ACK: Type.Acknowledgement, RST: Type.Reset } as const
const malformed = vectors<MalformedVector>('malformed')
const wellFormed = ['rfc7252-appendix-a', 'rfc7641-appendix-a', 'rfc8974-token-lengths']

for (const file of wellFormed) {
  test(`the messages of ${file} are decoded`, () => {
    for (const { figure, bytes: packet, ...fields } of vectors<Vector>(file)) {
      assert.deepEqual(plain(decode(packet)), { payload: '', ...fields }, figure)
    }
  })

  test(`the messages of ${file} are encoded`, () => {
    for (const vector of vectors<Vector>(file)) {
      const message = new Message({
        code: codeOf(vector.code),
        options: optionsOf(vector),
        payload: new TextEncoder().encode(vector.payload ?? ''),
      })
      const encoded = encode(types[vector.type], vector.id, bytes(vector.token), message)
      assert.equal(hex(encoded), vector.bytes, vector.figure)
    }
  })
}

test('each malformed message of the corpus is refused, with its fault', () => {
  for (const { section, reason, bytes: packet, fault } of malformed) {
    assert.equal(decodeDatagram(bytes(packet)), undefined, `${section}: ${fault}`)
    assert.equal(malformation(bytes(packet)), reason, `${section}: ${fault}`)
  }
})

test('a byte of 0xff inside a token or an option is no payload marker', () => {
  const message = decode('42 45 0001 ffff c1ff d1f3ff ff ff')
  assert.deepEqual(
    [
      hex(message.token),
      [...message.options].map(({ number, value }) => `${number}:${hex(value)}`),
      hex(message.payload),
    ],
    ['ffff', ['12:ff', '268:ff'], 'ff'],
  )
})

test('an empty message is a header and nothing else', () => {
  const into = new Uint8Array(6).fill(0xaa)
  assert.equal(encodeEmpty(Type.Reset, 0xfffe, into, 1), 5)
  assert.equal(hex(into), 'aa7000fffeaa')
  const message = decode('6000 0000')
  assert.deepEqual([message.type, message.code, message.id, message.token.length], [Type.Acknowledgement, 0, 0, 0])
})

test('option numbers and lengths are extended at 13 and at 269', () => {
  for (const size of [0, 12, 13, 268, 269, 1034]) {
    const value = new Uint8Array(size).fill(0x61)
    for (const number of [12, 13, 268, 269, 65535]) {
      const options = new Options().add(anyOption(number), value)
      const message = decodeDatagram(encode(Type.Confirmable, 1, new Uint8Array(0), new Message({ code: 1, options })))
      assert.deepEqual([...(message?.options ?? [])], [{ number, value }], `${number}, ${size} bytes`)
    }
  }
})

test('all classes of codes are decoded: what they mean is the business of the message layer', () => {
  for (let code = 1; code < 256; code++) assert.equal(decodeDatagram(Uint8Array.of(0x40, code, 0, 0))?.code, code)
})

test('a message that was lent is read as long as the call lasts, and what was read stays', () => {
  const packet = bytes('41450001 ab b161 ff 62')
  const message = decodeDatagram(packet, false) as Datagram
  const { token, payload } = message
  packet.fill(0xee)
  assert.deepEqual([hex(token), hex(payload)], ['ab', '62'])
})

test('a message knows its token without a copy', () => {
  const message = decode('42450001 abcd b161')
  assert.ok(message.hasToken(bytes('abcd')))
  for (const other of ['', 'ab', 'abce', 'abcd00', 'bbcd']) assert.ok(!message.hasToken(bytes(other)), other)
  assert.ok(decode('40450001').hasToken(new Uint8Array(0)))
})

test('a message that is kept outlives the packet that brought it', () => {
  const packet = bytes('41450001 ab b161 ff 62')
  const message = (decodeDatagram(packet, false) as Datagram).keep()
  packet.fill(0xee)
  assert.deepEqual([hex(message.token), message.options.getAll(UriPath), hex(message.payload)], ['ab', ['a'], '62'])
})

test('a message is encoded where it is told to, and says where it ends', () => {
  const into = new Uint8Array(16).fill(0xaa)
  const message = new Message({ code: Code.Content, payload: Uint8Array.of(7) })
  assert.equal(encodeDatagram(Type.NonConfirmable, 0x1234, Uint8Array.of(9), message, into, 3), 10)
  assert.equal(hex(into), 'aaaaaa5145123409ff07aaaaaaaaaaaa')
})

test('a token may be copied from another packet', () => {
  const into = new Uint8Array(6)
  const packet = bytes('00ab cd00')
  assert.equal(encodeDatagram(Type.Acknowledgement, 1, packet, new Message({ code: Code.Valid }), into, 0, 1, 3), 6)
  assert.equal(hex(into), '62430001abcd')
})

test('a message that does not fit is a RangeError, wherever it ends', () => {
  const message = new Message({
    code: Code.GET,
    options: new Options().add(UriPath, 'ab').add(UriPath, ''),
    payload: Uint8Array.of(1, 2),
  })
  const token = Uint8Array.of(1, 2)
  const size = 4 + 2 + 4 + 3
  assert.equal(encodeDatagram(Type.Confirmable, 1, token, message, new Uint8Array(size), 0), size)
  for (let room = 0; room < size; room++)
    assert.throws(() => encodeDatagram(Type.Confirmable, 1, token, message, new Uint8Array(room), 0), RangeError)
})

function plain(message: Datagram): Fields {
  const { type, code, id, token, options, payload } = message
  return {
    type: (['CON', 'NON', 'ACK', 'RST'] as const)[type],
    code: formatCode(code),
    id,
    token: hex(token),
    options: [...options].map(({ number }) => {
      const option = registry.find((each) => each.number === number)
      assert.ok(option !== undefined)
      const value = options.get(option)
      return [option.name, value instanceof Uint8Array ? hex(value) : (value as string | number | true)]
    }),
    payload: new TextDecoder().decode(payload),
  }
}

function optionsOf(vector: Vector): Options {
  const options = new Options()
  for (const [name, value] of vector.options) {
    const option = registry.find((each) => each.name === name)
    assert.ok(option !== undefined, name)
    options.add(option, option.format.name === 'opaque' ? bytes(value as string) : value)
  }
  return options
}

function codeOf(text: string): number {
  const [kind, detail] = text.split('.')
  return Number(kind) * 32 + Number(detail)
}

function anyOption(number: number): (typeof registry)[number] {
  return { ...(registry[0] as (typeof registry)[number]), number, length: [0, 2000] }
}

function encode(type: Type, id: number, token: Uint8Array, message: Message): Uint8Array {
  const into = new Uint8Array(70_000)
  return into.subarray(0, encodeDatagram(type, id, token, message, into, 0))
}

function decode(text: string): Datagram {
  const message = decodeDatagram(bytes(text))
  assert.ok(message !== undefined, `${text} is malformed`)
  return message
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString('hex')
}

function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
}

function vectors<T>(name: string): readonly T[] {
  return JSON.parse(readFileSync(new URL(`../../../vectors/messages/${name}.json`, import.meta.url), 'utf8'))
}
