// `coapstone serve`: the files of a folder, to read and to observe.

import { type Command, jsonFlag } from './command.ts'
import { tapFlags } from './request-flags.ts'

export const serve: Command = {
  name: 'serve',
  summary: 'serve the files of a folder',
  usage: '[FOLDER]',
  positionals: ['folder'],
  description: [
    'Serves the files of a folder: to read, and to observe. Folders answer with a list of what is in them. Nothing can be written, ' +
      'what begins with a dot is not shown, and no link leads out of the folder.',
    'Without --listen only this machine can ask.',
  ],
  examples: [
    ['serve', 'this folder, at coap://localhost'],
    ["serve ./public --listen 'coap://[::]'", 'for others too: at all addresses of this machine'],
    ['serve . --listen coap://localhost:0', 'at a port that is free'],
  ],
  flags: [
    {
      name: 'listen',
      short: 'l',
      value: 'URI',
      values: ['coap://localhost', 'coap://[::]', 'coap://localhost:0'],
      repeatable: true,
      help: 'where to be asked: scheme, host and port; default coap://localhost',
    },
    { name: 'announce', value: 'NAME', help: 'be found by this name: mDNS tells of a service _coap._udp' },
    ...tapFlags,
    jsonFlag,
  ],
  run: async (invocation) => (await import('#serving')).run(invocation),
}
