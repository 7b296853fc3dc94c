// `coapstone put`: RFC 7252 5.8.3.

import type { Command } from './command.ts'
import { payloadNote } from './payload-note.ts'
import { ask } from './request.ts'
import { changingByPayloadFlags } from './request-flags.ts'

export const put: Command = {
  name: 'put',
  summary: 'write a resource, or make it',
  usage: 'URI [PAYLOAD]',
  positionals: ['uri', 'payload'],
  description: ['Writes a resource, or makes it. To do it twice is as good as once.', payloadNote],
  examples: [
    ['put coap://localhost/light on', 'text'],
    [`put coap://localhost/light '{"on":true}' -t json`, 'JSON; with -t cbor it is sent as CBOR'],
    ['put coap://localhost/config @config.json', 'a file; its name says what it is'],
    ['put coap://localhost/light on --if-none-match', 'only if there is nothing yet'],
  ],
  flags: changingByPayloadFlags,
  run: (invocation) => ask('PUT', invocation, true),
}
