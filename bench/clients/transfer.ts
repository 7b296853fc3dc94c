// Our client with a long body.
// usage: node transfer.ts put|get URL FILE

import { readFileSync, writeFileSync } from 'node:fs'
import { Client } from 'coapstone'

const [method, url = '', file = ''] = process.argv.slice(2)
const client = new Client()
const begun = performance.now()
if (method === 'put') (await client.put(url, { body: readFileSync(file) })).orThrow()
else writeFileSync(file, (await client.get(url)).orThrow().payload)
console.log(JSON.stringify({ seconds: (performance.now() - begun) / 1000 }))
