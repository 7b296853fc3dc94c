// The codec of datagrams, and the options of what it decodes (RFC 7252 3).

import assert from 'node:assert/strict'
import {
  type Datagram,
  decodeDatagram,
  encodeDatagram,
  encodeEmpty,
  malformation,
} from '../../../coap/src/message/datagram.ts'
import { Message } from '../../../coap/src/message/message.ts'
import { isRegistered, option, options as registry } from '../../../coap/src/message/option.ts'
import { opaque } from '../../../coap/src/message/option-format.ts'
import { vectors } from '../corpus.ts'
import { bytesOfUnits, type Target, unitsOfHex } from '../target.ts'

export const datagrams: Target = {
  name: 'datagrams',
  units: 'bytes',
  seeds: () =>
    ['malformed', 'rfc7252-appendix-a', 'rfc7641-appendix-a', 'rfc8974-token-lengths'].flatMap((file) =>
      vectors(`messages/${file}.json`).flatMap(({ bytes }) => (typeof bytes === 'string' ? [unitsOfHex(bytes)] : [])),
    ),
  words: [
    '40010001',
    '5101000161',
    'ff',
    'ff00',
    'b161',
    'd100',
    'dd0000',
    'e00000',
    'e1fffff0',
    '0d00',
    'f0',
    '6045',
  ].map(unitsOfHex),
  run(input) {
    const packet = bytesOfUnits(input)
    const owned = decodeDatagram(packet.slice(), true)
    const lent = packet.slice()
    const kept = decodeDatagram(lent, false)
    assert.equal(owned === undefined, kept === undefined)
    if (owned === undefined || kept === undefined) {
      const reason = malformation(packet)
      assert.match(reason, /^(?:short|version|empty-with-content|token-length|options)$/)
      return reason
    }
    const before = fieldsOf(kept)
    assert.equal(before, fieldsOf(owned))
    kept.keep()
    lent.fill(0xee)
    assert.equal(fieldsOf(kept), before)
    assert.deepEqual(encoded(kept), packet)
    addOne(owned)
    const numbers = new Set([...owned.options].map(({ number }) => (isRegistered(number) ? number : 'another')))
    return `${owned.type} ${owned.code >>> 5} ${owned.tokenLength > 8} ${numbers.size > 3} ${[...numbers].slice(0, 2)}`
  },
}

const probe = option(64_998, 'Probe', opaque, [0, 8], true)

/** Everything that can be read of a message, as text. */
function fieldsOf({ type, code, id, token, payload, options }: Datagram): string {
  const values = registry.filter((each) => options.has(each)).map((each) => [options.get(each), options.getAll(each)])
  const unrecognized = [options.firstUnrecognized(0, none), options.firstUnrecognized(-1, none)]
  const raw = [...options].map(({ number, value }) => `${number} ${value}`)
  return String([type, code, id, token, payload, options.isEmpty, unrecognized, values, raw])
}

const none: Parameters<Datagram['options']['firstUnrecognized']>[1] = new Map()

function encoded(message: Datagram): Uint8Array {
  const { type, id, token, code } = message
  const into = new Uint8Array(70_000)
  const length = code === 0 ? encodeEmpty(type, id, into, 0) : encodeDatagram(type, id, token, message, into, 0)
  return into.subarray(0, length)
}

/** A changed copy has all that was there, in order, whether it makes sense or not. */
function addOne(message: Datagram): void {
  if (message.code === 0) return
  const options = message.options.clone().add(probe, Uint8Array.of(1))
  const before = [...message.options]
  const after = [...options]
  assert.deepEqual(
    after.filter(({ number }) => number !== probe.number),
    before.filter(({ number }) => number !== probe.number),
  )
  assert.equal(after.length, before.length + 1)
  const changed = new Message({ code: message.code, options, payload: message.payload })
  const into = new Uint8Array(140_000)
  const length = encodeDatagram(message.type, message.id, message.token, changed, into, 0)
  assert.deepEqual([...(decodeDatagram(into.slice(0, length))?.options ?? [])], after)
}
