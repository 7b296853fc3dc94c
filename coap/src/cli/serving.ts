// What `coapstone serve` does. It is a program of its own, loaded when it is asked for: the others start faster without it.

import type { Layer } from '../handler/handler.ts'
import { log } from '../layers/log.ts'
import { serve as listen, type Server } from '../server/serve.ts'
import type { Invocation } from './command.ts'
import { type Interrupted, usageError } from './command-error.ts'
import type { ExitCode } from './exit-code.ts'
import { Folder } from './folder.ts'
import { requestRecords } from './request-record.ts'
import { tapsOf } from './taps.ts'
import type { Terminal } from './terminal.ts'
import { parseUri } from './uri-argument.ts'

/** Serves until the user has enough. */
export async function run(invocation: Invocation): Promise<ExitCode> {
  const { arguments: given, terminal, signal } = invocation
  const [path = '.', tooMany] = given.positionals
  if (tooMany !== undefined) throw usageError(`'${tooMany}' is one argument too many: serve takes one folder`)
  const places = given.has('listen') ? given.all('listen') : ['coap://localhost']
  for (const place of places) parseUri(place)
  const folder = await Folder.open(path)
  const taps = tapsOf(invocation)
  try {
    const layers = [given.has('json') ? requestRecords((line) => terminal.print(line)) : requestLines(terminal)]
    const name = given.get('announce')
    const server = await listen((request) => folder.answer(request), {
      listen: places,
      layers,
      network: taps.around,
      ...(name !== undefined && { announce: name }),
    })
    try {
      announce(server, path, invocation)
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
      if (!given.has('json')) terminal.note('Stopped.')
      return (signal.reason as Interrupted).exitCode
    } finally {
      await server.close()
    }
  } finally {
    folder.close()
    taps.close()
  }
}

function announce({ uris }: Server, path: string, { arguments: given, terminal }: Invocation): void {
  if (given.has('json')) {
    terminal.print(JSON.stringify({ serving: path, at: uris.map(({ origin }) => origin) }))
    return
  }
  const { paint } = terminal
  const local = uris.every(({ host }) => host === '::1' || host.startsWith('127.'))
  terminal.print(`Serving ${paint('bold', path)} at
${uris.map(({ origin }) => `  ${paint('cyan', origin)}`).join('\n')}
${paint('dim', `To see the list of files: coapstone get ${uris[0]?.origin}/`)}
${paint('dim', `${local ? "Only this machine can ask; --listen 'coap://[::]' lets others. " : ''}Ctrl-C stops it.`)}`)
}

function requestLines(terminal: Terminal): Layer {
  return log((line) => terminal.print(line))
}
