// A line for each request that is answered: who asked for what, how it ended, how long it took. Neither payloads nor keys are in it.
// It only looks: it registers nothing, so notifications are not logged, and observers still share what a handler answers.

import type { Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response, ResponseError } from '../handler/response.ts'
import { Code, describeCode } from '../message/code.ts'
import { formatResourceName } from '../uri/resource-name.ts'

/** `serve(router, { layers: [log(console.log)] })`. `write` gets a line without its end: printable, whatever was asked for. */
export function log(write: (line: string) => void): Layer {
  return (next, context) => (request) => {
    const started = context.now()
    const answered = (response: Response): Response => {
      write(line(request, outcome(response), context.now() - started))
      return response
    }
    const failed = (error: unknown): never => {
      write(line(request, failure(error), context.now() - started))
      throw error
    }
    let result: ReturnType<typeof next>
    try {
      result = next(request)
    } catch (error) {
      return failed(error)
    }
    return result instanceof Response ? answered(result) : result.then(answered, failed)
  }
}

function line(request: Request, ended: string, duration: number): string {
  const peer = request.describePeer()
  const target = peer === undefined ? String(request.uri) : formatResourceName(request) // percent-encoded: no line break gets through
  const who = peer === undefined ? '' : `${peer}: `
  const wishes = `${request.confirmable ? '' : ' non-confirmable'}${request.observes ? ' observe' : ''}`
  return `${who}${describeCode(request.code)} ${target}${wishes} → ${ended}, ${duration.toFixed(1)} ms`
}

function outcome(response: Response): string {
  if (response.code === Code.Empty) return 'no response'
  return `${describeCode(response.code)}, ${response.payload.length} bytes`
}

function failure(error: unknown): string {
  if (error instanceof ResponseError) return outcome(error.response)
  return `${describeCode(Code.InternalServerError)}: ${printable(String(error))}`
}

function printable(text: string): string {
  return text.replace(/\p{Cc}+/gu, ' ')
}
