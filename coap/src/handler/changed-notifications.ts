// Notifications with which a layer does something before they are handed on: what it does to each may take its time.

import type { Response } from './response.ts'

type Step = IteratorResult<Response, undefined>

export class ChangedNotifications implements AsyncIterableIterator<Response, undefined> {
  readonly #notifications: AsyncIterator<Response>
  readonly #change: (notification: Response) => Response | Promise<Response>

  constructor(
    notifications: AsyncIterable<Response>,
    change: (notification: Response) => Response | Promise<Response>,
  ) {
    this.#notifications = notifications[Symbol.asyncIterator]()
    this.#change = change
  }

  async next(): Promise<Step> {
    const step = await this.#notifications.next()
    return step.done === true ? done : { done: false, value: await this.#change(step.value) }
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
