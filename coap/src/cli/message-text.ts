// A message as a line of text: type, code, Message ID, token, options by name, payload.

import { toHex } from '../bytes/hex.ts'
import { describeCode, isRequest } from '../message/code.ts'
import { type Datagram, decodeDatagram, malformation } from '../message/datagram.ts'
import { Accept, Block1, Block2, ContentFormatOption, Observe, optionOf } from '../message/option.ts'
import { decodeUtf8 } from '../message/option-format.ts'
import type { RawOption } from '../message/options.ts'
import { briefFormatName } from './format-name.ts'
import { printable } from './printable.ts'
import type { Paint } from './terminal.ts'

const types = ['CON', 'NON', 'ACK', 'RST']
/** Longer payloads are cut. */
const mostPayload = 60

/** `CON GET MID=31588 token=5f3a Uri-Path=sensors Uri-Path=temp "21.5"`. */
export function messageText(packet: Uint8Array, paint: Paint): string {
  const message = decodeDatagram(packet)
  if (message === undefined)
    return paint('red', `malformed (${malformation(packet)}), ${packet.length} bytes: ${excerpt(packet)}`)
  const { type, code, id, token, options, payload } = message
  return [
    types[type],
    paint('bold', code === 0 ? 'Empty' : describeCode(code)),
    paint('dim', `MID=${id}${token.length > 0 ? ` token=${toHex(token)}` : ''}`),
    ...[...options].map((option) => `${paint('cyan', optionOf(option.number).name)}${valueText(option, message)}`),
    ...(payload.length > 0 ? [payloadText(payload)] : []),
  ].join(' ')
}

function valueText({ number, value }: RawOption, message: Datagram): string {
  const option = optionOf(number)
  const read = option.format.read(value, 0, value.length)
  if (option.format.name === 'empty') return ''
  if (typeof read === 'string') return `=${/^[^\s"]+$/.test(read) ? printable(read) : JSON.stringify(printable(read))}`
  if (typeof read !== 'number') return `=0x${toHex(value)}`
  switch (number) {
    case Accept.number:
    case ContentFormatOption.number:
      return `=${briefFormatName(read)}`
    case Observe.number:
      return isRequest(message.code) ? `=${['register', 'deregister'][read] ?? read}` : `=${read}`
    case Block1.number:
    case Block2.number:
      return `=${read >>> 4}/${(read & 8) >>> 3}/${2 ** ((read & 7) + 4)}` // NUM/M/size (RFC 7959 2.2)
    default:
      return `=${read}`
  }
}

function payloadText(payload: Uint8Array): string {
  const text = decodeUtf8(payload)
  if (text === undefined || /[^\P{Cc}\s]/u.test(text)) return `(${payload.length} bytes: ${excerpt(payload)})`
  const shown = JSON.stringify(printable(text.slice(0, mostPayload)))
  return text.length > mostPayload ? `${shown}… (${payload.length} bytes)` : shown
}

function excerpt(bytes: Uint8Array): string {
  return `${toHex(bytes.subarray(0, mostPayload / 3))}${bytes.length > mostPayload / 3 ? '…' : ''}`
}
