// The client's cache (RFC 7252 5.6): a fresh response is given without asking, one that is not fresh is validated by its ETag, and what
// is known to have changed is asked for again. It never gives what is not fresh, and says how old it is what it gives.

import { equalBytes, includesBytes } from '../bytes/equal.ts'
import type { Context } from '../context/context.ts'
import { UsageError } from '../errors.ts'
import { ChangedNotifications } from '../handler/changed-notifications.ts'
import type { Handler, Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { Code, codeClass, isSafe } from '../message/code.ts'
import {
  Block1,
  Block2,
  ETag,
  IfMatch,
  IfNoneMatch,
  LocationPath,
  LocationQuery,
  QBlock1,
  QBlock2,
} from '../message/option.ts'
import { Flights } from './cache/flights.ts'
import { CacheKeys, place, placeOf } from './cache/key.ts'
import { Store } from './cache/store.ts'
import { StoredResponse } from './cache/stored-response.ts'

export interface CacheOptions {
  /** The most bytes that it takes, about; what has not been used for longest goes first. Default 8 MiB. */
  readonly bytes?: number
  /** Whether errors are stored too, for their Max-Age (RFC 7252 5.9.2, 5.9.3). Default true. */
  readonly errors?: boolean
}

export const cacheDefaults: Required<CacheOptions> = { bytes: 8 * 1024 * 1024, errors: true }

/**
 * `new Client({ layers: [cache()] })`: answers GET and FETCH from what is stored where that is fresh. `response.age` tells what comes from
 * there. Each client has a store of its own, since who asks has a say in what is answered (RFC 7252 11.2).
 */
export function cache(options: CacheOptions = {}): Layer {
  const { bytes, errors } = { ...cacheDefaults, ...options }
  if (!Number.isFinite(bytes) || bytes < 0) throw new UsageError(`bytes is a number of bytes, 0 or more, not ${bytes}`)
  return (next, context) => {
    const client = new CachingClient(next, context, new Store(bytes), errors)
    return (request) => client.ask(request)
  }
}

/** A request that is asked through the cache. */
interface Asked {
  readonly request: Request
  readonly key: string
  readonly place: string
  /** ETags of the caller, who has those representations. */
  readonly tags: readonly Uint8Array[]
  /** Stored representations whose ETags the request offers. */
  readonly offered: readonly StoredResponse[]
}

class CachingClient {
  readonly #next: Handler
  readonly #context: Context
  readonly #store: Store
  readonly #errors: boolean
  readonly #keys = new CacheKeys()
  readonly #flights = new Flights()

  constructor(next: Handler, context: Context, store: Store, errors: boolean) {
    this.#next = next
    this.#context = context
    this.#store = store
    this.#errors = errors
  }

  ask(request: Request): Response | Promise<Response> {
    if (!isSafe(request.code)) return this.#change(request)
    if (isApart(request)) return this.#next(request)
    const key = this.#keys.of(request)
    if (key === undefined) return this.#next(request)
    const slot = this.#store.get(key)
    const { options } = request
    const tags = options.isEmpty ? none : options.getAll(ETag)
    const current = slot?.current
    if (slot !== undefined && current !== undefined && !request.observes) {
      const now = this.#context.now()
      if (current.isFresh(now)) {
        this.#store.use(slot)
        return current.give(now, request.uri, tags)
      }
    }
    return this.#fetch({ request, key, place: placeOf(request) ?? key, tags, offered: slot?.tagged ?? [] })
  }

  /** Asks, with the ETags of what is stored (RFC 7252 5.6.2, RFC 7641 3.3.2). */
  #fetch(asked: Asked): Response | Promise<Response> {
    const { request, place, tags, offered } = asked
    let sent = request
    const more = offered.flatMap(({ tag }) => (tag === undefined || includesBytes(tags, tag) ? [] : [tag]))
    if (more.length > 0) sent = request.with({ options: request.options.clone().set(ETag, [...tags, ...more]) })
    const hasChanged = this.#flights.begin(place)
    let result: Response | Promise<Response>
    try {
      result = this.#next(sent)
    } catch (error) {
      hasChanged()
      throw error
    }
    const answered = (response: Response): Response | Promise<Response> => {
      const taken = this.#take(asked, response, hasChanged())
      if (taken === undefined) return this.#again(asked, response)
      const { notifications } = response
      if (notifications === undefined) return taken
      return taken.with({
        notifications: new ChangedNotifications(notifications, (each) => this.#notified(asked, each)),
      })
    }
    if (result instanceof Response) return answered(result)
    return result.then(answered, (error: unknown) => {
      hasChanged()
      throw error
    })
  }

  /** What the caller is given for a response; undefined for a 2.03 that stands for nothing that is here. */
  #take({ request, key, place, tags, offered }: Asked, response: Response, changed: boolean): Response | undefined {
    const now = this.#context.now()
    if (response.code === Code.Valid) {
      const tag = response.options.get(ETag)
      const stored = tag && offered.find((each) => equalBytes(each.tag, tag))
      const isCallers = tag !== undefined && includesBytes(tags, tag)
      if (stored?.isOfSame(response.peer) !== true) {
        this.#outdate(key)
        return isCallers || offered.length === 0 ? response : undefined
      }
      const refreshed = stored.refreshed(response, now)
      if (changed) refreshed.outdate()
      this.#store.put(key, place, refreshed)
      return isCallers ? response : refreshed.inPlaceOf(response)
    }
    this.#outdate(key) // there is a newer one
    const isForIt = response.uri === undefined || response.uri === request.uri // not another member of a group
    if (!changed && !response.streams && isForIt && this.#isCacheable(response)) {
      const stored = new StoredResponse(response, now)
      if (stored.isUseful) this.#store.put(key, place, stored)
    }
    return response
  }

  #notified(asked: Asked, notification: Response): Response {
    // A 2.03 for nothing that is here is handed on as it came.
    return this.#take(asked, notification, false) ?? notification
  }

  /** Without the ETags of what is stored: the 2.03 was for none of them, or from somebody else. */
  async #again(asked: Asked, { notifications }: Response): Promise<Response> {
    await notifications?.[Symbol.asyncIterator]().return?.()
    return this.#fetch({ ...asked, offered: [] })
  }

  /** A request that may change something: what is stored of it is not fresh any more, unless it was refused (RFC 7252 5.9.1). */
  #change(request: Request): Response | Promise<Response> {
    const answered = (response: Response): Response => {
      if (codeClass(response.code) !== 4) this.#changed(request, response)
      return response
    }
    const failed = (error: unknown): never => {
      this.#changed(request) // or not: nobody knows
      throw error
    }
    let result: Response | Promise<Response>
    try {
      result = this.#next(request)
    } catch (error) {
      return failed(error)
    }
    return result instanceof Response ? answered(result) : result.then(answered, failed)
  }

  #changed(request: Request, response?: Response): void {
    const target = placeOf(request)
    if (target !== undefined) this.#outdatePlace(target)
    if (response === undefined || request.uri === undefined) return
    const { options } = response
    if (!options.has(LocationPath) && !options.has(LocationQuery)) return
    this.#outdatePlace(place(request.uri, options.getAll(LocationPath)))
  }

  #outdatePlace(place: string): void {
    this.#store.outdate(place)
    this.#flights.changed(place)
  }

  #outdate(key: string): void {
    this.#store.get(key)?.current?.outdate()
  }

  /** 2.05 and all errors (RFC 7252 5.9). */
  #isCacheable({ code }: Response): boolean {
    const kind = codeClass(code)
    return code === Code.Content || (this.#errors && (kind === 4 || kind === 5))
  }
}

const none: readonly Uint8Array[] = []

/** It is neither answered from what is stored nor stored: it is about a part, has conditions, goes to many, or nobody waits for it. */
function isApart({ options, multicast, transfer, body, abortable }: Request): boolean {
  if (multicast || transfer?.range !== undefined || body.whole === undefined || abortable?.aborted === true) return true
  return !options.isEmpty && apart.some((option) => options.has(option))
}

const apart = [IfMatch, IfNoneMatch, Block1, Block2, QBlock1, QBlock2] as const
