// Busy polling: between the blocks of a transfer the process looks for the next packet instead of sleeping until there is one, if the peer
// is so near that to fall asleep and to wake up takes longer than its answer (docs/decisions/busy-polling.md). The event loop goes on
// turning: nothing else waits for it.

/** Milliseconds for which a packet is looked for: some round trips of a local network. */
export const busyPollingTime = 0.5

export interface BusyPollingInit {
  /** Milliseconds on a clock that never goes back. */
  now(): number
  /** How many this machine has. */
  cores(): number
  /** Does something in the next turn of the event loop, which does not wait before it. */
  soon(deed: () => void): void
}

/**
 * What `Context.expectPacket` does. It looks only if the last packet was there within `busyPollingTime` after it was expected: with a peer
 * that is far away it costs nothing. Nor does it look where there is one core, which the peer may need.
 */
export function busyPolling({ now, cores, soon }: BusyPollingInit): () => void {
  let expected = Number.NEGATIVE_INFINITY
  let until = 0
  let looking = false
  let worthwhile: boolean | undefined
  const look = (): void => {
    looking = now() < until
    if (looking) soon(look)
  }
  return () => {
    const time = now()
    const near = time - expected <= busyPollingTime
    expected = time
    if (!near) return
    worthwhile ??= cores() > 1
    if (!worthwhile) return
    until = time + busyPollingTime
    if (looking) return
    looking = true
    soon(look)
  }
}
