// What get, put, post, delete, fetch, patch and ipatch do: ask once, show the answer, end by its code.

import type { Response } from '../handler/response.ts'
import type { Method } from '../message/code.ts'
import type { Invocation } from './command.ts'
import type { ExitCode } from './exit-code.ts'
import { payloadInit } from './payload.ts'
import { checkPresentation } from './presentation.ts'
import { requestInit } from './request-flags.ts'
import { Session } from './session.ts'
import { showResponse } from './show-response.ts'
import { uriArgument } from './uri-argument.ts'

/** `withPayload`: the command takes one. */
export async function ask(method: Method, invocation: Invocation, withPayload = false): Promise<ExitCode> {
  const { arguments: given } = invocation
  const uri = uriArgument(invocation, withPayload ? 2 : 1)
  checkPresentation(given.get('as'))
  const init = requestInit(given)
  const payload = withPayload ? await payloadInit(invocation) : {}
  const session = new Session(invocation)
  try {
    const started = session.now()
    const { signal } = session
    const response: Response = await session.client.request(uri, { ...init, ...payload, method, signal })
    return showResponse(response, { milliseconds: session.now() - started }, invocation)
  } finally {
    await session.close()
  }
}
