// Problem details (RFC 9290): an error that a program can read as well as a person.

import { Client, Code, problem, Response, ResponseError, Router, serve } from 'coapstone'

/** An entry of our own: its key is a URI that we own. */
const account = 'tag:example.com,2026:account'

const router = new Router().post('/pay', () => {
  throw problem(Code.Conflict, {
    title: 'Not enough money',
    detail: 'The account has 30, and 50 are to be paid.',
    custom: new Map([[account, new Map([['balance', 30]])]]),
  })
})
router.get('/plain', () => {
  throw new ResponseError(Response.diagnostic(Code.BadRequest, 'a diagnostic payload is for people only'))
})

await using server = await serve(router, { listen: ['coap://127.0.0.1:0'] })
const client = new Client()
const origin = server.uris[0]?.origin

try {
  const response = await client.post(`${origin}/pay`)
  response.orThrow()
} catch (error) {
  const { code, message, problem } = error as ResponseError
  if (code !== 'COAP_RESPONSE') throw error
  console.log(`caught: ${message}`)
  console.log(`the balance is ${problem?.custom?.get(account)?.get('balance')}`)
}

const plain = await client.get(`${origin}/plain`)
console.log(`without details: ${await plain.body.text()}`)
