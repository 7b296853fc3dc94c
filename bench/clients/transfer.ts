// Our client with a long body.
// usage: node transfer.ts put|get URL FILE

import { readFileSync, writeFileSync } from 'node:fs'
import { Client } from 'coapstone'

const [method, url = '', file = ''] = process.argv.slice(2)

/** By a client of its own: a Message ID is not used twice within EXCHANGE_LIFETIME. */
async function transfer(): Promise<void> {
  const client = new Client({ transmission: {} })
  if (method === 'put') (await client.put(url, { body: readFileSync(file) })).orThrow()
  else writeFileSync(file, (await client.get(url)).orThrow().payload)
  await client.close()
}

await transfer() // once before it counts
const begun = performance.now()
await transfer()
console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000 }))
