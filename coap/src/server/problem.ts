// An error for programs as well as for people (RFC 9290): `throw problem(Code.Conflict, { title: 'the valve is in use' })`.
// It is sent whatever the client accepts: Accept chooses among representations of the resource (RFC 7252 5.10.4), not among errors,
// and its Content-Format tells a client that does not know it that this is no diagnostic payload.

import { UsageError } from '../errors.ts'
import { encodeProblemDetails, type ProblemDetails } from '../handler/problem-details.ts'
import { Response, ResponseError } from '../handler/response.ts'
import { type Code, codeClass, describeCode } from '../message/code.ts'
import { ContentFormat } from '../message/content-format.ts'

/** Throws a `UsageError` if the code is no error, or if there are no details. */
export function problem(code: Code, details: ProblemDetails): ResponseError {
  if (codeClass(code) !== 4 && codeClass(code) !== 5) {
    throw new UsageError(`a problem has a code of 4.xx or 5.xx, not ${describeCode(code)}`)
  }
  const { responseCode } = details
  if (responseCode !== undefined && responseCode !== code) {
    throw new UsageError(`a problem tells the code that its response has: ${describeCode(code)}`) // RFC 9290 2
  }
  return new ResponseError(Response.of(code, encodeProblemDetails(details), ContentFormat.problemDetails))
}
