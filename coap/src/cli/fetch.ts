// `coapstone fetch`: RFC 8132 2.

import type { Command } from './command.ts'
import { payloadNote } from './payload-note.ts'
import { ask } from './request.ts'
import { readingByPayloadFlags } from './request-flags.ts'

export const fetch: Command = {
  name: 'fetch',
  summary: 'read a part that a payload describes',
  usage: 'URI [PAYLOAD]',
  positionals: ['uri', 'payload'],
  description: ['Reads the part of a resource that the payload describes. Nothing is changed by it.', payloadNote],
  examples: [
    ['fetch coap://localhost/sensors @wanted.json -t senml-etch+json', 'some records of many (RFC 8790)'],
    ['fetch coap://localhost/search @query.cbor --as cbor', 'a query that is too long for a URI'],
  ],
  flags: readingByPayloadFlags,
  run: (invocation) => ask('FETCH', invocation, true),
}
