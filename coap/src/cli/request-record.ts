// serve --json: a request that was answered as an object for machines. Its fields are promised in docs/cli.md.

import { after, type Layer } from '../handler/handler.ts'
import { codeName, formatCode } from '../message/code.ts'
import { formatResourceName } from '../uri/resource-name.ts'

/** Calls `write` with a line for each. */
export function requestRecords(write: (line: string) => void): Layer {
  return (next, context) => (request) => {
    const started = context.now()
    return after(next(request), (response) => {
      const { observes, payload } = request
      write(
        JSON.stringify({
          peer: request.describePeer(),
          method: codeName(request.code),
          resource: formatResourceName(request),
          observes,
          bytes: payload.length,
          code: formatCode(response.code),
          answered: response.payload.length,
          milliseconds: Number((context.now() - started).toFixed(3)),
        }),
      )
      return response
    })
  }
}
