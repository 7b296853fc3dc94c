// Node's clock, randomness, timers and diagnostics channels as a Context.

import { randomFillSync } from 'node:crypto'
import { channel } from 'node:diagnostics_channel'
import type { Context } from '../context/context.ts'
import { TimerWheel } from '../context/timer-wheel.ts'
import { type Trace, traceNames } from '../context/trace.ts'

/** A context of its own for each endpoint. Its timers do not keep the process alive: `hold` of the platform does. */
export function nodeContext(): Context {
  const now = (): number => performance.now()
  let alarm: NodeJS.Timeout | undefined
  const timers: TimerWheel = new TimerWheel(now, (delay) => {
    clearTimeout(alarm)
    alarm = setTimeout(() => timers.turn(), delay)
    alarm.unref()
  })
  return { now, wallClock: () => Date.now(), random, timers, trace: channels }
}

/** Bytes drawn at once: a call to the system for each message would cost 8 µs. */
const pool = new Uint8Array(4096)
let used = pool.length

function random(into: Uint8Array): void {
  if (into.length > pool.length) {
    randomFillSync(into)
    return
  }
  if (used + into.length > pool.length) {
    randomFillSync(pool)
    used = 0
  }
  for (let at = 0; at < into.length; at++) {
    into[at] = pool[used] as number
    pool[used++] = 0 // given away: nobody finds it here later
  }
}

const byName = new Map(traceNames.map((name) => [name, channel(name)]))
const all = [...byName.values()]

/** Each name is a `diagnostics_channel`. */
const channels: Trace = {
  get enabled() {
    for (const each of all) if (each.hasSubscribers) return true
    return false
  },
  tell(name, event) {
    byName.get(name)?.publish(event)
  },
}
