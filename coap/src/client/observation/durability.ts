// How an observation lasts: when it registers again, and how patiently (RFC 7641 3.3.1).

import { type Context, randomFraction } from '../../context/context.ts'
import { UsageError } from '../../errors.ts'

/** All of it optional, in milliseconds. */
export interface Durability {
  /** The least to wait after Max-Age is over until it registers again (RFC 7641 3.3.1: 5 s). What is waited is drawn from here to `maxGrace`. */
  readonly minGrace?: number
  /** The most to wait after Max-Age is over (RFC 7641 3.3.1: 15 s). */
  readonly maxGrace?: number
  /**
   * How long to wait after the first registration that has failed; the time doubles with each that fails after it, and each is drawn from
   * the time itself to one and a half of it. When an association was lost, or a new one has come, the wait is drawn from 0 to this.
   */
  readonly minBackoff?: number
  /** The time does not double beyond this. */
  readonly maxBackoff?: number
  /** For how long nothing may have been heard until it is given up with the last error. */
  readonly giveUpAfter?: number
}

export type KnownDurability = Required<Durability>

export const durabilityDefaults: KnownDurability = {
  minGrace: 5000,
  maxGrace: 15_000,
  minBackoff: 5000,
  maxBackoff: 300_000,
  giveUpAfter: Number.POSITIVE_INFINITY,
}

/** Throws a `UsageError` for what is no time, or contradicts itself. */
export function knownDurability(given: Durability = {}): KnownDurability {
  const known = { ...durabilityDefaults, ...given }
  for (const [name, time] of Object.entries(known)) {
    if (!(time >= 0)) throw new UsageError(`${name} is a number of milliseconds, not ${time}`)
  }
  if (known.minGrace > known.maxGrace) throw new UsageError('minGrace is at most maxGrace')
  if (known.minBackoff > known.maxBackoff) throw new UsageError('minBackoff is at most maxBackoff')
  return known
}

/** So that clients whose states age together do not ask together. */
export function graceOf({ minGrace, maxGrace }: KnownDurability, context: Context): number {
  return minGrace + (maxGrace - minGrace) * randomFraction(context)
}

/** After so many failures, of which none was followed by a success. */
export function backoffOf({ minBackoff, maxBackoff }: KnownDurability, failures: number, context: Context): number {
  const time = Math.min(maxBackoff, minBackoff * 2 ** Math.max(0, failures - 1))
  return time * (1 + randomFraction(context) / 2)
}

/** So that the clients of a server that has lost them do not come back at once. */
export function returnOf({ minBackoff }: KnownDurability, context: Context): number {
  return minBackoff * randomFraction(context)
}
