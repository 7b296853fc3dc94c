// The flags that requests have in common, and the request made of them.

import type { MethodInit } from '../client/client.ts'
import { ETag, IfMatch, IfNoneMatch } from '../message/option.ts'
import type { Arguments, Flag } from './arguments.ts'
import { jsonFlag } from './command.ts'
import { usageError } from './command-error.ts'
import { durationOf } from './duration.ts'
import { formatNumber } from './format-name.ts'
import { addOpaque, optionsOf } from './option-argument.ts'
import { presentations } from './presentation.ts'

/** To listen in. */
export const tapFlags: readonly Flag[] = [
  { name: 'verbose', short: 'v', help: 'print each message that leaves or arrives' },
  { name: 'pcap', value: 'FILE', values: 'file', help: 'write the packets to a file for Wireshark' },
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

const blockSizes: readonly string[] = ['16', '32', '64', '128', '256', '512', '1024']

/** Of whatever reads a response. */
export const requestFlags: readonly Flag[] = [
  {
    name: 'accept',
    short: 'A',
    value: 'FORMAT',
    values: 'format',
    help: 'what the answer shall be: json, cbor, text/plain, 50, …',
  },
  { name: 'query', short: 'q', value: 'NAME=VALUE', repeatable: true, help: 'added to the query of the URI' },
  {
    name: 'option',
    short: 'O',
    value: 'NAME=VALUE',
    values: 'option',
    repeatable: true,
    help: 'any option by name or number; bytes as 0x…',
  },
  { name: 'non-confirmable', short: 'N', help: 'send it once, and let the network lose it' },
  { name: 'no-retry', help: 'take 4.29 and 5.03 for the answer; else it is asked again when the server says' },
  { name: 'as', value: 'HOW', values: presentations, help: 'show the content as text, json, cbor, links, hex or raw' },
  {
    name: 'output',
    short: 'o',
    value: 'FILE',
    values: 'file',
    help: "write the content's bytes to a file, as they come",
  },
  { name: 'continue', short: 'c', help: 'with -o: go on with a download that was broken off' },
  { name: 'block-size', value: 'BYTES', values: blockSizes, help: 'the most that goes in one message: 16, 32, … 1024' },
  ...askingFlags,
]

/** Of what reads a resource. */
export const readingFlags: readonly Flag[] = [
  {
    name: 'etag',
    short: 'e',
    value: 'ETAG',
    repeatable: true,
    help: 'a version that you have: if it is still this one, the answer is 2.03 without content',
  },
  ...requestFlags,
]

/** Of what changes a resource. */
export const changingFlags: readonly Flag[] = [
  {
    name: 'if-match',
    value: 'ETAG',
    repeatable: true,
    help: 'only if this is its version now, or * if it is there at all; else 4.12',
  },
  { name: 'if-none-match', help: 'only if it is not there yet; else 4.12' },
  ...requestFlags,
]

/** Of what carries a payload. */
const payloadFlags: readonly Flag[] = [
  {
    name: 'file',
    short: 'f',
    value: 'FILE',
    values: 'file',
    help: 'the payload is what is in this file; - reads standard input',
  },
  {
    name: 'content-format',
    short: 't',
    value: 'FORMAT',
    values: 'format',
    help: "what the payload is; else text, or the file's extension says",
  },
]

/** Of what reads a part that a payload describes. */
export const readingByPayloadFlags: readonly Flag[] = [...payloadFlags, ...readingFlags]

/** Of what changes a resource by a payload. */
export const changingByPayloadFlags: readonly Flag[] = [...payloadFlags, ...changingFlags]

/** What the flags say about a request, its payload apart. Throws a `CommandError`. */
export function requestInit(given: Arguments): MethodInit {
  const accept = given.get('accept')
  const timeout = timeoutOf(given)
  const blockSize = given.get('block-size')
  if (blockSize !== undefined && !blockSizes.includes(blockSize))
    throw usageError(`--block-size is one of ${blockSizes.join(', ')}, not '${blockSize}'`)
  const options = optionsOf(given.all('option'))
  for (const etag of given.all('etag')) addOpaque(options, ETag, etag, '--etag')
  for (const etag of given.all('if-match')) addOpaque(options, IfMatch, etag === '*' ? '' : etag, '--if-match')
  if (given.has('if-none-match') && !options.has(IfNoneMatch)) options.add(IfNoneMatch, true)
  return {
    ...(accept !== undefined && { accept: formatNumber(accept) }),
    ...(given.has('query') && { query: given.all('query') }),
    options,
    ...(given.has('non-confirmable') && { confirmable: false }),
    ...(timeout !== undefined && { timeout }),
    ...(blockSize !== undefined && { blockSize: Number(blockSize) }),
  }
}

/** In milliseconds. */
export function timeoutOf(given: Arguments): number | undefined {
  const text = given.get('timeout')
  return text === undefined ? undefined : durationOf(text, '--timeout')
}
