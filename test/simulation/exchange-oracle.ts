// Knows what each client asked, which handler ran for it and when, and so what the client may hear: its own answer, from whom it asked,
// once and in time; or an error that is true.

import type { Request } from '../../coap/src/handler/request.ts'
import type { Response } from '../../coap/src/handler/response.ts'
import { Code, describeCode, formatCode } from '../../coap/src/message/code.ts'
import type { Life } from './life.ts'
import { nonceNumber, observeNumber } from './packet.ts'
import type { Verdict } from './verdict.ts'
import type { Handling, ObserveAction, RequestAction, World } from './world.ts'

/** A caller of the world: what it asked, and how far that is. */
export class Asked {
  readonly action: RequestAction | ObserveAction
  readonly client: Life
  readonly at: number
  departed: number | undefined = undefined
  aborted: number | undefined = undefined
  ended: number | undefined = undefined

  constructor(action: RequestAction | ObserveAction, client: Life, at: number) {
    this.action = action
    this.client = client
    this.at = at
  }
}

/** MAX_TRANSMIT_WAIT of RFC 7252 4.8.2, times the longest and shortest first time-out. */
const responseTimeout = 93_000

export class ExchangeOracle {
  readonly #verdict: Verdict
  readonly #world: World
  readonly #asked = new Map<number, Asked>()
  /** By action: the endpoints whose handlers have run for it. */
  readonly #runs = new Map<number, Life[]>()

  constructor(verdict: Verdict, world: World) {
    this.#verdict = verdict
    this.#world = world
  }

  asks(action: RequestAction | ObserveAction, client: Life, now: number): Asked {
    const asked = new Asked(action, client, now)
    this.#asked.set(action.nonce, asked)
    return asked
  }

  departed(nonce: number, now: number): void {
    const asked = this.#asked.get(nonce)
    if (asked === undefined) return
    if (asked.departed !== undefined) this.#breaks('no request is sent again as a new message', asked, now, '')
    else if (asked.ended !== undefined) this.#breaks('what has ended is not sent', asked, now, '')
    asked.departed ??= now
  }

  /** A handler begins with a request: what the response shall say. */
  runs(request: Request, server: Life, now: number): string {
    const nonce = nonceOf(request)
    const asked = nonce === undefined ? undefined : this.#asked.get(nonce)
    if (asked === undefined) {
      this.#verdict.breaks('a handler gets what a client has asked', server.index, now, `nonce ${nonce}`)
      return ''
    }
    const { action } = asked
    const runs = this.#runs.get(action.nonce) ?? []
    this.#runs.set(action.nonce, runs)
    if (observeOf(request) === 1) return '' // the client observes no longer
    if (runs.includes(server))
      this.#breaks('no handler runs twice for one request', asked, now, describeCode(request.code))
    runs.push(server)
    const [from] = request.peer.associations
    if (
      action.server !== server.index ||
      from?.path.remote.host !== asked.client.host ||
      request.code !== methodOf(action) ||
      request.path[0] !== `r${action.resource}` ||
      request.payload.length !== payloadOf(action).length ||
      request.payload.some((byte) => byte !== letterOf(action))
    ) {
      this.#breaks(
        'a handler gets what a client has asked',
        asked,
        now,
        `${describeCode(request.code)} at ${server.name}`,
      )
    }
    return this.#answerOf(asked, server)
  }

  answered(asked: Asked, response: Response, now: number): void {
    this.#end(asked, now)
    const { action } = asked
    const { ending } = action.handling
    const text = new TextDecoder().decode(response.payload)
    const from = response.peer.associations[0]?.path.remote.host
    const runs = this.#runs.get(action.nonce) ?? []
    const what = `${formatCode(response.code)} '${text}' from ${from}`
    if (from !== this.#world.inhabitants[action.server]?.host)
      this.#breaks('a response comes from whom was asked', asked, now, what)
    else if (runs.length === 0) this.#breaks('a response comes after its request', asked, now, what)
    else if (action.kind === 'observe' && ending === 'answer')
      return // observations are another oracle's
    else if (response.code !== codeOf(asked.action, ending))
      this.#breaks('a response is that of its request', asked, now, what)
    else if (ending === 'throw' ? text !== '' : !runs.some((server) => text === this.#answerOf(asked, server))) {
      this.#breaks('a response is that of its request', asked, now, what)
    }
  }

  failed(asked: Asked, error: unknown, now: number): void {
    this.#end(asked, now)
    const { client, departed, action } = asked
    const code = (error as { code?: string }).code
    const { ackTimeout, maxRetransmit } = this.#world.transmission
    const patience = action.confirmable
      ? Math.min(responseTimeout, ackTimeout * (2 ** (maxRetransmit + 1) - 1))
      : responseTimeout
    const truths: Readonly<Record<string, boolean>> = {
      COAP_TIMEOUT: departed !== undefined && now >= departed + patience,
      COAP_RESET: client.wire.wasReset(action.nonce),
      COAP_CLOSED: client.closed,
      COAP_UNREACHABLE: client.wasUnreachable(action.server, now),
      COAP_CONNECTION: client.wasUnreachable(action.server, now),
    }
    const isTrue = error === abortReason ? asked.aborted !== undefined : truths[code ?? '']
    if (!isTrue) this.#breaks('an error is true', asked, now, String(error))
  }

  /** Everything has had its time: nobody waits any more. */
  finish(now: number): void {
    for (const asked of this.#asked.values()) {
      if (asked.ended === undefined) this.#breaks('each exchange ends', asked, now, `asked at ${asked.at} ms`)
    }
  }

  /** Milliseconds from its departure within which a request ends: the longest way is an acknowledgement in the last moment, and then nothing. */
  #longest({ confirmable }: RequestAction | ObserveAction): number {
    const { ackTimeout, maxRetransmit } = this.#world.transmission
    return responseTimeout + (confirmable ? ackTimeout * (2 ** (maxRetransmit + 1) - 1) * 1.5 : 0) + roundings
  }

  #end(asked: Asked, now: number): void {
    const { action, departed, ended, client } = asked
    if (ended !== undefined) this.#breaks('each exchange ends once', asked, now, `it had ended at ${ended} ms`)
    if (departed !== undefined && now > departed + this.#longest(action)) {
      this.#breaks('each exchange ends within its time', asked, now, `it left at ${departed} ms`)
    }
    asked.ended = now
    client.wire.ended(action.nonce)
  }

  #answerOf({ action }: Asked, server: Life): string {
    return `${server.name}#${server.number} answers ${action.nonce}`
  }

  #breaks(invariant: string, { action, client }: Asked, now: number, detail: string): void {
    const name = this.#world.inhabitants[action.server]?.name
    this.#verdict.breaks(invariant, client.index, now, `action ${action.nonce}: ${client.name} asks ${name}. ${detail}`)
  }
}

export const abortReason: Error = new Error('enough')

/** Timers fire at whole milliseconds. */
const roundings = 10

/** What the action of a request is called. */
export function nonceOf(request: Request): number | undefined {
  return uintOf(request, nonceNumber)
}

export function observeOf(request: Request): number | undefined {
  return uintOf(request, observeNumber)
}

function uintOf(request: Request, option: number): number | undefined {
  for (const { number, value } of request.options) {
    if (number === option) return value.reduce((sum, byte) => sum * 256 + byte, 0)
  }
  return undefined
}

export function methodOf(action: RequestAction | ObserveAction): Code {
  return action.kind === 'observe' ? Code.GET : action.method
}

export function payloadOf(action: RequestAction | ObserveAction): Uint8Array {
  return new Uint8Array(action.kind === 'observe' ? 0 : action.payloadLength).fill(letterOf(action))
}

function letterOf({ nonce }: RequestAction | ObserveAction): number {
  return 0x41 + (nonce % 58)
}

/** The code of the response that a handler gives. */
export function codeOf(action: RequestAction | ObserveAction, ending: Handling['ending']): Code | undefined {
  if (ending === 'nothing') return undefined
  if (ending === 'error') return Code.Conflict
  if (ending === 'throw') return Code.InternalServerError
  const method = methodOf(action)
  if (method === Code.GET || method === Code.FETCH) return Code.Content
  return method === Code.DELETE ? Code.Deleted : Code.Changed
}
