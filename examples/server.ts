// The example server (`npm start`): the resources that interoperability tests look for, a small greenhouse to watch, and a line for each
// request that arrives. Ctrl-C ends it. `npm start -- --help` says what can be chosen.

import { parseArgs } from 'node:util'
import { type CoapError, log, Router, type Server, serve } from 'coapstone'
import { SystemClock } from './clock/clock.ts'
import { greenhouse } from './greenhouse/greenhouse.ts'
import { plugtest } from './plugtest/plugtest.ts'

const { values } = parseArgs({
  options: {
    listen: { type: 'string', default: 'coap://[::]' },
    seed: { type: 'string', default: '7' },
    shutdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
})
if (values.help) {
  console.log(`The example server.

  --listen URI   where to listen: coap://[::] by default
  --seed NUMBER  another weather in the greenhouse
  --shutdown     whoever posts sesame to /shutdown ends the server`)
  process.exit()
}

const clock = new SystemClock()
const router = new Router()
  .mount('/greenhouse', greenhouse(clock, { seed: Number(values.seed) }))
  .mount('/', plugtest(clock, values.shutdown ? { shutdown: () => void stop() } : {}))

const server = await listen(values.listen)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop())
introduce(server)

/** At 5683 if it is free, else at any port. */
async function listen(uri: string): Promise<Server> {
  const layers = [log(console.log)]
  try {
    return await serve(router, { listen: [uri], layers })
  } catch (error) {
    if ((error as CoapError).code !== 'COAP_PORT_IN_USE' || uri !== 'coap://[::]') throw error
    console.log('Port 5683 is in use, so this server takes another one.')
    return serve(router, { listen: ['coap://[::]:0'], layers })
  }
}

function introduce({ uris }: Server): void {
  const origin = uris[0]?.origin ?? 'coap://localhost'
  console.log(`Coapstone's example server listens at

${uris.map((uri) => `  ${uri}`).join('\n')}

Try, in another terminal here:

  npx coapstone get ${origin}/hello
  npx coapstone get ${origin}/.well-known/core
  npx coapstone observe ${origin}/greenhouse/temperature

Another CoAP client will do, for instance libcoap's: coap-client-notls -s 10 ${origin}/time
Each request is a line below. Ctrl-C ends the server.
`)
}

async function stop(): Promise<void> {
  clock.stop()
  await server.close()
  console.log('The server has ended.')
}
