// An observation as its reader sees it (RFC 7641 3): the first response, and then a response for each change; or, for who wants to know
// more, events.

import type { Response } from '../../handler/response.ts'
import type { Wait } from '../wait.ts'
import type { Observer } from './audience.ts'
import type { EndedEvent, ObservationEvent } from './event.ts'
import { UnreadEvents } from './unread-events.ts'

export interface ObservationInit {
  readonly durable: boolean
  /** So many notifications are kept until they are read. */
  readonly unread: number
  /** Somebody waits from now on. */
  readonly begin: () => Wait
  /** Registers; returns what ends that. Throws a `UsageError` for what cannot be observed. */
  readonly join: (observer: Observer) => () => void
}

type Step<T> = IteratorResult<T, undefined>

/**
 * Read it in one of two ways: itself, for responses, or its `events()`. How it ends:
 * - the reader has enough (`break`, `close()`): the server is told, and reading ends;
 * - the server ends it: its last response is an error (`ok` is false) or, if it does not observe, the first one; after it reading ends;
 * - the first request fails, the signal is aborted, or it is not durable and the peer is lost: reading rejects with the error.
 */
export class Observation implements AsyncIterableIterator<Response, undefined>, AsyncDisposable {
  readonly #init: ObservationInit
  readonly #unread: UnreadEvents
  #state: 'new' | 'observing' | 'ended' | 'read' = 'new'
  #wait: Wait | undefined = undefined
  #leave: (() => void) | undefined = undefined

  /** Made by `Client.observe`. */
  constructor(init: ObservationInit) {
    this.#init = init
    this.#unread = new UnreadEvents(init.unread)
  }

  /** Notifications that newer ones have replaced before they were read. */
  get dropped(): number {
    return this.#unread.dropped
  }

  /** Ask for one at a time. */
  async next(): Promise<Step<Response>> {
    for (;;) {
      const event = await this.#next()
      if (event?.type === 'notification') return { done: false, value: event.response }
      if (event?.type === 'ended' && event.reason === 'failed') throw event.error
      if (event === undefined || event.type === 'ended') return done
    }
  }

  /**
   * What happens to it, in place of responses alone: its states, and what becomes of the registration. The last one is `ended`, and it
   * says why: nothing is thrown but a `UsageError` for what cannot be observed.
   */
  events(): AsyncIterableIterator<ObservationEvent, undefined> {
    const events = {
      next: async (): Promise<Step<ObservationEvent>> => {
        const event = await this.#next()
        return event === undefined ? done : { done: false, value: event }
      },
      return: async (): Promise<Step<ObservationEvent>> => {
        await this.return()
        return done
      },
      [Symbol.asyncIterator]: (): AsyncIterableIterator<ObservationEvent, undefined> => events,
    }
    return events
  }

  /** Ends it: the server is told that nobody observes any more. */
  async close(): Promise<void> {
    this.#unread.clear()
    if (this.#state === 'observing') this.#end({ type: 'ended', reason: 'closed' })
    else this.#state = 'read'
  }

  async return(): Promise<Step<Response>> {
    await this.close()
    this.#state = 'read'
    return done
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  /** Undefined: the last one has been read. */
  async #next(): Promise<ObservationEvent | undefined> {
    if (this.#state === 'read') return undefined
    if (this.#state === 'new') this.#begin()
    const event = await this.#unread.next()
    if (event.type === 'ended') this.#state = 'read'
    return event
  }

  #begin(): void {
    this.#state = 'read' // if it cannot begin
    const wait = this.#init.begin()
    this.#wait = wait
    this.#state = 'observing'
    const { signal } = wait
    const abort = (): void => this.#end({ type: 'ended', reason: 'failed', error: signal.reason })
    if (signal.aborted) {
      abort()
      return
    }
    signal.addEventListener('abort', abort)
    try {
      const leave = this.#init.join({
        durable: this.#init.durable,
        unread: this.#init.unread,
        told: (event) => this.#told(event),
      })
      this.#leave = leave
    } catch (error) {
      this.#state = 'read'
      wait.end()
      throw error
    }
  }

  #told(event: ObservationEvent): void {
    if (this.#state !== 'observing') return
    if (event.type === 'ended') this.#end(event)
    else this.#unread.push(event)
    if (event.type === 'notification') this.#wait?.extend()
  }

  #end(event: EndedEvent): void {
    if (this.#state !== 'observing') return
    this.#state = 'ended'
    this.#leave?.()
    this.#leave = undefined
    this.#wait?.end()
    this.#wait = undefined
    this.#unread.push(event)
  }
}

const done: Step<never> = { done: true, value: undefined }
