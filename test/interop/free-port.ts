// A UDP port that nobody uses, for the servers that can only be told one and cannot choose (coap-server takes 0 for 5683).

import { createSocket } from 'node:dgram'
import { once } from 'node:events'

export async function freePort(): Promise<number> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await once(socket, 'close')
  return port
}
