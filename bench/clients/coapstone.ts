// Our client as it is measured: one process, many servers, one request outstanding to each.
// usage: node coapstone.ts PORT SERVERS SECONDS WARMUP      (servers: 127.2.0.1 .. as load/coap_udp_servers.c has them)

import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'coapstone'

const [port = 0, servers = 0, seconds = 0, warmup = 0] = process.argv.slice(2).map(Number)
const client = new Client()
let answered = 0
let failed = 0

async function ask(uri: string): Promise<never> {
  for (;;) {
    try {
      const response = await client.get(uri)
      if ((await response.body.text()) === 'hello') answered++
      else failed++
    } catch {
      failed++
    }
  }
}

for (let index = 0; index < servers; index++) {
  void ask(`coap://127.2.${Math.floor(index / 250)}.${(index % 250) + 1}:${port}/hello`)
}
await delay(warmup * 1000)
const before = answered
const start = performance.now()
await delay(seconds * 1000)
const rate = ((answered - before) / (performance.now() - start)) * 1000
if (failed > 0) throw new Error(`${failed} requests failed`)
console.log(JSON.stringify({ requests_per_s: Math.round(rate) }))
process.exit(0)
