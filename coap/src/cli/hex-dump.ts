// Bytes for people: sixteen a line, with where they are and what they are in ASCII.

import { toHex } from '../bytes/hex.ts'
import type { Paint } from './terminal.ts'

export function hexDump(bytes: Uint8Array, paint: Paint): string {
  const lines: string[] = []
  for (let at = 0; at < bytes.length; at += 16) {
    const line = bytes.subarray(at, at + 16)
    const hex = [...line].map((byte) => toHex(Uint8Array.of(byte)))
    const columns = `${hex.slice(0, 8).join(' ')}  ${hex.slice(8).join(' ')}`.padEnd(48)
    const text = [...line].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('')
    lines.push(`${paint('dim', at.toString(16).padStart(8, '0'))}  ${columns}  ${paint('dim', `|${text}|`)}`)
  }
  return lines.join('\n')
}
