// An observation as its reader sees it (RFC 7641 3): the first response, and then a response for each change. Who reads slowly gets the
// newest only: what is stale is not kept.

import type { Signal } from '../context/signal.ts'
import type { Response } from '../handler/response.ts'
import type { Wait } from './wait.ts'

type Step = IteratorResult<Response, undefined>

/**
 * How it ends:
 * - the reader has enough (`break`, `close()`): the server is told, and reading ends;
 * - the server ends it: its last response is an error (`ok` is false) or, if it does not observe, the first one; after it reading ends;
 * - the request fails, the signal is aborted, or the peer is lost: reading rejects with the error.
 */
export class Observation implements AsyncIterableIterator<Response, undefined>, AsyncDisposable {
  readonly #begin: () => Wait
  readonly #ask: (signal: Signal) => Promise<Response>
  #wait: Wait | undefined = undefined
  #notifications: AsyncIterator<Response> | undefined = undefined
  #state: 'new' | 'asking' | 'observing' | 'ended' = 'new'

  /** Made by `Client.observe`. */
  constructor(begin: () => Wait, ask: (signal: Signal) => Promise<Response>) {
    this.#begin = begin
    this.#ask = ask
  }

  /** Ask for one at a time. */
  async next(): Promise<Step> {
    if (this.#state === 'ended') return done
    try {
      const response = this.#state === 'new' ? await this.#first() : await this.#following()
      if (response !== undefined) return { done: false, value: response }
      this.#end()
      return done
    } catch (error) {
      this.#end()
      if (error === enough) return done
      throw error
    }
  }

  /** Ends it: the server is told that nobody observes any more. */
  async close(): Promise<void> {
    this.#wait?.abort(enough)
    this.#end()
  }

  async return(): Promise<Step> {
    await this.close()
    return done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #first(): Promise<Response> {
    this.#state = 'asking'
    const wait = this.#begin()
    this.#wait = wait
    const response = await this.#ask(wait.signal)
    if (wait.signal.aborted) throw wait.signal.reason // since the response came
    wait.extend()
    this.#notifications = response.notifications?.[Symbol.asyncIterator]()
    this.#state = 'observing'
    return response
  }

  async #following(): Promise<Response | undefined> {
    const step = await this.#notifications?.next()
    return step?.done === false ? step.value : undefined
  }

  #end(): void {
    this.#state = 'ended'
    this.#wait?.end()
    this.#wait = undefined
    this.#notifications = undefined
  }
}

/** Why the reader's own end ends the request. */
const enough = new Error('the observation was closed')
const done: Step = { done: true, value: undefined }
