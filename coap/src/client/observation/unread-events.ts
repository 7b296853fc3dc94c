// The events of one observation until they are read: of states the newest, or as many as the reader wants; of everything else the newest
// of its kind. So what is kept is bounded, and nobody who reads is told what is long out of date.

import type { NotificationEvent, ObservationEvent } from './event.ts'

export class UnreadEvents {
  /** Notifications that came and were never read. */
  dropped = 0
  readonly #most: number
  readonly #events: ObservationEvent[] = []
  #notifications = 0
  #reader: ((event: ObservationEvent) => void) | undefined = undefined

  /** `most` unread notifications are kept. */
  constructor(most: number) {
    this.#most = most
  }

  push(event: ObservationEvent): void {
    const reader = this.#reader
    this.#reader = undefined
    if (reader !== undefined) {
      reader(event)
      return
    }
    if (event.type === 'notification') this.#notifications++
    else this.#forget(event.type)
    this.#events.push(event)
    if (this.#notifications > this.#most) this.#drop()
  }

  /** One reader at a time. */
  next(): Promise<ObservationEvent> {
    const event = this.#events.shift()
    if (event?.type === 'notification') this.#notifications--
    return event === undefined
      ? new Promise((resolve) => {
          this.#reader = resolve
        })
      : Promise.resolve(event)
  }

  /** What is unread will not be read. */
  clear(): void {
    this.#events.length = 0
    this.#notifications = 0
  }

  #forget(type: ObservationEvent['type']): void {
    const at = this.#events.findIndex((event) => event.type === type)
    if (at >= 0) this.#events.splice(at, 1)
  }

  /** The oldest; the one after it says so. */
  #drop(): void {
    const at = this.#events.findIndex(isNotification)
    const [dropped] = this.#events.splice(at, 1) as [NotificationEvent]
    this.#notifications--
    this.dropped++
    const next = this.#events.findIndex(isNotification)
    const follower = this.#events[next] as NotificationEvent
    this.#events[next] = { ...follower, dropped: follower.dropped + dropped.dropped + 1 }
  }
}

function isNotification({ type }: ObservationEvent): boolean {
  return type === 'notification'
}
