// For who asks: a server that has too much to do says when it may be asked again (4.29: RFC 8516; 5.03 with Max-Age: RFC 7252 5.9.3.4),
// and then it is. Whoever asks the same meanwhile waits too.

import type { Context } from '../context/context.ts'
import { randomFraction } from '../context/context.ts'
import { type Abortable, AbortWatch } from '../context/signal.ts'
import { Timer } from '../context/timer.ts'
import { UsageError } from '../errors.ts'
import type { Handler, Layer } from '../handler/handler.ts'
import type { Request } from '../handler/request.ts'
import { Response } from '../handler/response.ts'
import { type RetryOptions, retryDefaults } from '../handler/retry-options.ts'
import { Code, isIdempotent } from '../message/code.ts'
import { maxAgeOf } from '../message/max-age.ts'
import { MaxAge } from '../message/option.ts'
import { formatResourceName } from '../uri/resource-name.ts'

/**
 * Repeats requests that got 4.29, and idempotent ones that got 5.03 with a Max-Age, when the time has come; a request with a body that is
 * read as it comes is not repeated. `request.retry` says otherwise for one request. It stands outside of block-wise transfer.
 */
export function retry(options: RetryOptions = {}): Layer {
  const base = merged(retryDefaults, options)
  return (next, context) => {
    const retries = new Retries(next, context)
    return (request) => {
      const { retry: own } = request
      if (own === false) return next(request)
      return retries.handle(request, own === undefined ? base : merged(base, own))
    }
  }
}

type Rules = RetryOptions & typeof retryDefaults

function merged(base: Rules, options: RetryOptions): Rules {
  const rules = { ...base, ...options }
  if (!Number.isSafeInteger(rules.attempts) || rules.attempts < 0)
    throw new UsageError(`attempts is a number of repetitions, not ${rules.attempts}`)
  if (!(rules.longestWait >= 0))
    throw new UsageError(`longestWait is a number of milliseconds, not ${rules.longestWait}`)
  return rules
}

/** When a resource may be asked again, and what was said of it. */
interface Pause {
  readonly until: number
  readonly response: Response
}

class Retries {
  readonly #next: Handler
  readonly #context: Context
  /** By method and URI (RFC 8516 1: what is similar), the oldest first. */
  readonly #pauses = new Map<string, Pause>()

  constructor(next: Handler, context: Context) {
    this.#next = next
    this.#context = context
  }

  handle(request: Request, rules: Rules): Response | Promise<Response> {
    const pause = this.#pauses.size === 0 ? undefined : this.#pauseOf(request)
    if (pause === undefined) return this.#ask(request, rules, 0)
    const left = pause.until - this.#context.now()
    return left > rules.longestWait ? stillValid(pause.response, left) : this.#wait(request, rules, pause, 0)
  }

  #ask(request: Request, rules: Rules, attempt: number): Response | Promise<Response> {
    const result = this.#next(request)
    const answered = (response: Response): Response | Promise<Response> => {
      const maxAge = askedToWait(request, response)
      if (maxAge === undefined) return response
      const pause = { until: this.#context.now() + maxAge, response }
      if (response.code === Code.TooManyRequests) this.#note(request, pause)
      if (attempt >= rules.attempts || maxAge > rules.longestWait || request.body.whole === undefined) return response
      return this.#wait(request, rules, pause, attempt + 1)
    }
    return result instanceof Response ? answered(result) : result.then(answered)
  }

  async #wait(
    request: Request,
    rules: Rules,
    { until, response: { code } }: Pause,
    attempt: number,
  ): Promise<Response> {
    // Never sooner than it was said; longer each time, and not all at once.
    const now = this.#context.now()
    const backOff = attempt === 0 ? 0 : 1000 * 2 ** (attempt - 1)
    const wait = Math.max(until - now, backOff) * (1 + spread * randomFraction(this.#context))
    const { trace } = this.#context
    if (trace.enabled)
      trace.tell('coapstone:request:retried', { uri: request.uri, code: request.code, why: code, wait, attempt })
    rules.onRetry?.({ code, wait, attempt })
    await pass(wait, request.abortable, this.#context)
    return this.#ask(request, rules, attempt)
  }

  /** Undefined: it may be asked now. */
  #pauseOf(request: Request): Pause | undefined {
    const key = similarity(request)
    const pause = this.#pauses.get(key)
    if (pause === undefined || pause.until > this.#context.now()) return pause
    this.#pauses.delete(key)
    return undefined
  }

  #note(request: Request, pause: Pause): void {
    const key = similarity(request)
    this.#pauses.delete(key)
    this.#pauses.set(key, pause)
    const [oldest] = this.#pauses.keys()
    if (this.#pauses.size > mostPauses && oldest !== undefined) this.#pauses.delete(oldest)
  }
}

/** Of so many resources we remember that they are not to be asked now; it is kept short by the servers that we choose to ask. */
const mostPauses = 1024
/** Up to so much longer than need be: clients that were refused together do not come back together. */
const spread = 0.1

/** For how many milliseconds; undefined: it is an answer for the caller. */
function askedToWait(request: Request, { code, options }: Response): number | undefined {
  const maxAge = options.get(MaxAge)
  // The request was not handled, whatever its method.
  if (code === Code.TooManyRequests) return maxAgeOf(options) * 1000
  // It may have been handled in part.
  if (code === Code.ServiceUnavailable && maxAge !== undefined && isIdempotent(request.code)) return maxAge * 1000
  return undefined
}

/** What was answered to a similar request, as a cache would have it (RFC 7252 5.6.1): it is not to be asked again so soon. */
function stillValid(response: Response, left: number): Response {
  return response.with({ options: response.options.clone().set(MaxAge, Math.ceil(left / 1000)) })
}

function similarity(request: Request): string {
  return `${request.code} ${request.uri ?? formatResourceName(request)}`
}

/** Lets time pass; rejects with the signal's reason. */
function pass(milliseconds: number, signal: Abortable | undefined, context: Context): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const watch =
      signal &&
      new AbortWatch(signal, () => {
        context.timers.cancel(timer)
        reject(signal.reason)
      })
    const timer = new Timer(() => {
      watch?.end()
      resolve()
    })
    context.timers.arm(timer, milliseconds)
  })
}
