// Notifications, each of which brings what is stored up to date before it is handed on (RFC 7641 3.3).

import type { Response } from '../../handler/response.ts'

type Step = IteratorResult<Response, undefined>

export class CachedNotifications implements AsyncIterableIterator<Response, undefined> {
  readonly #notifications: AsyncIterator<Response>
  readonly #take: (notification: Response) => Response

  constructor(notifications: AsyncIterable<Response>, take: (notification: Response) => Response) {
    this.#notifications = notifications[Symbol.asyncIterator]()
    this.#take = take
  }

  async next(): Promise<Step> {
    const step = await this.#notifications.next()
    return step.done === true ? done : { done: false, value: this.#take(step.value) }
  }

  async return(): Promise<Step> {
    await this.#notifications.return?.()
    return done
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

const done: Step = { done: true, value: undefined }
