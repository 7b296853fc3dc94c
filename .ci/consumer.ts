// A user's program, for consumer.sh to compile against the packed types: what a server and a client mostly call.

import { Client, type Handler, Response, ResponseError, Router, Subject, serve } from 'coapstone'

const warmer = new Subject()
const notFound: Handler = () => Response.text('nothing here')

const router = new Router()
  .get('/temperature', (request) => Response.json({ for: request.identity.method, celsius: 21.5 }).observing(warmer))
  .put('/valve/:name', async (request, params) => Response.text(`${params['name']}: ${await request.body.text()}`))
  .mount('/other', notFound)

export const server = await serve(router, { listen: ['coap://127.0.0.1:0'] })

const client = new Client()
const response = await client.get('coap://127.0.0.1/temperature')
export const code: number = response.code
export const bytes: Uint8Array = response.orThrow().payload

await using observation = client.observe('coap://127.0.0.1/temperature')
for await (const { ok, payload } of observation) {
  if (ok && payload.length > 0) warmer.changed()
}

export function codeOf(error: unknown): number | undefined {
  return error instanceof ResponseError ? error.response.code : undefined
}
