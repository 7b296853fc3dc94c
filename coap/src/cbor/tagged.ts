// CBOR values that JavaScript has no type for: tagged items (RFC 8949 3.4) and unassigned simple values (3.3).

import { UsageError } from '../errors.ts'

const maxTag = 2n ** 64n - 1n

/** A data item with a tag. Integers too long for 64 bits (tags 2 and 3) are `bigint` instead, in both directions. */
export class Tagged {
  readonly tag: number | bigint
  readonly content: unknown

  /** Throws a `UsageError` unless `tag` is an integer of 0 to 2^64 - 1. */
  constructor(tag: number | bigint, content: unknown) {
    if (!(typeof tag === 'bigint' ? tag >= 0n && tag <= maxTag : Number.isSafeInteger(tag) && tag >= 0)) {
      throw new UsageError(`a tag is an integer of 0 to 2^64 - 1, not ${tag}`)
    }
    this.tag = tag
    this.content = content
  }
}

/** A simple value other than false, true, null and undefined. */
export class Simple {
  readonly value: number

  /** Throws a `UsageError` unless `value` is one of 0 to 19 or 32 to 255. */
  constructor(value: number) {
    if (!Number.isInteger(value) || value < 0 || value > 255 || (value >= 20 && value < 32)) {
      throw new UsageError(`an unassigned simple value is one of 0 to 19 or 32 to 255, not ${value}`)
    }
    this.value = value
  }
}
