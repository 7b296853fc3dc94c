// What node:dgram itself takes: a client that sends the messages of a transfer one after the other, and looks at nothing that comes back
// but its length.
// usage: node bare-client.mjs put|get URL FILE

import { createSocket } from 'node:dgram'
import { readFileSync, writeFileSync } from 'node:fs'

const [method, url, file] = process.argv.slice(2)
const { hostname, port, pathname } = new URL(url.replace('coap:', 'http:'))
const body = method === 'put' ? readFileSync(file) : undefined

/** Seconds. */
function transfer() {
  const path = Buffer.from(pathname.slice(1))
  const head = Buffer.from([0x41, method === 'put' ? 3 : 1, 0, 0, 0x4a, 0xb0 | path.length, ...path])
  const message = Buffer.alloc(1100)
  head.copy(message)
  const socket = createSocket('udp4')
  let number = 0
  let length = 0
  const next = () => {
    message.writeUInt16BE((number * 7) & 0xffff, 2)
    let at = head.length
    const value = (number << 4) | 6 | (body !== undefined && (number + 1) * 1024 < body.length ? 8 : 0)
    message[at] = ((body === undefined ? 12 : 13) << 4) | 3
    at++
    if (body !== undefined) message[at++] = 27 - 11 - 13
    message[at++] = value >>> 16
    message[at++] = value >>> 8
    message[at++] = value
    if (body !== undefined) {
      message[at++] = 0xff
      at += body.copy(message, at, number * 1024, (number + 1) * 1024)
    }
    socket.send(message, 0, at)
  }
  return new Promise((resolve) => {
    let begun = 0
    socket.on('message', (packet) => {
      number++
      length += packet.length - packet.lastIndexOf(0xff) - 1
      const more = body === undefined ? packet.length > 1000 : number * 1024 < body.length
      if (more) return next()
      socket.close()
      resolve((performance.now() - begun) / 1000)
    })
    socket.connect(Number(port), hostname, () => {
      begun = performance.now()
      next()
    })
  }).then((seconds) => {
    if (body === undefined) writeFileSync(file, Buffer.alloc(length)) // what came is of no interest, but how much
    return seconds
  })
}

await transfer() // once before it counts
console.log(JSON.stringify({ seconds: await transfer() }))
