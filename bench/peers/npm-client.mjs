// How many requests npm's `coap` sends and gets answered: one process, many servers, one request outstanding to each.
// usage: node npm-client.mjs PORT SERVERS SECONDS WARMUP      (servers: 127.2.0.1 .. as load/coap_udp_servers.c has them)
import { createRequire } from 'node:module'

const require = createRequire(new URL('../../test/interop/peers/npm/package.json', import.meta.url))
const coap = require('coap')

const [port, servers, seconds, warmup] = process.argv.slice(2).map(Number)
// One agent and so one socket for all, as a program that means to be fast would have it.
const agent = new coap.Agent({ type: 'udp4' })
let answered = 0

function get(hostname) {
  const request = coap.request({ agent, hostname, port, pathname: '/hello' })
  request.on('response', (response) => {
    if (response.payload.toString() !== 'hello') throw new Error(`${hostname} answered ${response.code}`)
    answered++
    get(hostname)
  })
  request.on('timeout', () => get(hostname))
  request.on('error', (error) => {
    throw error
  })
  request.end()
}

for (let index = 0; index < servers; index++) get(`127.2.${Math.floor(index / 250)}.${(index % 250) + 1}`)
setTimeout(() => {
  const before = answered
  const start = performance.now()
  setTimeout(() => {
    console.log(
      JSON.stringify({ requests_per_s: Math.round(((answered - before) / (performance.now() - start)) * 1000) }),
    )
    process.exit(0)
  }, seconds * 1000)
}, warmup * 1000)
