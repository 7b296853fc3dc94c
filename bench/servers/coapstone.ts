// Our server as it is measured: the default layers, a router, a payload that the handler makes.
// usage: node coapstone.ts PORT

import { Response, Router, serve } from 'coapstone'

const [port = '5683'] = process.argv.slice(2)
const router = new Router().get('/time', () => Response.text(String(Date.now())))
await serve(router, { listen: [`coap://127.0.0.1:${port}`] })
