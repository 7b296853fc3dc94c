// What bench/notify.ts measures, in a process of its own: our server with one resource that many observe, or an echo on node:dgram. Told
// what to do by messages from its parent. usage: node --expose-gc notify.ts serve|echo

import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { Response, Router, Subject, serve } from 'coapstone'

/** What the parent asks for. */
export type Order = 'change' | 'time' | 'heap'
/** What it is told. */
export type Report =
  | { readonly port: number }
  /** Microseconds of processor time so far. */
  | { readonly time: number }
  /** Bytes of heap after a collection. */
  | { readonly heap: number; readonly retransmissions: number; readonly observations: number }

const report = (what: Report): void => void process.send?.(what)

if (process.argv[2] === 'echo') {
  const socket = createSocket('udp4').on('message', (packet, { port, address }) => socket.send(packet, port, address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  socket.setRecvBufferSize(4 * 1024 * 1024)
  socket.setSendBufferSize(4 * 1024 * 1024)
  report({ port: socket.address().port })
  listen(
    () => {},
    () => ({ retransmissions: 0, observations: 0 }),
  )
} else {
  let state = 0
  const subject = new Subject()
  const router = new Router().get('/o', () => Response.text(`state ${state}`.padEnd(12)).observing(subject))
  const server = await serve(router, {
    listen: ['coap://127.0.0.1:0'],
    limits: { observations: 200_000, observationsPerPeer: 1024 },
  })
  const { endpoint } = server
  report({ port: server.uris[0]?.port ?? 0 })
  listen(
    () => {
      state++
      subject.changed()
    },
    () => ({
      retransmissions: endpoint.statistics.retransmissions,
      observations: endpoint.sizes.observations,
    }),
  )
}

function listen(change: () => void, counts: () => { retransmissions: number; observations: number }): void {
  process.on('message', (order: Order) => {
    if (order === 'change') change()
    else if (order === 'time') {
      const { user, system } = process.cpuUsage()
      report({ time: user + system })
    } else {
      for (let round = 0; round < 3; round++) globalThis.gc?.()
      report({ heap: process.memoryUsage().heapUsed, ...counts() })
    }
  })
  process.on('disconnect', () => process.exit())
}
