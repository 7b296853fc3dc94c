// Node's clock, randomness, timers and diagnostics channels as a Context.

import { channel } from 'node:diagnostics_channel'
import { closeSync, openSync, readSync } from 'node:fs'
import type { Context } from '../context/context.ts'
import { TimerWheel } from '../context/timer-wheel.ts'
import { type Trace, traceNames } from '../context/trace.ts'
import { busyPolling } from './busy-polling.ts'

/** A context of its own for each endpoint. Its timers do not keep the process alive: `hold` of the platform does. */
export function nodeContext(): Context {
  let alarm: NodeJS.Timeout | undefined
  const timers: TimerWheel = new TimerWheel(now, (delay) => {
    clearTimeout(alarm)
    alarm = setTimeout(() => timers.turn(), delay)
    alarm.unref()
  })
  return { now, wallClock: () => Date.now(), random, timers, trace: channels, expectPacket }
}

/** As quick as `performance.now`, which is loaded only when somebody asks for it. */
function now(): number {
  const [seconds, nanoseconds] = process.hrtime()
  return seconds * 1000 + nanoseconds / 1e6
}

/** The event loop is one for all contexts. */
const expectPacket = busyPolling({
  now: () => performance.now(),
  cores: () => process.getBuiltinModule('node:os').cpus().length, // those that this process may run on say nothing of its peer
  soon: setImmediate,
})

/** Bytes drawn at once: a call to the system for each message would cost 8 µs. */
const pool = new Uint8Array(4096)
let used = pool.length

function random(into: Uint8Array): void {
  if (into.length > pool.length) {
    draw(into)
    return
  }
  if (used + into.length > pool.length) {
    draw(pool)
    used = 0
  }
  for (let at = 0; at < into.length; at++) {
    into[at] = pool[used] as number
    pool[used++] = 0 // given away: nobody finds it here later
  }
}

/** From the system itself where that is a file: to load node:crypto takes a third of the time in which Node starts. */
function draw(into: Uint8Array): void {
  let file: number
  try {
    file = openSync('/dev/urandom', 'r')
  } catch {
    process.getBuiltinModule('node:crypto').randomFillSync(into)
    return
  }
  for (let at = 0; at < into.length; ) at += readSync(file, into.subarray(at))
  closeSync(file)
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
