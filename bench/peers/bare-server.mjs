// What node:dgram itself takes: a server that knows no more of CoAP than what libcoap's client says in a transfer, and keeps nothing. Whatever
// else is asked for is a byte.
// usage: node bare-server.mjs PORT

import { createSocket } from 'node:dgram'

let total = 0
const reply = Buffer.alloc(1100, 0x78)
const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) })

socket.on('message', (packet, { port, address }) => {
  const tokenLength = packet[0] & 15
  if (packet[1] === 0) {
    socket.send(Buffer.from([0x70, 0, packet[2], packet[3]]), port, address) // a ping
    return
  }
  const [block1, block2] = blocks(packet, 4 + tokenLength)
  packet.copy(reply, 0, 0, 4 + tokenLength)
  reply[0] = 0x60 | tokenLength
  let at = 4 + tokenLength
  if (packet[1] === 3) {
    total = (block1 >>> 4) * 1024 + packet.length - packet.lastIndexOf(0xff) - 1
    reply[1] = block1 & 8 ? 0x5f : 0x44
    at = option(at, 27, block1)
    socket.send(reply, 0, at, port, address)
    return
  }
  const number = block2 < 0 ? 0 : block2 >>> 4
  const left = Math.max(1, total - number * 1024)
  reply[1] = 0x45
  at = option(at, 23, (number << 4) | (left > 1024 ? 8 : 0) | 6)
  reply[at++] = 0xff
  socket.send(reply, 0, at + Math.min(1024, left), port, address)
})
socket.bind(Number(process.argv[2]), '127.0.0.1')

/** The values of Block1 and Block2; -1 where there is none. */
function blocks(packet, start) {
  const found = [-1, -1]
  let number = 0
  for (let at = start; at < packet.length && packet[at] !== 0xff; ) {
    let delta = packet[at] >>> 4
    let size = packet[at++] & 15
    if (delta === 13) delta = packet[at++] + 13
    if (size === 13) size = packet[at++] + 13
    number += delta
    let value = 0
    for (let index = 0; index < size; index++) value = value * 256 + packet[at + index]
    if (number === 27) found[0] = value
    if (number === 23) found[1] = value
    at += size
  }
  return found
}

function option(at, number, value) {
  reply[at] = 0xd3
  reply[at + 1] = number - 13
  reply[at + 2] = value >>> 16
  reply[at + 3] = value >>> 8
  reply[at + 4] = value
  return at + 5
}
