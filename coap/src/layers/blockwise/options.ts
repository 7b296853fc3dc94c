// What can be chosen about transfers in blocks, and its defaults.

import { type KnownLimits, type Limits, limitsOf } from '../../endpoint/limits.ts'
import { blockSizeOf, largestSizeExponent, sizeExponentOf } from '../../message/block.ts'

export interface BlockwiseOptions {
  /**
   * The most bytes a block has: a power of two from 16 to 1,024. Smaller blocks fit into frames of constrained networks (RFC 7959 2).
   * Default 1,024.
   */
  readonly blockSize?: number
  /** `body`, `bodies`, `transfers` and `transfersPerPeer` are about transfers. */
  readonly limits?: Limits
  /** Told what was refused because a limit was reached. */
  readonly refused?: (limit: keyof Limits) => void
}

export const blockwiseDefaults: { readonly blockSize: number } = { blockSize: blockSizeOf(largestSizeExponent) }

export interface KnownBlockwiseOptions {
  readonly sizeExponent: number
  readonly limits: KnownLimits
  readonly refused: (limit: keyof Limits) => void
}

/** Throws a `UsageError` for what is no block size, or no limit. */
export function knownBlockwiseOptions({ blockSize, limits, refused }: BlockwiseOptions): KnownBlockwiseOptions {
  return {
    sizeExponent: sizeExponentOf(blockSize ?? blockwiseDefaults.blockSize),
    limits: limitsOf(limits),
    refused: refused ?? (() => {}),
  }
}
