// `coapstone ping`: RFC 7252 4.3.

import type { Command, Invocation } from './command.ts'
import { ExitCode } from './exit-code.ts'
import { askingFlags, timeoutOf } from './request-flags.ts'
import { Session } from './session.ts'
import { uriArgument } from './uri-argument.ts'

export const ping: Command = {
  name: 'ping',
  summary: 'see whether somebody is there',
  usage: 'URI',
  positionals: ['uri'],
  description: [
    'Sees whether somebody is there who speaks CoAP, and how long that takes. No resource is asked: an empty message is sent, which whoever is there rejects.',
  ],
  examples: [
    ['ping coap://localhost', 'the usual port, 5683'],
    ['ping coap://192.0.2.7:61616 --timeout 2', 'another port, and no patience'],
  ],
  flags: askingFlags,
  run,
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const { arguments: given, terminal } = invocation
  const uri = uriArgument(invocation)
  const timeout = timeoutOf(given)
  const session = new Session(invocation)
  try {
    const { signal } = session
    const milliseconds = await session.client.ping(uri, { signal, ...(timeout !== undefined && { timeout }) })
    if (given.has('json'))
      terminal.print(JSON.stringify({ uri: uri.origin, milliseconds: Number(milliseconds.toFixed(3)) }))
    else terminal.print(`${uri.origin} is there: ${milliseconds.toFixed(1)} ms`)
    return ExitCode.success
  } finally {
    await session.close()
  }
}
