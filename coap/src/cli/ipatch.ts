// `coapstone ipatch`: RFC 8132 3.

import type { Command } from './command.ts'
import { payloadNote } from './payload-note.ts'
import { ask } from './request.ts'
import { changingByPayloadFlags } from './request-flags.ts'

export const ipatch: Command = {
  name: 'ipatch',
  summary: 'the same, harmless when repeated',
  usage: 'URI [PAYLOAD]',
  positionals: ['uri', 'payload'],
  description: [
    'Changes a part of a resource as the payload says, in a way that to do it twice is as good as once.',
    payloadNote,
  ],
  examples: [
    [`ipatch coap://localhost/config '{"interval":30}' -t merge-patch+json`, 'what is to be different (RFC 7396)'],
  ],
  flags: changingByPayloadFlags,
  run: (invocation) => ask('iPATCH', invocation, true),
}
