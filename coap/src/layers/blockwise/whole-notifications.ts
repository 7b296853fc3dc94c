// A notification is made in one go: where a handler answers with a body to be read as it comes, it is read before.

import { joined } from '../../bytes/joined.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'

/** The response, observed so that what follows it is whole. */
export function wholeNotifications(response: Response, mostBytes: number): Response {
  const { observed } = response
  if (observed?.again === undefined || !response.streams) return response
  const { subject, again } = observed
  return response.observing(subject, async (request) => {
    const next = await again(request)
    return next.streams ? next.with({ payload: await read(next, mostBytes) }) : next
  })
}

async function read({ body }: Response, mostBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    chunks.push(chunk)
    length += chunk.length
    if (length > mostBytes)
      throw new ResponseError(
        Response.diagnostic(Code.InternalServerError, `a notification has at most ${mostBytes} bytes`),
      )
  }
  return joined(chunks)
}
