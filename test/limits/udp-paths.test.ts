// The paths that a UDP network keeps are those of the peers: their limit is the limit of both.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import { Response } from '../../coap/src/handler/response.ts'
import type { DgramSocket } from '../../coap/src/node/udp/dgram-socket.ts'
import { ListeningNetwork } from '../../coap/src/node/udp/listening-network.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { plain } from '../../coap/src/transport/plain.ts'

test('40 clients that come one after the other leave no more paths than there may be peers', async (t) => {
  const network = new ListeningNetwork([{ host: '127.0.0.1', port: 0 }])
  const resolver = { resolve: () => Promise.reject(new Error('only literals here')), forget() {} }
  const endpoint = await new Endpoint({
    context: createContext(1),
    limits: { peers: 5 },
    transports: [plain(network, { resolver })],
    handler: () => Response.text('here'),
  }).open()
  t.after(() => endpoint.close())
  const port = network.addresses[0]?.port as number
  const sizes: number[] = []
  for (let count = 0; count < 40; count++) {
    const client = createSocket('udp4') // open until the end: the system would give its port to a later one
    t.after(() => client.close())
    const answered = once(client, 'message')
    client.send(Uint8Array.of(0x40, 0x01, 0, count), port, '127.0.0.1') // a GET of /
    const [answer] = (await answered) as [Uint8Array]
    assert.equal(answer[1], 0x45) // 2.05
    sizes.push(pathsOf(endpoint))
  }
  assert.deepEqual(sizes, [1, 2, 3, 4, ...Array(36).fill(5)])
  assert.equal(endpoint.statistics.peersEvicted, 35)
})

/** How many paths the socket keeps that the peers were heard on. */
function pathsOf({ peers }: Endpoint): number {
  const paths = [...peers].flatMap(({ associations }) => associations.map(({ path }) => path))
  // A path of this network knows its socket, and the socket all its paths.
  const [known] = paths as unknown as readonly { readonly socket: DgramSocket }[]
  assert.ok(known)
  return known.socket.paths.size
}
