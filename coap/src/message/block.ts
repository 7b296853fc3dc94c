// A Block option's value (RFC 7959 2.2): which block of a body, whether more follow, and how large blocks are.

import { UsageError } from '../errors.ts'
import type { Option } from './option.ts'
import type { Options } from './options.ts'

/** The value of Block1 or Block2. */
export interface Block {
  /** NUM: counted from 0, in blocks of this size. */
  readonly number: number
  /** M: more blocks follow. In a request's Block2 it means nothing. */
  readonly more: boolean
  /** SZX, 0 to 6: blocks have 2^(SZX + 4) bytes. 7 is reserved. */
  readonly sizeExponent: number
}

/** Of UDP, TCP and WebSocket alike: 1,024 bytes (RFC 7959 2.2). */
export const largestSizeExponent = 6
/** What NUM, with 20 bits, can say. */
export const lastBlockNumber = 0xfffff

/** The Block option of a message; undefined if it is not there or malformed. */
export function blockOf(options: Options, option: Option<number>): Block | undefined {
  const value = options.get(option)
  return value === undefined ? undefined : blockFrom(value)
}

/** What the value of a Block option says. */
export function blockFrom(value: number): Block {
  return { number: value >>> 4, more: (value & 8) !== 0, sizeExponent: value & 7 }
}

export function blockValue(number: number, more: boolean, sizeExponent: number): number {
  return (number << 4) | (more ? 8 : 0) | sizeExponent
}

/** In bytes. */
export function blockSizeOf(sizeExponent: number): number {
  return 16 << sizeExponent
}

/** Throws a `UsageError` for what is no block size. */
export function sizeExponentOf(blockSize: number): number {
  const exponent = Math.log2(blockSize) - 4
  if (!Number.isInteger(exponent) || exponent < 0 || exponent > largestSizeExponent)
    throw new UsageError(`a block has 16, 32, 64, 128, 256, 512 or 1024 bytes, not ${blockSize}`)
  return exponent
}

/** As it is written in RFC 7959: `1/0/64`. */
export function describeBlock({ number, more, sizeExponent }: Block): string {
  return `${number}/${more ? 1 : 0}/${blockSizeOf(sizeExponent)}`
}
