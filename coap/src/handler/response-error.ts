// A 4.xx or 5.xx as an exception: thrown by a handler it becomes the response, thrown by `orThrow` it carries what was received.

import { CoapError } from '../errors.ts'
import { describeCode } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'
import { decodeUtf8 } from '../message/option-format.ts'
import { decodeProblemDetails, type ProblemDetails } from './problem-details.ts'
import type { Response } from './response.ts'

export class ResponseError extends CoapError {
  readonly response: Response

  /** `throw new ResponseError(Response.diagnostic(Code.Conflict, 'the valve is in use'))` */
  constructor(response: Response) {
    super(describe(response), { code: 'COAP_RESPONSE' })
    this.response = response
  }

  /** The problem details (RFC 9290), if the response has them. */
  get problem(): ProblemDetails | undefined {
    return problemOf(this.response)
  }
}

/** The problem details of a response; undefined if it has none that can be read. */
export function problemOf(response: Response): ProblemDetails | undefined {
  return response.contentFormat === ContentFormat.problemDetails ? decodeProblemDetails(response.payload) : undefined
}

function describe(response: Response): string {
  const problem = problemOf(response)
  const words =
    problem === undefined
      ? diagnosticOf(response)
      : [problem.title, problem.detail].filter((part) => part !== undefined).join(': ')
  return words === '' ? describeCode(response.code) : `${describeCode(response.code)}: ${words}`
}

/** The diagnostic payload (RFC 7252 5.5.2): only where no Content-Format says that it is something else. */
function diagnosticOf(response: Response): string {
  return response.contentFormat === undefined ? (decodeUtf8(response.payload) ?? '') : ''
}
