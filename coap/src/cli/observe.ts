// `coapstone observe`: RFC 7641.

import type { Response } from '../handler/response.ts'
import type { Command, Invocation } from './command.ts'
import { ExitCode } from './exit-code.ts'
import { checkPresentation } from './presentation.ts'
import { requestFlags, requestInit } from './request-flags.ts'
import { Session } from './session.ts'
import { showResponse } from './show-response.ts'
import { uriArgument } from './uri-argument.ts'

export const observe: Command = {
  name: 'observe',
  summary: 'watch a resource change',
  usage: 'URI',
  description: [
    'Watches a resource: shows it now, and again whenever it changes, until Ctrl-C. Then the server is told that nobody watches any more.',
    'If it changes faster than it can be shown, the newest state is shown. A server that does not observe answers once, and that is the end.',
  ],
  examples: [
    ['observe coap://localhost/notes.txt', 'a file that `coapstone serve` serves'],
    ['observe coap://sensor.local/temperature --json', 'an object a line, for another program'],
  ],
  flags: requestFlags.filter(({ name }) => name !== 'output'),
  run,
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const { arguments: given, terminal } = invocation
  const uri = uriArgument(invocation)
  checkPresentation(given.get('as'))
  const init = requestInit(given)
  const session = new Session(invocation)
  try {
    let exitCode: ExitCode = ExitCode.success
    let observed = false
    for await (const response of session.client.observe(uri, { ...init, signal: session.signal })) {
      observed ||= isObserved(response)
      exitCode = showResponse(response, undefined, invocation)
    }
    if (given.has('json')) return exitCode
    if (exitCode === ExitCode.success)
      terminal.note(
        observed ? 'The server has ended it.' : 'The server does not observe this resource: that was its one answer.',
      )
    return exitCode
  } finally {
    await session.close()
  }
}

function isObserved(response: Response): boolean {
  return response.notifications !== undefined
}
