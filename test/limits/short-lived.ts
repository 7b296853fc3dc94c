// Asks so often, alone and in blocks, and looks at what V8 has moved to its old space meanwhile: what is done for a request must be gone
// with it (docs/decisions/short-lived-things.md).
// usage: node --max-semi-space-size=1 short-lived.ts 20000

import { getHeapSpaceStatistics } from 'node:v8'
import { Client } from '../../coap/src/client/client.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Code } from '../../coap/src/message/code.ts'
import { serve } from '../../coap/src/server/serve.ts'
import { collect } from '../memory-used.ts'

const times = Number(process.argv[2])
const server = await serve(
  async ({ code, body }) => {
    if (code === Code.GET) return Response.bytes(new Uint8Array(100))
    for await (const _ of body);
    return Response.of(Code.Changed)
  },
  { listen: ['coap://127.0.0.1:0'] },
)
const url = String(server.uris[0])
const client = new Client({ transmission: {} })

for (const [name, ask] of Object.entries({
  'requests alone': async (count: number) => {
    for (let round = 0; round < count; round++) await client.get(url)
  },
  'blocks of one request': async (count: number) => {
    await client.put(url, { body: new Uint8Array(16 * count), blockSize: 16 })
  },
})) {
  await ask(2000)
  await collect()
  const before = oldSpace()
  await ask(times)
  console.log(`${name}: ${Math.round((oldSpace() - before) / times)} bytes each`)
}
await client.close()
await server.close()

function oldSpace(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'old_space')?.space_used_size ?? Number.NaN
}
