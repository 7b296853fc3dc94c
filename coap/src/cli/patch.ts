// `coapstone patch`: RFC 8132 3.

import type { Command } from './command.ts'
import { payloadNote } from './payload-note.ts'
import { ask } from './request.ts'
import { changingByPayloadFlags } from './request-flags.ts'

export const patch: Command = {
  name: 'patch',
  summary: 'change a part of a resource',
  usage: 'URI [PAYLOAD]',
  positionals: ['uri', 'payload'],
  description: [
    'Changes a part of a resource as the payload says. Done twice it may do something else than done once: see ipatch.',
    payloadNote,
  ],
  examples: [['patch coap://localhost/config @changes.json -t json-patch+json', 'a list of changes (RFC 6902)']],
  flags: changingByPayloadFlags,
  run: (invocation) => ask('PATCH', invocation, true),
}
