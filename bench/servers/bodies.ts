// Our server with a body that can be put and got.
// usage: node bodies.ts PORT

import { Code, Response, Router, serve } from 'coapstone'

const [port = '5683'] = process.argv.slice(2)
let body: Uint8Array = new Uint8Array(0)
const router = new Router()
  .get('/body', () => Response.bytes(body))
  .put('/body', ({ payload }) => {
    body = payload
    return Response.of(Code.Changed)
  })
await serve(router, { listen: [`coap://127.0.0.1:${port}`] })
