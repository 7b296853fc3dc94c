// What get, put, post, delete, fetch, patch and ipatch do: ask once, show the answer, end by its code.

import type { ClientRequestInit } from '../client/request-init.ts'
import { type Response, ResponseError } from '../handler/response.ts'
import type { Method } from '../message/code.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import type { Arguments } from './arguments.ts'
import type { Invocation } from './command.ts'
import { CommandError, usageError } from './command-error.ts'
import { Download } from './download.ts'
import { ExitCode } from './exit-code.ts'
import { payloadInit } from './payload.ts'
import { checkPresentation } from './presentation.ts'
import { ProgressBar } from './progress-bar.ts'
import { requestInit } from './request-flags.ts'
import { Session } from './session.ts'
import { type Moment, showResponse } from './show-response.ts'
import { uriArgument } from './uri-argument.ts'

/** `withPayload`: the command takes one. */
export async function ask(method: Method, invocation: Invocation, withPayload = false): Promise<ExitCode> {
  const { arguments: given, terminal } = invocation
  const uri = uriArgument(invocation, withPayload ? 2 : 1)
  checkPresentation(given.get('as'))
  const output = outputOf(invocation)
  const init = requestInit(given)
  const payload = withPayload ? await payloadInit(invocation) : {}
  const session = new Session(invocation)
  const now = (): number => session.now()
  const { timeout, ...untimed } = init
  // Of what is read as it comes the client would time the first answer only.
  const timed = timeout !== undefined && output.kind !== 'show'
  const done = timed ? session.endAfter(timeout, tooLate(given)) : undefined
  const progress = new ProgressBar(invocation, now, output.kind === 'stream' && terminal.interactive)
  try {
    const started = now()
    const { signal } = session
    const asked = {
      ...(timed ? untimed : init),
      ...payload,
      method,
      signal,
      ...(progress.shown && { progress: progress.update }),
    }
    const { response, written } = await answerOf(session, uri, asked, output, invocation)
    progress.end()
    return showResponse(response, { milliseconds: now() - started, ...(written && { written }) }, invocation)
  } finally {
    progress.end()
    done?.()
    await session.close()
  }
}

function tooLate(given: Arguments): CommandError {
  return new CommandError(ExitCode.timeout, `it is not done within --timeout ${given.get('timeout')}`)
}

/** Where content goes: to the terminal, as it is shown there; as it comes to standard output; or to a file. */
type Output = { readonly kind: 'show' | 'stream' } | { readonly kind: 'file'; readonly path: string }

function outputOf({ arguments: given }: Invocation): Output {
  const path = given.get('output')
  if (given.has('continue') && (path === undefined || path === '-'))
    throw usageError('--continue goes on with a file: say which by -o FILE')
  if (path !== undefined && path !== '-') return { kind: 'file', path }
  const raw = (path === '-' || given.get('as') === 'raw') && !given.has('json')
  return { kind: raw ? 'stream' : 'show' }
}

async function answerOf(
  { client }: Session,
  uri: CoapUri,
  init: ClientRequestInit,
  output: Output,
  invocation: Invocation,
): Promise<{ readonly response: Response; readonly written?: Moment['written'] }> {
  if (output.kind === 'show') return { response: await client.request(uri, init) }
  if (output.kind === 'file') {
    const { path } = output
    const { response, bytes } = await new Download(path, uri, invocation).run(client, uri, init)
    return { response, ...(bytes !== undefined && { written: { bytes, file: path } }) }
  }
  try {
    const response = await client.request(uri, { ...init, stream: true })
    if (!response.ok) return { response }
    let bytes = 0
    for await (const chunk of response.body) {
      invocation.terminal.print(chunk)
      bytes += chunk.length
    }
    return { response, ...(bytes > 0 && { written: { bytes } }) }
  } catch (error) {
    if (error instanceof ResponseError) return { response: error.response }
    throw error
  }
}
