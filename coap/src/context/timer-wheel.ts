// All timers of an endpoint on one clock: a hierarchical timer wheel (Varghese and Lauck, scheme 7). Arming and cancelling
// cost the same however many timers there are, allocate nothing, and need one timer of the platform altogether.

import { UsageError } from '../errors.ts'
import { Timer, type Timers } from './timer.ts'

/** The longest delay that a timer takes, in milliseconds: 557 years. */
export const longestDelay: number = 2 ** 44

/**
 * Keeps timers and fires them, never early, in order of their deadlines and then of arming. Deadlines are whole milliseconds,
 * rounded up. The platform calls `turn` when the delay that it was last given by `wake` has passed; a call too many or too
 * late does no harm: timers that are overdue (the machine slept) fire once.
 */
export class TimerWheel implements Timers {
  readonly #now: () => number
  readonly #wake: (delay: number) => void
  /** Level by level; a slot of a level spans as much time as the whole level below it. */
  readonly #slots: readonly Slot[]
  /** A bit for each slot that has timers, a word for each level. */
  readonly #occupied = new Int32Array(levels)
  /** What this turn has still to fire. It belongs to no slot: its bit is none. */
  readonly #due = new Slot(0, 0, 0)
  /** The wheel has been turned to here: no timer in a slot has an earlier deadline. */
  #tick: number
  /** When `turn` will be called, Infinity without need. At no time is a slot reached before it. */
  #wakeAt = Number.POSITIVE_INFINITY

  /**
   * `now` is the clock in milliseconds. `wake` asks for a call of `turn` in so many whole milliseconds, 2^31 - 1 at most (what
   * setTimeout takes), and replaces what it asked for before. It is called only when something is due earlier than that.
   */
  constructor(now: () => number, wake: (delay: number) => void) {
    this.#now = now
    this.#wake = wake
    this.#tick = Math.floor(now())
    this.#slots = Array.from({ length: levels * slotsPerLevel }, (_, at) => {
      const index = at % slotsPerLevel
      return new Slot(Math.floor(at / slotsPerLevel), index, 1 << index)
    })
  }

  /** A negative delay is none. A timer armed while timers fire does not fire before the next turn. */
  arm(timer: Timer, delay: number): void {
    if (!(delay <= longestDelay)) throw new UsageError(`a timer waits for at most ${longestDelay} ms, not ${delay}`)
    if (timer.deadline !== undefined) this.#unlink(timer)
    const now = this.#now()
    // Nothing lies between here and the next wake-up: the wheel may turn without looking.
    if (now < this.#wakeAt) this.#tick = Math.max(this.#tick, Math.floor(now))
    timer.deadline = Math.max(this.#tick, Math.ceil(now + Math.max(delay, 0)))
    const slot = this.#slotOf(timer.deadline)
    this.#append(timer, slot)
    const start = this.#start(slot)
    if (start < this.#wakeAt) this.#wakeAtTime(start, now)
  }

  cancel(timer: Timer): void {
    if (timer.deadline === undefined) return
    this.#unlink(timer)
    timer.deadline = undefined
  }

  /**
   * Fires what is due. A timer that throws keeps no other from firing: the error is thrown at the end of the turn, several
   * of them as one AggregateError.
   */
  turn(): void {
    this.#wakeAt = Number.NEGATIVE_INFINITY // whoever arms a timer now need not wake us
    this.#collect(Math.floor(this.#now()))
    const errors = this.#fire()
    this.#wakeAt = Number.POSITIVE_INFINITY
    const first = this.#first()
    if (first !== undefined) this.#wakeAtTime(this.#start(first), this.#now())
    if (errors.length > 1) throw new AggregateError(errors, `${errors.length} timers failed in one turn`)
    if (errors.length === 1) throw errors[0]
  }

  /** The earliest deadline; undefined without timers. Looks at all timers of one slot: for tests and for people. */
  get next(): number | undefined {
    if (this.#due.next !== this.#due) return this.#due.next.deadline
    const slot = this.#first()
    if (slot === undefined) return undefined
    let earliest = Number.POSITIVE_INFINITY
    for (let timer = slot.next; timer !== slot; timer = timer.next as Timer) {
      earliest = Math.min(earliest, timer.deadline as number)
    }
    return earliest
  }

  #wakeAtTime(time: number, now: number): void {
    this.#wakeAt = time
    this.#wake(Math.min(Math.max(Math.ceil(time - now), 0), longestWake))
  }

  /** Turns the wheel to a time: what is due by then is lined up, what comes near moves to finer levels. */
  #collect(until: number): void {
    for (let slot = this.#first(); slot !== undefined; slot = this.#first()) {
      const start = this.#start(slot)
      if (start > until) break
      this.#tick = start
      while (slot.next !== slot) {
        const timer = slot.next
        this.#unlink(timer)
        this.#append(timer, slot.level === 0 ? this.#due : this.#slotOf(timer.deadline as number))
      }
    }
    this.#tick = Math.max(this.#tick, until)
  }

  #fire(): unknown[] {
    const errors: unknown[] = []
    while (this.#due.next !== this.#due) {
      const timer = this.#due.next
      this.cancel(timer)
      try {
        timer.fire()
      } catch (error) {
        errors.push(error)
      }
    }
    return errors
  }

  /**
   * The slot for a deadline as seen from now: its level is the highest digit, to the base of slotsPerLevel, in which the two
   * differ. It depends on nothing else, so timers with one deadline always share a slot and keep their order.
   */
  #slotOf(deadline: number): Slot {
    let level = 0
    let span = 1
    while (level < levels - 1 && !sameSpan(deadline, this.#tick, span * slotsPerLevel)) {
      level++
      span *= slotsPerLevel
    }
    return this.#slots[level * slotsPerLevel + digit(deadline, span)] as Slot
  }

  /** The earliest slot with timers. Whatever is in a finer level is earlier than all of a coarser one. */
  #first(): Slot | undefined {
    for (let level = 0, span = 1; level < levels; level++, span *= slotsPerLevel) {
      const occupied = this.#occupied[level] as number
      if (occupied === 0) continue
      const from = digit(this.#tick, span)
      const ahead = (occupied >>> from) | (occupied << (slotsPerLevel - from))
      const steps = 31 - Math.clz32(ahead & -ahead)
      return this.#slots[level * slotsPerLevel + ((from + steps) & lastSlot)]
    }
    return undefined
  }

  /** When the slot is reached next. */
  #start(slot: Slot): number {
    const span = slotsPerLevel ** slot.level
    const steps = (slot.index - digit(this.#tick, span)) & lastSlot
    return steps === 0 ? this.#tick : (Math.floor(this.#tick / span) + steps) * span
  }

  #append(timer: Timer, slot: Slot): void {
    const last = slot.previous
    timer.previous = last
    timer.next = slot
    last.next = timer
    slot.previous = timer
    this.#occupied[slot.level] = (this.#occupied[slot.level] as number) | slot.bit
  }

  #unlink(timer: Timer): void {
    const next = timer.next as Timer // both are there as long as it is armed
    const previous = timer.previous as Timer
    previous.next = next
    next.previous = previous
    timer.next = undefined
    timer.previous = undefined
    if (next !== previous) return
    const slot = next as Slot // the only neighbour that one can have on both sides, of a list that is empty now
    this.#occupied[slot.level] = (this.#occupied[slot.level] as number) & ~slot.bit
  }
}

const slotsPerLevel = 32 // as many as a word has bits
const lastSlot = slotsPerLevel - 1
const levels = 9 // 32^9 ms, of which any timer waits for less than a half
const longestWake = 2 ** 31 - 1

/** The head of a ring of timers. */
class Slot extends Timer {
  override next: Timer = this
  override previous: Timer = this
  readonly level: number
  readonly index: number
  readonly bit: number

  constructor(level: number, index: number, bit: number) {
    super(() => {})
    this.level = level
    this.index = index
    this.bit = bit
  }
}

function sameSpan(one: number, other: number, span: number): boolean {
  return Math.floor(one / span) === Math.floor(other / span)
}

function digit(time: number, span: number): number {
  return Math.floor(time / span) & lastSlot
}
