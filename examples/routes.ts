// Routes: paths with parameters, a router mounted in another, a layer around one of them, and what a server lists of itself.

import { Client, Code, type Layer, Response, Router, serve } from 'coapstone'

const temperatures = new Map([
  ['kitchen', 21.5],
  ['cellar', 12],
])

// The names in a path are the names of the parameters: `room` is a string, `rest` the segments that are left.
const rooms = new Router()
  .get('/', () => Response.json([...temperatures.keys()]), { rt: 'rooms' })
  .get('/:room/temperature', (_request, { room }) => {
    const celsius = temperatures.get(room)
    return celsius === undefined ? Response.of(Code.NotFound) : Response.text(`${celsius} °C`)
  })

// A layer is a handler around a handler. `use` puts it around all that a router answers.
let asked = 0
const counting: Layer = (next) => (request) => {
  asked++
  return next(request)
}
rooms.use(counting)

const router = new Router()
  .get('/files/*rest', (_request, { rest }) => Response.text(`the file ${rest.join(' > ')}`))
  .mount('/rooms', rooms)

await using server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
const client = new Client()

for (const path of ['/rooms', '/rooms/kitchen/temperature', '/rooms/attic/temperature', '/files/a/b%2Fc', '/nothing']) {
  const response = await client.get(`${server.uris[0]?.origin}${path}`)
  console.log(`GET ${path}: ${response.ok ? await response.body.text() : 'an error'}`)
}
const { code } = await client.delete(`${server.uris[0]?.origin}/rooms`)
console.log(`DELETE /rooms: ${code === Code.MethodNotAllowed ? 'not allowed' : code}`)
console.log(`the rooms were asked ${asked} times`)

const links = await client.get(`${server.uris[0]?.origin}/.well-known/core`)
console.log(`the server lists ${await links.body.text()}`)
