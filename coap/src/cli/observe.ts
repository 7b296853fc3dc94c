// `coapstone observe`: RFC 7641.

import type { EndedEvent } from '../client/observation/event.ts'
import type { Flag } from './arguments.ts'
import type { Command, Invocation } from './command.ts'
import { CommandError, usageError } from './command-error.ts'
import { durationOf } from './duration.ts'
import { ExitCode } from './exit-code.ts'
import { ObservedValues, plotChoices } from './observed-values.ts'
import { checkPresentation } from './presentation.ts'
import { readingFlags, requestInit } from './request-flags.ts'
import { Session } from './session.ts'
import { uriArgument } from './uri-argument.ts'

const flags: readonly Flag[] = [
  { name: 'count', short: 'n', value: 'NUMBER', help: 'end after so many responses, the first one counted' },
  { name: 'for', value: 'DURATION', help: 'end after so long: 10s, 2m, 500ms' },
  {
    name: 'plot',
    value: 'WHEN',
    values: plotChoices,
    help: 'numbers as a line of blocks: auto (on a terminal), always or never',
  },
  { name: 'timestamps', help: 'the time before each response, as is done on a terminal' },
  { name: 'no-timestamps', help: 'no times' },
]

export const observe: Command = {
  name: 'observe',
  summary: 'watch a resource change',
  usage: 'URI',
  positionals: ['uri'],
  description: [
    'Watches a resource: shows it now, and again whenever it changes, until Ctrl-C. Then the server is told that nobody watches any more.',
    'Numbers are plotted on a terminal: the last ones as a line of blocks, with their range and the newest.',
    'If it changes faster than it can be shown, the newest state is shown. If the server is lost, or restarts, it is asked again. One ' +
      'that does not observe answers once, and that is the end.',
  ],
  examples: [
    ['observe coap://localhost/notes.txt', 'a file that `coapstone serve` serves'],
    ['observe coap://sensor.local/temperature --for 10m', 'the line that ten minutes make'],
    ['observe coap://sensor.local/temperature --json -n 5', 'five objects, a line each, for another program'],
  ],
  flags: [...flags, ...readingFlags.filter(({ name }) => name !== 'output' && name !== 'continue')],
  run,
}

async function run(invocation: Invocation): Promise<ExitCode> {
  const { arguments: given } = invocation
  const uri = uriArgument(invocation)
  checkPresentation(given.get('as'))
  const most = countOf(given.get('count'))
  const duration = given.has('for') ? durationOf(given.get('for') ?? '', '--for') : undefined
  const values = new ObservedValues(invocation)
  const init = requestInit(given)
  const session = new Session(invocation)
  const observation = session.client.observe(uri, { ...init, signal: session.signal })
  let enough = false
  const end = (): void => {
    enough = true
    void observation.close()
  }
  const timer = duration === undefined ? undefined : setTimeout(end, duration)
  try {
    let exitCode: ExitCode | undefined
    let ended: EndedEvent | undefined
    let count = 0
    for await (const event of observation.events()) {
      if (event.type === 'ended') ended = event
      else if (event.type !== 'notification') values.tell(event)
      else {
        exitCode = values.show(event.response)
        count++
        enough ||= count === most
        if (enough) break
      }
    }
    values.end()
    if (ended?.reason === 'failed') throw ended.error
    if (exitCode === undefined) throw nothingWithin(given.get('for') ?? '')
    if (ended !== undefined && !enough) values.tell(ended)
    return exitCode
  } finally {
    clearTimeout(timer)
    values.end()
    await session.close()
  }
}

function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,14}$/.test(text)) throw usageError(`--count is a whole number above 0, not '${text}'`)
  return Number(text)
}

function nothingWithin(duration: string): CommandError {
  return new CommandError(ExitCode.timeout, `no answer in the time that --for ${duration} has given`)
}
