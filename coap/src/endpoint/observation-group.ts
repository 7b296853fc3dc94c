// Observers of one subject that would get the same response: the innermost handler is asked once for all of them.

import { Timer } from '../context/timer.ts'
import { after, type Handler } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import type { Response } from '../handler/response.ts'
import type { Subject } from '../handler/subject.ts'
import type { Observation } from './observation.ts'
import type { Observations } from './observations.ts'

export interface ObservationGroupInit {
  readonly observations: Observations
  readonly subject: Subject
  /** What these observers have in common. */
  readonly key: string
  readonly again: Handler
  /** One of the observers' requests, which stands for all. */
  readonly request: Request
  readonly sequence: number
}

export class ObservationGroup extends Timer {
  readonly observations: Observations
  readonly subject: Subject
  readonly key: string
  readonly observers: Set<Observation> = new Set()
  readonly #again: Handler
  readonly #request: Request
  /** The state to send; undefined until something has changed. */
  latest: Response | undefined = undefined
  /** The sequence number of the state (RFC 7641 4.4). */
  sequence: number
  #asking = false
  #changed = false

  constructor(init: ObservationGroupInit) {
    super()
    this.observations = init.observations
    this.subject = init.subject
    this.key = init.key
    this.#again = init.again
    this.#request = init.request
    this.sequence = init.sequence
  }

  /** Changes of one turn are one change: the handler is asked when the turn is over. */
  changed(): void {
    if (!this.armed) this.observations.arm(this)
  }

  override fire(): void {
    this.#changed = true
    if (this.#asking) return
    while (this.#changed && !this.#asking) {
      this.#changed = false
      this.#ask()
    }
  }

  /** A new state, for all observers. */
  publish(response: Response): void {
    this.sequence = this.observations.nextSequence()
    this.latest = response
    for (const observer of this.observers) observer.notify()
  }

  #ask(): void {
    this.#asking = true
    const done = (response: Response): Response => {
      this.#asking = false
      if (this.observers.size > 0) this.publish(response)
      return response
    }
    const failed = (error: unknown): void => {
      this.#asking = false
      this.publish(this.observations.failure(error))
    }
    try {
      const result = after(this.#again(this.#request), done)
      if (result instanceof Promise) {
        result.then(() => {
          if (this.#changed) this.fire()
        }, failed)
      }
    } catch (error) {
      failed(error)
    }
  }
}
