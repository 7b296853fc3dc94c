// A Context for tests: a clock that the test turns, randomness that a seed repeats, and the trace kept to look at.

import type { Context } from '../context/context.ts'
import { silentTrace, type Trace, type TraceName } from '../context/trace.ts'
import { TurnedClock, type TurnedClockOptions } from './clock.ts'
import { SeededRandom } from './random.ts'

export interface TestContextOptions extends TurnedClockOptions {
  /** Keep what is traced in `events`. Default false. */
  readonly trace?: boolean
  /** What the wall clock says when the turned clock says 0, in milliseconds since 1970. Default: the year 2026 begins. */
  readonly date?: number
}

export interface TestContext extends Context {
  readonly clock: TurnedClock
  /** Print it when the test fails: it repeats the run. */
  readonly seed: number
  /** What was traced, in order; empty without `trace`. */
  readonly events: readonly TraceEvent[]
}

export interface TraceEvent {
  /** On the turned clock. */
  readonly time: number
  readonly name: TraceName
  readonly event: Readonly<Record<string, unknown>>
}

export function createContext(seed: number, options: TestContextOptions = {}): TestContext {
  const date = options.date ?? 1_767_225_600_000
  const clock = new TurnedClock(options)
  const random = new SeededRandom(seed)
  const events: TraceEvent[] = []
  const trace: Trace = { enabled: true, tell: (name, event) => events.push({ time: clock.now(), name, event }) }
  return {
    clock,
    seed,
    events,
    now: clock.now,
    wallClock: () => date + clock.now(),
    timers: clock.timers,
    random: (into) => random.fill(into),
    trace: options.trace ? trace : silentTrace,
  }
}
