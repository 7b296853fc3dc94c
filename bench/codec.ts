// What decoding and encoding a GET of 34 bytes cost together, in processor time: the best of the rounds, since the machine adds to it but
// never takes away. Usage: node bench/codec.ts. Exit code 1 if it takes more than half a microsecond.

import { decodeDatagram, encodeDatagram } from 'coapstone/message'

const most = 500
const rounds = 9
const repetitions = 500_000
const text = (value: string): number[] => Array.from(value, (character) => character.charCodeAt(0))
// CON GET, token of 4, Uri-Path "temperature" and "sensor", Uri-Query "u=Ce", Accept 60
const packet = Uint8Array.of(
  ...[0x44, 0x01, 0x30, 0x39, 1, 2, 3, 4],
  ...[0xbb, ...text('temperature')],
  ...[0x06, ...text('sensor')],
  ...[0x44, ...text('u=Ce')],
  ...[0x21, 60],
)
const into = new Uint8Array(1152)

function round(): number {
  const before = process.cpuUsage()
  for (let count = 0; count < repetitions; count++) {
    const message = decodeDatagram(packet)
    if (message === undefined) throw new Error('the packet is malformed')
    encodeDatagram(message.type, message.id, message.token, message, into, 0)
  }
  const { user, system } = process.cpuUsage(before)
  return ((user + system) / repetitions) * 1000
}

const best = Math.min(...Array.from({ length: rounds }, round))
console.log(`decode and encode a GET of ${packet.length} bytes: ${best.toFixed(0)} ns, to reach ≤ ${most}`)
if (best > most) process.exitCode = 1
