// Those who share a registration: each is told the state and what happens to it, and some end where others go on.

import type { Response } from '../../handler/response.ts'
import type { EndedEvent, ObservationEvent } from './event.ts'

/** Who is told. */
export interface Observer {
  /** It goes on when the registration has to be renewed; else it ends then. */
  readonly durable: boolean
  /** So many notifications are kept for it until they are read. */
  readonly unread: number
  told(event: ObservationEvent): void
}

export class Audience {
  readonly #observers = new Set<Observer>()
  /** Those of them who have not been told any state. */
  readonly #newcomers = new Set<Observer>()

  get isEmpty(): boolean {
    return this.#observers.size === 0
  }

  /** Some of them go on when the registration has to be renewed. */
  get lasts(): boolean {
    return [...this.#observers].some(({ durable }) => durable)
  }

  /** `state` is what it is told at once. */
  add(observer: Observer, state: Response | undefined): void {
    this.#observers.add(observer)
    if (state === undefined) this.#newcomers.add(observer)
    else observer.told({ type: 'notification', response: state, dropped: 0 })
  }

  remove(observer: Observer): void {
    this.#observers.delete(observer)
    this.#newcomers.delete(observer)
  }

  tell(event: ObservationEvent): void {
    for (const observer of [...this.#observers]) observer.told(event)
  }

  /** A state; one that is not new is told to those only who know none. */
  inform(response: Response, isNew: boolean): void {
    const observers = [...(isNew ? this.#observers : this.#newcomers)]
    this.#newcomers.clear()
    for (const observer of observers) observer.told({ type: 'notification', response, dropped: 0 })
  }

  /** Ends it for all, for those who do not last, or for those who know no state yet; `last` is told before. */
  dismiss(which: 'all' | 'brief' | 'newcomers', end: EndedEvent, last?: Response): void {
    for (const observer of [...(which === 'newcomers' ? this.#newcomers : this.#observers)]) {
      if (which === 'brief' && observer.durable) continue
      this.remove(observer)
      if (last !== undefined) observer.told({ type: 'notification', response: last, dropped: 0 })
      observer.told(end)
    }
  }
}
