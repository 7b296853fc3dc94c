// `coapstone get`: RFC 7252 5.8.1.

import type { Command } from './command.ts'
import { ask } from './request.ts'
import { readingFlags } from './request-flags.ts'

export const get: Command = {
  name: 'get',
  summary: 'read a resource',
  usage: 'URI',
  positionals: ['uri'],
  description: [
    'Reads a resource. Its content is shown by what it is: JSON and CBOR are laid out, links become a table, bytes a hex dump. ' +
      'The content goes to standard output, all else to standard error.',
  ],
  examples: [
    ['get coap://localhost/', 'what is there, from a server that lists it'],
    ['get coap://localhost/.well-known/core', 'the resources of any server'],
    ['get coap://sensor.local/temperature --accept json', 'in the format that you want'],
    ["get 'coap://[fe80::1%eth0]/light' -v", 'and see the messages that make it'],
    ['get coap://localhost/photo.jpg -o photo.jpg', 'into a file; with --continue after a break, on from there'],
    ['get coap://localhost/photo.jpg -o photo.jpg --etag 0x1f2e', 'only if it is not this version any more'],
  ],
  flags: readingFlags,
  run: (invocation) => ask('GET', invocation),
}
