// Codes (RFC 7252 3 and 12.1): three bits of class and five of detail, written c.dd.

/** A code as it stands in the message: `class << 5 | detail`. */
export type Code = number

/** All codes of the registries (RFC 7252 12.1, 7959, 8132, 8516, 8768; signaling: RFC 8323 5). */
export const Code = {
  Empty: 0x00,

  GET: 0x01,
  POST: 0x02,
  PUT: 0x03,
  DELETE: 0x04,
  FETCH: 0x05,
  PATCH: 0x06,
  iPATCH: 0x07,

  Created: 0x41,
  Deleted: 0x42,
  Valid: 0x43,
  Changed: 0x44,
  Content: 0x45,
  Continue: 0x5f,

  BadRequest: 0x80,
  Unauthorized: 0x81,
  BadOption: 0x82,
  Forbidden: 0x83,
  NotFound: 0x84,
  MethodNotAllowed: 0x85,
  NotAcceptable: 0x86,
  RequestEntityIncomplete: 0x88,
  Conflict: 0x89,
  PreconditionFailed: 0x8c,
  RequestEntityTooLarge: 0x8d,
  UnsupportedContentFormat: 0x8f,
  UnprocessableEntity: 0x96,
  TooManyRequests: 0x9d,

  InternalServerError: 0xa0,
  NotImplemented: 0xa1,
  BadGateway: 0xa2,
  ServiceUnavailable: 0xa3,
  GatewayTimeout: 0xa4,
  ProxyingNotSupported: 0xa5,
  HopLimitReached: 0xa8,

  CSM: 0xe1,
  Ping: 0xe2,
  Pong: 0xe3,
  Release: 0xe4,
  Abort: 0xe5,
} as const

/** A method's name as routes, `client.request` and the command line take it. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE' | 'FETCH' | 'PATCH' | 'iPATCH'

export const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'DELETE', 'FETCH', 'PATCH', 'iPATCH']

/** 0 for requests, 2 success, 4 client error, 5 server error, 7 signaling; 1, 3 and 6 are reserved. */
export function codeClass(code: Code): number {
  return code >>> 5
}

/** 0.01 to 0.31. */
export function isRequest(code: Code): boolean {
  return code > 0 && code < 0x20
}

/** 2.00 to 5.31. Class 3 is reserved but a response's by its place (RFC 7252 5.2): treated by class, as an error. */
export function isResponse(code: Code): boolean {
  return code >= 0x40 && code < 0xc0
}

/** Asked again, it does nothing more (RFC 7252 5.1, RFC 8132 2 and 3): all but POST and PATCH; unknown methods may do anything. */
export function isIdempotent(code: Code): boolean {
  return code !== Code.POST && code !== Code.PATCH && code <= Code.iPATCH
}

/** It changes nothing on the server (RFC 7252 5.1, RFC 8132 2). */
export function isSafe(code: Code): boolean {
  return code === Code.GET || code === Code.FETCH
}

/** `2.05`. */
export function formatCode(code: Code): string {
  return `${code >>> 5}.${String(code & 31).padStart(2, '0')}`
}

/** `Content`, `Not Found`, `GET`; where the registries have none, the digits. */
export function codeName(code: Code): string {
  return names.get(code) ?? formatCode(code)
}

/** `2.05 Content`; a request's is its method's name alone. */
export function describeCode(code: Code): string {
  const name = names.get(code)
  if (name === undefined) return formatCode(code)
  return isRequest(code) ? name : `${formatCode(code)} ${name}`
}

const unspaced: ReadonlySet<string> = new Set(['iPATCH', 'CSM', ...methods])
const names: ReadonlyMap<number, string> = new Map(
  Object.entries(Code).map(([name, code]) => [
    code,
    unspaced.has(name) ? name : name.replace(/(?<=[a-z])(?=[A-Z])/g, ' ').replace('Content Format', 'Content-Format'),
  ]),
)
