// A body of any length through a constrained link, both ways, on a turned clock: nothing of it is ever in memory but the blocks that
// are on their way.
// usage: npm run gigabyte [-- --bytes 1000000000] [--heap 64]
// Exit code 1 if a byte is wrong, or if the heap grows beyond so many MB.

import { parseArgs } from 'node:util'
import { Client } from '../../../coap/src/client/client.ts'
import { Endpoint } from '../../../coap/src/endpoint/endpoint.ts'
import { Response } from '../../../coap/src/handler/response.ts'
import { blockwiseServer } from '../../../coap/src/layers/blockwise/server.ts'
import { Code } from '../../../coap/src/message/code.ts'
import { Link } from '../../../coap/src/network/link.ts'
import { linkProfiles } from '../../../coap/src/network/link-profiles.ts'
import { MemoryHub } from '../../../coap/src/network/memory.ts'
import { noNames } from '../../../coap/src/network/resolver.ts'
import { Router } from '../../../coap/src/server/router.ts'
import { createContext } from '../../../coap/src/testing/context.ts'
import { plain } from '../../../coap/src/transport/plain.ts'
import { Content } from './content.ts'

const { values } = parseArgs({
  options: { bytes: { type: 'string', default: '1000000000' }, heap: { type: 'string', default: '64' } },
})
const bytes = Number(values.bytes)
const mostHeap = Number(values.heap) * 1e6

const context = createContext(1, { settle: settled })
const hub = new MemoryHub(context)
const content = new Content(1, bytes)
const received = new Content(1, bytes)

const router = new Router()
  .get('/body', () => Response.stream((offset) => content.chunks(offset, 10_000), { size: bytes, etag: content.etag }))
  .put(
    '/body',
    async ({ body }) => {
      for await (const chunk of body) received.expect(chunk)
      return Response.text(String(received.position))
    },
    { body: 'stream' },
  )

const server = await new Endpoint({
  context,
  transports: [plain(hub.network({ host: '192.0.2.1', port: 5683 }), { resolver: noNames })],
  handler: blockwiseServer()(router.handlerOn(context), context),
}).open()
const link = new Link(hub.network({ host: '192.0.2.2', port: 5683 }), linkProfiles.ieee802154)
// Of packets of 15 frames one in seven is lost: among a million, some are lost more often than 5 times running.
const transmission = { maxRetransmit: 12 }
const endpoint = await new Endpoint({
  context,
  transmission,
  transports: [plain(link, { resolver: noNames })],
}).open()
const client = new Client({ endpoint })

let highest = 0
const started = performance.now()
await run('PUT', async () => {
  const response = await client.put('coap://192.0.2.1/body', { body: content.chunks(0, 5000), size: bytes })
  if (response.code !== Code.Content || received.position !== bytes)
    throw new Error(`${received.position} bytes arrived`)
})
await run('GET', async () => {
  const { body } = await client.get('coap://192.0.2.1/body', { stream: true })
  const read = new Content(1, bytes)
  for await (const chunk of body) read.expect(chunk)
  if (read.position !== bytes) throw new Error(`${read.position} bytes came back`)
})
await client.close()
await endpoint.close()
await server.close()
const fits = highest < mostHeap
console.log(
  `heap at most ${(highest / 1e6).toFixed(1)} MB, to stay below ${mostHeap / 1e6}: ${fits ? 'clean' : 'too much'}`,
)
process.exitCode = fits ? 0 : 1

/** Turns the clock until it is done. */
async function run(name: string, transfer: () => Promise<void>): Promise<void> {
  let ended = false
  const done = transfer().finally(() => {
    ended = true
  })
  const before = context.now()
  let steps = 0
  while (!ended) {
    await context.clock.advanceToNext()
    if (++steps % 10_000 === 0) highest = Math.max(highest, process.memoryUsage().heapUsed)
  }
  await done
  const hours = (context.now() - before) / 3_600_000
  const seconds = (performance.now() - started) / 1000
  console.log(`${name} ${bytes} bytes: ${hours.toFixed(1)} hours of the link, ${seconds.toFixed(0)} s so far`)
}

/** Streams of two sides hand chunks on in few microtasks. */
async function settled(): Promise<void> {
  for (let round = 0; round < 40; round++) await undefined
}
