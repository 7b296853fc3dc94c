// Typed content: a value goes out in the format that the client accepts, and is read in the format in which it comes. JSON, CBOR and text
// are there; a format of your own is an object.

import {
  Client,
  Code,
  ContentFormat,
  contentOf,
  describeCode,
  type Representation,
  Response,
  Router,
  represent,
  representations,
  serve,
} from 'coapstone'

let setpoint: unknown = { celsius: 20 }

/** One SenML record (RFC 8428): application/senml+json. */
const senml: Representation<number> = {
  format: 110,
  write: (celsius) => JSON.stringify([{ n: 'outside', u: 'Cel', v: celsius }]),
  read: (bytes) => JSON.parse(new TextDecoder().decode(bytes))[0].v,
}

const router = new Router()
  .get('/setpoint', (request) => represent(request, setpoint))
  .put('/setpoint', (request) => {
    setpoint = contentOf(request)
    return Response.of(Code.Changed)
  })
  .get('/outside', (request) => represent(request, 7.5, [representations.text, senml]))

await using server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
const client = new Client()
const origin = server.uris[0]?.origin

const json = await client.get(`${origin}/setpoint`)
console.log('JSON:', await json.body.json())

await client.put(`${origin}/setpoint`, { cbor: { celsius: 22, until: '22:00' } })
const cbor = await client.get(`${origin}/setpoint`, { accept: ContentFormat.cbor })
console.log(`CBOR, ${cbor.payload.length} bytes:`, await cbor.body.cbor())

const text = await client.get(`${origin}/outside`)
const record = await client.get(`${origin}/outside`, { accept: senml.format })
console.log('text:', await text.body.text(), 'SenML:', await record.body.text())

// What cannot be had, or cannot be read, is said in the response.
const refused = [
  await client.get(`${origin}/outside`, { accept: ContentFormat.cbor }),
  await client.put(`${origin}/setpoint`, { body: '<on/>', contentFormat: ContentFormat.xml }),
  await client.put(`${origin}/setpoint`, { body: '{', contentFormat: ContentFormat.json }),
]
for (const response of refused)
  console.log(`refused with ${describeCode(response.code)}: ${await response.body.text()}`)
