// How much one message carries (RFC 7252 4.6); more is for the block-wise layer (RFC 7959).

import { UsageError } from '../errors.ts'
import { Response } from '../handler/response.ts'
import { Code } from '../message/code.ts'

/** In bytes. */
export const maxPayload = 1024

/** The response, or where it is too long a 5.01 that says so. */
export function deliverable(response: Response): Response {
  const { length } = response.payload
  if (length <= maxPayload && !response.streams) return response
  const size = response.body.size ?? 'an unknown number of'
  return Response.diagnostic(
    Code.NotImplemented,
    `the response has ${size} bytes, and without block-wise transfer at most ${maxPayload} can be sent`,
  )
}

/** In place of a response that is longer than its transport takes. */
export function undeliverable(maxMessageSize: number): Response {
  if (maxMessageSize < narrow) return Response.of(Code.NotImplemented)
  return Response.diagnostic(
    Code.NotImplemented,
    `the response is longer than the ${maxMessageSize} bytes that one message may have here`,
  )
}

/** Below so many bytes a message may have no room for a diagnostic payload. */
const narrow = 200

export function requestTooLong(maxMessageSize: number): UsageError {
  return new UsageError(`the request is longer than the ${maxMessageSize} bytes that one message may have here`)
}
