// Notifications that begin with a block are read to their end before they are handed on (RFC 7959 2.6).

import type { Response } from '../../handler/response.ts'

type Step = IteratorResult<Response, undefined>

export class AssembledNotifications implements AsyncIterableIterator<Response, undefined> {
  readonly #notifications: AsyncIterator<Response>
  readonly #assemble: (notification: Response) => Response | Promise<Response>

  constructor(
    notifications: AsyncIterable<Response>,
    assemble: (notification: Response) => Response | Promise<Response>,
  ) {
    this.#notifications = notifications[Symbol.asyncIterator]()
    this.#assemble = assemble
  }

  async next(): Promise<Step> {
    const step = await this.#notifications.next()
    return step.done === true ? done : { done: false, value: await this.#assemble(step.value) }
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
