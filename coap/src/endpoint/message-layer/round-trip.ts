// How long a peer takes to answer, and the time-outs that follow from it (draft-ietf-core-cocoa 4): two estimators of RFC 6298, one of
// exchanges that needed no retransmission, one of those that needed one or two. It is made with the first measurement of a peer.

import type { TransmissionParameters } from '../../message/transmission.ts'

/** Milliseconds; whole ones everywhere, which take no room of their own. */
export class RoundTrip {
  /** The time-out that all measurements together suggest. */
  #timeout: number
  /** When it was last made, or aged. */
  #updated: number
  #strong = none
  #strongVariation = 0
  #weak = none
  #weakVariation = 0

  /** `initial` is the time-out before anything was measured. */
  constructor(initial: number, now: number) {
    this.#timeout = initial
    this.#updated = now
  }

  /** An exchange was answered so long after its first transmission; after three retransmissions nobody knows what was answered. */
  measured(roundTrip: number, retransmissions: number, now: number): void {
    if (retransmissions > 2) return
    this.#age(now)
    if (retransmissions === 0) {
      this.#strongVariation = variation(this.#strongVariation, this.#strong, roundTrip)
      this.#strong = smoothed(this.#strong, roundTrip)
      this.#update(this.#strong + 4 * this.#strongVariation, 1 / 2, now)
    } else {
      this.#weakVariation = variation(this.#weakVariation, this.#weak, roundTrip)
      this.#weak = smoothed(this.#weak, roundTrip)
      this.#update(this.#weak + this.#weakVariation, 1 / 4, now)
    }
  }

  /** The time-out now: an estimate that is not confirmed goes back towards the default (4.3). */
  timeoutAt(now: number): number {
    this.#age(now)
    return this.#timeout
  }

  #update(estimate: number, weight: number, now: number): void {
    const timeout = weight * estimate + (1 - weight) * this.#timeout
    this.#timeout = Math.round(Math.min(Math.max(timeout, shortest), longest))
    this.#updated = now
  }

  #age(now: number): void {
    for (;;) {
      const timeout = this.#timeout
      const lasts = timeout < 1000 ? 16 * timeout : timeout > 3000 ? 4 * timeout : Number.POSITIVE_INFINITY
      if (now - this.#updated <= lasts) return
      this.#updated += lasts
      this.#timeout = Math.round(timeout < 1000 ? 2 * timeout : 1000 + timeout / 2)
    }
  }
}

/**
 * Until the first retransmission, before the random factor. `parallel`: how many messages are on their way then, this one included; of
 * a peer that nothing was measured of yet each of them waits longer than the one before (4.1).
 */
export function firstTimeout(
  { congestion, ackTimeout }: TransmissionParameters,
  roundTrip: RoundTrip | undefined,
  parallel: number,
  now: number,
): number {
  if (congestion === 'fixed') return ackTimeout
  return roundTrip?.timeoutAt(now) ?? Math.min(ackTimeout * parallel, Math.max(longest, ackTimeout))
}

/**
 * Until the next retransmission: twice as long, and where time-outs are estimated the more cautious the shorter they are, so that
 * retransmissions are neither used up at once nor too far apart (4.2.1).
 */
export function backedOff({ congestion }: TransmissionParameters, timeout: number): number {
  if (congestion === 'fixed') return 2 * timeout
  return Math.min(timeout * (timeout < 1000 ? 3 : timeout > 3000 ? 1.5 : 2), Math.max(longest, timeout))
}

/** Nothing was measured. */
const none = -1
/**
 * Not in the draft, which names no least value: peers may take 100 ms or more to acknowledge what they cannot answer at once
 * (`piggybackDelay`), whatever the quick answers before suggest.
 */
const shortest = 200
/** 4.2.1. */
const longest = 32_000

/** RFC 6298 2: the variation is reckoned before the mean moves. */
function variation(before: number, mean: number, roundTrip: number): number {
  return Math.round(mean === none ? roundTrip / 2 : (3 / 4) * before + (1 / 4) * Math.abs(mean - roundTrip))
}

function smoothed(mean: number, roundTrip: number): number {
  return Math.round(mean === none ? roundTrip : (7 / 8) * mean + (1 / 8) * roundTrip)
}
