// One pass over encoded options (RFC 7252 3.1): finds where they end, checks every length against the packet, and notes what a
// receiver must know before it goes on. Nothing is copied, nothing allocated. Datagrams and streams share it.

import { optionOf, options } from './option.ts'
import { decodeUtf8, string } from './option-format.ts'

/** What the last successful scan found; read it before the next one. */
export const scanned = {
  /** Where the options end. */
  end: 0,
  /** Where the payload begins; the packet's end if there is none. */
  payload: 0,
  /** Bit n is set: option n was there (n < 32). */
  seen: 0,
  /** A critical option was there that has no bit in `seen`, or is not registered: look closer. */
  unusual: false,
  /**
   * A critical option whose value is malformed, or that stands twice and must not: it counts as unrecognized (RFC 7252 5.4.3,
   * 5.4.5). 0 if there is none.
   */
  misused: 0,
}

/** Scans `bytes` from `start`; false on a message format error: a length beyond the packet, 15, or a marker without payload. */
export function scanOptions(bytes: Uint8Array, start: number): boolean {
  const length = bytes.length
  let at = start
  let number = 0
  let seen = 0
  let unusual = false
  let misused = 0
  while (at < length) {
    const first = bytes[at] as number
    if (first === 0xff) {
      if (at + 1 === length) return false
      break
    }
    at++
    let delta = first >>> 4
    if (delta === 13) delta = (bytes[at++] as number) + 13
    else if (delta === 14) {
      delta = ((bytes[at] as number) << 8) + (bytes[at + 1] as number) + 269
      at += 2
    } else if (delta === 15) return false
    let size = first & 15
    if (size === 13) size = (bytes[at++] as number) + 13
    else if (size === 14) {
      size = ((bytes[at] as number) << 8) + (bytes[at + 1] as number) + 269
      at += 2
    } else if (size === 15) return false
    number += delta
    // Reading past the end gave NaN or too small a number; either way this comparison fails.
    if (!(at + size <= length) || number > 0xffff) return false
    if ((number & 1) === 1) {
      if (number >= 32 || rules[number] === undefined) unusual = true
      if (misused === 0 && isMisused(number, delta === 0, bytes, at, size)) misused = number
    }
    if (number < 32) seen |= 1 << number
    at += size
  }
  scanned.end = at
  scanned.payload = at < length ? at + 1 : length
  scanned.seen = seen
  scanned.unusual = unusual
  scanned.misused = misused
  return true
}

/** The option that the walk has come to; read it before it goes on, and finish a walk before the next one begins. */
export const walked = { number: 0, start: 0, end: 0 }

/** Begins to walk through options that have been scanned, from here. */
export function beginWalk(start: number): void {
  walked.number = 0
  walked.end = start
}

/** Goes on to the next option; false if there is none before `end`. It allocates nothing: this is done for each option that is asked for. */
export function walkOn(bytes: Uint8Array, end: number): boolean {
  let at = walked.end
  if (at >= end) return false
  const first = bytes[at++] as number
  let delta = first >>> 4
  if (delta === 13) delta = (bytes[at++] as number) + 13
  else if (delta === 14) {
    delta = ((bytes[at] as number) << 8) + (bytes[at + 1] as number) + 269
    at += 2
  }
  let size = first & 15
  if (size === 13) size = (bytes[at++] as number) + 13
  else if (size === 14) {
    size = ((bytes[at] as number) << 8) + (bytes[at + 1] as number) + 269
    at += 2
  }
  walked.number += delta
  walked.start = at
  walked.end = at + size
  return true
}

/** Is the critical option in `bytes[at..at + size)` malformed, or there `again` though it is not repeatable? Unregistered ones may be anything. */
export function isMisused(number: number, again: boolean, bytes: Uint8Array, at: number, size: number): boolean {
  const rule = number < 64 ? rules[number] : undefined
  if (rule === undefined) return false
  if (size < rule.min || size > rule.max || (again && !rule.repeatable)) return true
  if (!rule.text) return false
  let bits = 0
  for (let index = at; index < at + size; index++) bits |= bytes[index] as number
  return bits >= 0x80 && decodeUtf8(bytes, at, at + size) === undefined
}

/** The registry once more, as an array to index: up to 63, where all options are that have a bit in `seen`, and those of proxies. */
const rules = Array.from({ length: 64 }, (_, number) => {
  if (!options.some((line) => line.number === number)) return undefined
  const { length, repeatable, format } = optionOf(number)
  return { min: length[0], max: length[1], repeatable, text: format.name === string.name }
})
