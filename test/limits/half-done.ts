// Begins so many transfers and ends none of them: they cost a bounded number of bytes, and those who go on are served.
// usage: node half-done.ts 1000000

import assert from 'node:assert/strict'
import { Request } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { blockwiseServer } from '../../coap/src/layers/blockwise/server.ts'
import { blockValue } from '../../coap/src/message/block.ts'
import { Code } from '../../coap/src/message/code.ts'
import { Block1, Block2, UriPath } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { createContext } from '../../coap/src/testing/context.ts'
import { anonymous } from '../../coap/src/transport/identity.ts'
import type { Peer } from '../../coap/src/transport/transport.ts'
import { memoryUsed } from '../memory-used.ts'

const times = Number(process.argv[2])
const nothing = new Uint8Array(0)
const block = new Uint8Array(1024)

const context = createContext(1)
const page = new Uint8Array(3000)
const handler = blockwiseServer({ limits: { transfers: 1000, bodies: 1_000_000 } })(
  ({ code, body }) =>
    code === Code.GET ? Response.bytes(page.slice()) : body.bytes().then(({ length }) => Response.text(String(length))),
  context,
)
const ask = (code: Code, peer: Peer, number: number): Response | Promise<Response> => {
  const options = new Options().add(UriPath, 'a')
  if (code === Code.GET) options.add(Block2, blockValue(number, false, 6))
  else options.add(Block1, blockValue(number, true, 6))
  return handler(new Request({ code, peer, options, payload: code === Code.GET ? nothing : block }))
}
const begin = async (count: number): Promise<void> => {
  for (let index = 0; index < count; index++) {
    const peer: Peer = { associations: [], identity: anonymous }
    await ask(index % 2 === 0 ? Code.GET : Code.PUT, peer, 0)
  }
}
await begin(5000)
const before = await memoryUsed()
const patient: Peer = { associations: [], identity: anonymous }
for (let round = 0; round < times / 200; round++) {
  const { code } = await ask(Code.PUT, patient, round % 100)
  assert.equal(code, Code.Continue, `round ${round}`)
  await begin(200)
}
const grown = (await memoryUsed()) - before
assert.ok(grown < 4_000_000, `${grown} bytes more`)
console.log(`${times} half-done transfers: ${grown} bytes more`)
