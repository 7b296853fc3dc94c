// An observation whose client is told only of some states, or only now and then: its `Condition` says when.

import { Timer } from '../../context/timer.ts'
import type { Condition } from '../../handler/response.ts'
import type { Message } from '../../message/message.ts'
import { Observation, type ObservationInit } from './observation.ts'

export class ConditionalObservation extends Observation {
  readonly #condition: Condition
  readonly #timer: Timer = new Timer(() => this.#due())
  /** A state is to be sent. */
  #wanted = false
  /** When the state that is there will be told of, unless there is another one by then. */
  #later = Number.POSITIVE_INFINITY

  constructor(init: ObservationInit, condition: Condition) {
    super(init)
    this.#condition = condition
    this.#wait()
  }

  override get isBehind(): boolean {
    return this.#wanted
  }

  override consider(): boolean {
    const { latest, keeper } = this.group
    if (latest === undefined) return false
    const now = keeper.now()
    const due = latest.ok ? this.#condition.due(latest, now) : now
    this.#wanted = due <= now
    this.#later = this.#wanted ? Number.POSITIVE_INFINITY : due
    this.#wait()
    return super.consider()
  }

  override departing(): Message {
    const { latest, keeper } = this.group
    this.#wanted = false
    this.#later = Number.POSITIVE_INFINITY
    if (latest !== undefined) this.#condition.reported(latest, keeper.now())
    this.#wait()
    return super.departing()
  }

  override end(): boolean {
    this.group.keeper.disarm(this.#timer)
    return super.end()
  }

  #wait(): void {
    const { keeper } = this.group
    // While a state waits to leave, nobody need be asked for another one.
    const next = this.#wanted ? Number.POSITIVE_INFINITY : Math.min(this.#later, this.#condition.askBy)
    if (next === Number.POSITIVE_INFINITY) keeper.disarm(this.#timer)
    else keeper.arm(this.#timer, next - keeper.now())
  }

  #due(): void {
    if (this.#later <= this.group.keeper.now()) this.consider()
    else this.group.ask()
  }
}
