// Which responses a request wants to be spared (No-Response: RFC 7967 2).

import { Code, codeClass } from '../message/code.ts'
import { NoResponse } from '../message/option.ts'
import type { Options } from '../message/options.ts'

/** The bit of class c is 2^(c-1): 2 for 2.xx, 8 for 4.xx, 16 for 5.xx. An empty option (0) wants all of them. */
export function noResponseWanted(options: Options, code: Code): boolean {
  const unwanted = options.get(NoResponse)
  return unwanted !== undefined && (unwanted & (1 << (codeClass(code) - 1))) !== 0
}

/** Responses of no class are wanted: whoever asks so need not listen for any. */
export function noResponseAtAll(options: Options): boolean {
  return [Code.Content, Code.BadRequest, Code.InternalServerError].every((code) => noResponseWanted(options, code))
}
