// `coapstone post`: RFC 7252 5.8.2.

import type { Command } from './command.ts'
import { payloadNote } from './payload-note.ts'
import { ask } from './request.ts'
import { changingByPayloadFlags } from './request-flags.ts'

export const post: Command = {
  name: 'post',
  summary: 'hand something to a resource',
  usage: 'URI [PAYLOAD]',
  positionals: ['uri', 'payload'],
  description: [
    'Hands something to a resource, which does with it what it is for. What was made is shown by its URI.',
    payloadNote,
  ],
  examples: [
    ['post coap://localhost/log "the door is open"', 'text'],
    ['post coap://localhost/jobs @job.cbor', 'a file; its name says what it is'],
    ['post coap://localhost/log - < reading.txt', 'standard input'],
  ],
  flags: changingByPayloadFlags,
  run: (invocation) => ask('POST', invocation, true),
}
