// Observe: a subject is what changes. Its observers are told, and the handler is asked once for all of them.

import { Client, Response, Router, Subject, serve } from 'coapstone'

const level = new Subject()
let litres = 100
let asked = 0

const router = new Router().get('/level', () => {
  asked++
  return Response.text(`${litres} l`).observing(level)
})
await using server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
const uri = `${server.uris[0]?.origin}/level`

/** Each with a client of its own: who observes the same with one client shares the observation. */
async function watch(name: string): Promise<void> {
  for await (const response of new Client().observe(uri)) {
    console.log(`${name}: ${response.ok ? await response.body.text() : 'the tank is gone'}`)
  }
}
const watching = [watch('pump'), watch('panel'), watch('phone')]
await until(() => server.endpoint.sizes.observations === 3)

asked = 0
for (litres = 90; litres >= 70; litres -= 10) {
  level.changed()
  await new Promise((resolve) => setTimeout(resolve, 100))
}
console.log(`three changes, three observers, and the handler was asked ${asked} times`)

level.gone() // 4.04 to each of them, and it is over
await Promise.all(watching)

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10))
}
