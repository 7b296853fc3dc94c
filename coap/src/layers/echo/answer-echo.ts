// For who asks: a server that wants to know whether a request is new, or whether anybody is at the address that it came from, gets it
// once more with the value that the server gave (RFC 9175 2.3).

import { equalBytes } from '../../bytes/equal.ts'
import type { Context } from '../../context/context.ts'
import { after, type Layer } from '../../handler/handler.ts'
import { nobody, type Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { Echo } from '../../message/option.ts'
import type { Options } from '../../message/options.ts'
import type { Peer } from '../../transport/transport.ts'

export interface AnswerEchoOptions {
  /**
   * Milliseconds for which a value goes with all further requests to who gave it, so that they need no second round trip. 0: it answers
   * what it was asked with, and no more. Default 60,000.
   */
  readonly reuse?: number
}

export const answerEchoDefaults: Required<AnswerEchoOptions> = { reuse: 60_000 }

/**
 * Answers Echo challenges: the innermost layer of a client. A value goes to nobody but who gave it. It is for who makes requests, not for
 * who forwards them: a proxy cannot say when a request was made (2.3).
 */
export function answerEcho(options: AnswerEchoOptions = {}): Layer {
  const { reuse } = { ...answerEchoDefaults, ...options }
  return (next, context) => {
    const received = new ReceivedValues(reuse, context)
    const ask = (request: Request, left: number): Response | Promise<Response> =>
      after(next(request), (response) => {
        const value = response.options.get(Echo)
        if (value === undefined) return response
        received.keep(response.peer, value)
        const sent = request.options.get(Echo)
        if (response.code !== Code.Unauthorized || left === 0 || (sent !== undefined && equalBytes(sent, value)))
          return response
        const { peer } = response
        return ask(
          request.with({ options: request.options.clone().set(Echo, value), ...(peer !== nobody && { peer }) }),
          left - 1,
        )
      })
    return (request) => {
      if (request.multicast || request.options.has(Echo)) return next(request)
      return ask(received.isEmpty ? request : request.with({ addressed: received.add }), mostRepetitions)
    }
  }
}

/** A value that was kept may be too old by now, and one that is fresh for a moment only may have come late: twice, and no more. */
const mostRepetitions = 2

/** Values by who gave them: a name may mean somebody else by the next request (2.3). They go with their peers. */
class ReceivedValues {
  readonly #reuse: number
  readonly #context: Context
  readonly #byPeer = new WeakMap<Peer, { readonly value: Uint8Array; readonly until: number }>()
  /** When the last one is too old. */
  #until = Number.NEGATIVE_INFINITY

  constructor(reuse: number, context: Context) {
    this.#reuse = reuse
    this.#context = context
  }

  get isEmpty(): boolean {
    return this.#until <= this.#context.now()
  }

  keep(peer: Peer, value: Uint8Array): void {
    if (this.#reuse === 0 || peer === nobody) return
    this.#until = this.#context.now() + this.#reuse
    this.#byPeer.set(peer, { value, until: this.#until })
  }

  /** To a request that is about to leave. */
  readonly add = (options: Options, peer: Peer): void => {
    const received = this.#byPeer.get(peer)
    if (received !== undefined && received.until > this.#context.now() && !options.has(Echo))
      options.set(Echo, received.value)
  }
}
