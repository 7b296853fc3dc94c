// A validator made from content itself (RFC 7252 5.10.6.1): equal bytes have equal tags, so a representation that comes back is known
// again. Two lanes of 32 bits that stir each other (each sum is cut to 32 bits: longer ones are slow). It is no signature: who writes a resource can
// make two contents with one tag, and harms the readers of their own resource only.

import type { Response } from '../handler/response.ts'
import { ETag } from '../message/option.ts'

/** The ETag that a response has, or that its content makes; undefined for a body that is still to be read and has none. */
export function tagOf({ options, body }: Response): Uint8Array | undefined {
  return options.get(ETag) ?? (body.whole && contentTag(body.whole))
}

/** The ETag of these bytes: 8 bytes, always the same for the same bytes. Takes less than a millisecond for each megabyte. */
export function contentTag(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const { length } = bytes
  let low = 0x243f6a88
  let high = 0x13198a2e
  let at = 0
  // Each step can be undone, for a known word: what differs in one place only differs at the end.
  for (const last = length - 8; at <= last; at += 8) {
    low = turn(low ^ Math.imul(turn(Math.imul(view.getInt32(at, true), firstFactor), 15), secondFactor), 13)
    low = (Math.imul(low + high, 5) + 0x2545f491) | 0
    high = turn(high ^ Math.imul(turn(Math.imul(view.getInt32(at + 4, true), secondFactor), 17), firstFactor), 19)
    high = (Math.imul(high + low, 9) + 0x632be5ab) | 0
  }
  // What is left over, at most 7 bytes, one by one; then the length, since a zero at the end is content too.
  for (; at < length; at++) {
    low = (Math.imul(turn(low ^ (bytes[at] as number), 11), firstFactor) + high) | 0
    high = Math.imul(turn(high ^ low, 7), secondFactor)
  }
  low = settled(low ^ length)
  high = settled(high ^ low)
  low = settled(low + high)
  const tag = new Uint8Array(8)
  const into = new DataView(tag.buffer)
  into.setInt32(0, high)
  into.setInt32(4, low)
  return tag
}

/** Odd, so that a multiplication can be undone: of the golden ratio, and of the square root of three. */
const firstFactor = 0x9e3779b1 | 0
const secondFactor = 0xbb67ae85 | 0

function turn(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits))
}

/** Each bit of the word has its say in each bit of the result. */
function settled(word: number): number {
  let mixed = Math.imul(word ^ (word >>> 16), firstFactor)
  mixed = Math.imul(mixed ^ (mixed >>> 13), secondFactor)
  return mixed ^ (mixed >>> 16)
}
