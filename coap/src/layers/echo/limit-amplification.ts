// For who answers anybody: an answer to an address that may be forged is at most three times as long as its request, until somebody there
// has shown to get what is sent to it (RFC 7252 11.3, RFC 9175 2.4 and 2.6, draft-irtf-t2trg-amplification-attacks).

import type { Context } from '../../context/context.ts'
import { UsageError } from '../../errors.ts'
import type { Handler, Layer } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { Response, ResponseError } from '../../handler/response.ts'
import { isSafe } from '../../message/code.ts'
import type { Message } from '../../message/message.ts'
import { Echo } from '../../message/option.ts'
import { mayBeForged, noteReached, wasReached } from './address-proof.ts'
import { challenge } from './demand-echo.ts'
import { EchoValues } from './echo-values.ts'
import { WithheldAnswers } from './withheld-answers.ts'

export interface AmplificationOptions {
  /** So many times as long as a request its answer may be, both with their headers. Default 3 (RFC 9175 2.4). */
  readonly factor?: number
  /** Milliseconds for which an address counts as reached once it was. Default 3,600,000: an hour. */
  readonly reachedFor?: number
  /**
   * Answers to requests that have changed something, kept until their clients show where they are. Full: such requests are not carried
   * out before that. Default 1,024, of one message each.
   */
  readonly withheld?: number
}

export const amplificationDefaults: Required<AmplificationOptions> = {
  factor: 3,
  reachedFor: 3_600_000,
  withheld: 1024,
}

/**
 * Answers 4.01 with an Echo value in place of what would be too long, and where an observation would begin; a client repeats its request
 * with the value. Requests from the local network, to groups, and under security pass. It stands outside of all that makes answers.
 */
export function limitAmplification(options: AmplificationOptions = {}): Layer {
  const { factor, reachedFor, withheld } = { ...amplificationDefaults, ...options }
  if (!(factor >= 1)) throw new UsageError(`amplification is a factor of at least 1, not ${factor}`)
  return (next, context) => {
    const guard = new AmplificationGuard({ factor, reachedFor, withheld }, context)
    return (request) => guard.handle(request, next)
  }
}

class AmplificationGuard {
  readonly #options: Required<AmplificationOptions>
  readonly #context: Context
  readonly #values: EchoValues
  readonly #withheld: WithheldAnswers
  /** Bytes that are not too many for the shortest request of all. */
  readonly #harmless: number

  constructor(options: Required<AmplificationOptions>, context: Context) {
    this.#options = options
    this.#context = context
    this.#values = new EchoValues(context)
    this.#withheld = new WithheldAnswers(options.withheld, context)
    this.#harmless = options.factor * (4 + headersV4) - headersV4
  }

  handle(request: Request, next: Handler): Response | Promise<Response> {
    const ahead = isSafe(request.code) ? undefined : this.#answerAhead(request)
    if (ahead !== undefined) return ahead
    try {
      const result = next(request)
      if (result instanceof Response) return this.#judge(request, result)
      return result.then(
        (response) => this.#judgeLate(request, response),
        (error: unknown) => this.#judgeLate(request, responseOf(error)),
      )
    } catch (error) {
      return this.#judge(request, responseOf(error))
    }
  }

  /** What is answered without handling the request: it was handled before, or must wait for proof. */
  #answerAhead(request: Request): Response | undefined {
    const { correspondent: peer } = request
    const withheld = this.#withheld
    if (!withheld.isEmpty && request.options.has(Echo) && this.#isReached(request)) return withheld.take(request)
    if (!withheld.isFull || request.multicast || !mayBeForged(peer) || this.#isReached(request)) return undefined
    return challenge(this.#values.issue(peer))
  }

  #judge(request: Request, response: Response): Response {
    const { correspondent: peer } = request
    if (request.multicast || wasReached(peer, this.#options.reachedFor, this.#context)) return response
    const harmless = !begins(request, response) && lengthOf(response) <= this.#harmless
    if (harmless || !mayBeForged(peer) || !this.#amplifies(request, response) || this.#isReached(request))
      return response
    // Carried out, and what it says cannot be kept: that much is said.
    if (!isSafe(request.code) && !this.#withheld.keep(request, response)) return new Response({ code: response.code })
    return challenge(this.#values.issue(peer))
  }

  /** It may have to leave as a message of its own, which must not be sent again and again to who has never asked. */
  #judgeLate(request: Request, response: Response): Response {
    const { correspondent: peer } = request
    const judged = this.#judge(request, response)
    if (!mayBeForged(peer) || wasReached(peer, this.#options.reachedFor, this.#context)) return judged
    return judged.sentOnce ? judged : judged.with({ sentOnce: true })
  }

  #amplifies(request: Request, response: Response): boolean {
    if (begins(request, response)) return true
    const { factor } = this.#options
    const headers = headersTo(request)
    return lengthOf(response) + headers > factor * (lengthOf(request) + headers)
  }

  /** Its client was reached before, or shows with this request that it is. */
  #isReached(request: Request): boolean {
    const { correspondent: peer } = request
    if (wasReached(peer, this.#options.reachedFor, this.#context)) return true
    const value = request.options.get(Echo)
    const age = value === undefined ? undefined : this.#values.ageOf(value, peer)
    if (age === undefined || age > valuesLast) return false
    noteReached(peer, this.#context)
    return true
  }
}

/** Milliseconds for which a value proves that an address is reached. */
const valuesLast = 300_000
/** Bytes of Ethernet, IP and UDP: what a link carries is what an attacker multiplies (RFC 9175 2.4 reckons so). */
const headersV4 = 14 + 20 + 8
const headersV6 = 14 + 40 + 8

function headersTo({ correspondent }: Request): number {
  return correspondent.associations[0]?.path.remote.host.includes(':') ? headersV6 : headersV4
}

/** One request, and as many answers as there are changes. */
function begins(request: Request, response: Response): boolean {
  return request.observes && response.ok && response.observed !== undefined
}

/** Of a message in its datagram; a response has the token of its request, which counts for both. */
function lengthOf({ options, payload }: Message): number {
  const optionsLength = options.isEmpty ? 0 : options.encode(scratch, 0)
  return 4 + optionsLength + (payload.length > 0 ? 1 + payload.length : 0)
}

/** Longer options than this fit into no datagram. */
const scratch = new Uint8Array(0x10000)

/** What was thrown for an answer is one; all else is not for the client. */
function responseOf(error: unknown): Response {
  if (error instanceof ResponseError) return error.response
  throw error
}
