// What a request looks like to the server, in a few lines: many test resources answer with it.

import { describeCode, type Request } from 'coapstone'

/** `Type: 0 (CON)`, `Code: 1 (GET)`, `Token: 4a`. A handler sees no Message ID: that is the message layer's. */
export function describeRequest({ confirmable, code, token }: Request): string {
  const lines = [`Type: ${confirmable ? '0 (CON)' : '1 (NON)'}`, `Code: ${code} (${describeCode(code)})`]
  if (token.length > 0) lines.push(`Token: ${Buffer.from(token).toString('hex')}`)
  return lines.join('\n')
}
