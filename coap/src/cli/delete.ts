// `coapstone delete`: RFC 7252 5.8.4.

import type { Command } from './command.ts'
import { ask } from './request.ts'
import { changingFlags } from './request-flags.ts'

export const remove: Command = {
  name: 'delete',
  summary: 'remove a resource',
  usage: 'URI',
  positionals: ['uri'],
  description: ['Removes a resource.'],
  examples: [['delete coap://localhost/jobs/3', 'a job that is no longer wanted']],
  flags: changingFlags,
  run: (invocation) => ask('DELETE', invocation),
}
