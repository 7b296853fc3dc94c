// The flags that requests have in common, and the request made of them.

import type { MethodInit } from '../client/client.ts'
import type { Arguments, Flag } from './arguments.ts'
import { jsonFlag } from './command.ts'
import { durationOf } from './duration.ts'
import { formatNumber } from './format-name.ts'
import { optionsOf } from './option-argument.ts'

/** To listen in. */
export const tapFlags: readonly Flag[] = [
  { name: 'verbose', short: 'v', help: 'print each message that leaves or arrives' },
  { name: 'pcap', value: 'FILE', help: 'write the packets to a file for Wireshark' },
]

/** Of whatever asks. */
export const askingFlags: readonly Flag[] = [
  {
    name: 'timeout',
    value: 'DURATION',
    help: 'give up after so long, as in 5s; else the protocol goes on for 93 s, or more',
  },
  ...tapFlags,
  jsonFlag,
]

/** Of whatever reads a response. */
export const requestFlags: readonly Flag[] = [
  { name: 'accept', short: 'A', value: 'FORMAT', help: 'what the answer shall be: json, cbor, text/plain, 50, …' },
  { name: 'query', short: 'q', value: 'NAME=VALUE', repeatable: true, help: 'added to the query of the URI' },
  {
    name: 'option',
    short: 'O',
    value: 'NAME=VALUE',
    repeatable: true,
    help: 'any option by name or number; bytes as 0x…',
  },
  { name: 'non-confirmable', short: 'N', help: 'send it once, and let the network lose it' },
  { name: 'as', value: 'HOW', help: 'show the content as text, json, cbor, links, hex or raw' },
  { name: 'output', short: 'o', value: 'FILE', help: "write the content's bytes to a file" },
  ...askingFlags,
]

/** Of what carries a payload. */
export const payloadFlags: readonly Flag[] = [
  { name: 'file', short: 'f', value: 'FILE', help: 'the payload is what is in this file; - reads standard input' },
  {
    name: 'content-format',
    short: 't',
    value: 'FORMAT',
    help: "what the payload is; else text, or the file's extension says",
  },
  ...requestFlags,
]

/** What the flags say about a request, its payload apart. Throws a `CommandError`. */
export function requestInit(given: Arguments): MethodInit {
  const accept = given.get('accept')
  const timeout = timeoutOf(given)
  const options = given.has('option') ? optionsOf(given.all('option')) : undefined
  return {
    ...(accept !== undefined && { accept: formatNumber(accept) }),
    ...(given.has('query') && { query: given.all('query') }),
    ...(options !== undefined && { options }),
    ...(given.has('non-confirmable') && { confirmable: false }),
    ...(timeout !== undefined && { timeout }),
  }
}

/** In milliseconds. */
export function timeoutOf(given: Arguments): number | undefined {
  const text = given.get('timeout')
  return text === undefined ? undefined : durationOf(text, '--timeout')
}
