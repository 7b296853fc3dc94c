// Problem details (RFC 9290), and what becomes of them as an error.

import assert from 'node:assert/strict'
import { decodeProblemDetails, encodeProblemDetails, localizedText } from '../../../coap/src/handler/problem-details.ts'
import { Response, ResponseError } from '../../../coap/src/handler/response.ts'
import { Code } from '../../../coap/src/message/code.ts'
import { ContentFormat } from '../../../coap/src/message/content-format.ts'
import { bytesOfUnits, type Target, unitsOfHex } from '../target.ts'
import { cborSeeds, cborWords } from './cbor.ts'

export const problems: Target = {
  name: 'problems',
  units: 'bytes',
  seeds: cborSeeds,
  words: [
    ...cborWords,
    ...[
      'a120',
      'a121',
      'a122',
      'a123',
      'a124',
      'a125',
      'a126',
      'a127',
      '20',
      '21',
      '24',
      '27',
      'd82682626565',
      '626465',
    ].map(unitsOfHex),
  ],
  run(input) {
    const bytes = bytesOfUnits(input)
    const details = decodeProblemDetails(bytes)
    const error = new ResponseError(Response.bytes(bytes, ContentFormat.problemDetails).with({ code: Code.BadRequest }))
    assert.deepEqual(error.problem, details)
    assert.equal(typeof error.message, 'string')
    if (details === undefined) return 'none'
    assert.deepEqual(decodeProblemDetails(encodeProblemDetails(details)), details)
    for (const text of [details.title, details.detail]) if (text !== undefined) localizedText(text, details).toString()
    return Object.keys(details).join()
  },
}
