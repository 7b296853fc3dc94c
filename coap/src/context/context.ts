// What the machinery needs of the world, handed in: a clock, randomness, timers, and a place to tell what happened.
// Nothing below the request line reaches for these by itself, so that a test can turn the clock and repeat a run.

import type { Timers } from './timer.ts'
import type { Trace } from './trace.ts'

export interface Context {
  /** Milliseconds on a clock that never goes back. Its zero means nothing. */
  now(): number
  /** Milliseconds since 1970: only to compare with what is dated, such as the end of a credential. It may jump. */
  wallClock(): number
  /** Fills `into` with bytes that nobody can predict. Cheap: implementations draw from a pool. */
  random(into: Uint8Array): void
  readonly timers: Timers
  readonly trace: Trace
  /**
   * A packet will come soon if the peer is near, as the next block of a transfer does: a platform that has a way to get it sooner takes it.
   */
  expectPacket?(): void
}

/** An unsigned integer below 2^32 (ACK_RANDOM_FACTOR, Message IDs and tokens are made of it). */
export function randomUint32(context: Context): number {
  context.random(scratch)
  return (
    (scratch[0] as number) * 0x1000000 +
    ((scratch[1] as number) << 16) +
    ((scratch[2] as number) << 8) +
    (scratch[3] as number)
  )
}

/** A fraction in [0, 1). */
export function randomFraction(context: Context): number {
  return randomUint32(context) / 0x1_0000_0000
}

const scratch = new Uint8Array(4)
