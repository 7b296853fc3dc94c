// Knows the state of each resource, and so what observers may be told: never an older state than before, and in the end the last one, or
// that there is nothing more to come (RFC 7641 1.3: eventual consistency).

import type { Response } from '../../coap/src/handler/response.ts'
import { Code, formatCode } from '../../coap/src/message/code.ts'
import { type Asked, abortReason } from './exchange-oracle.ts'
import type { Life } from './life.ts'
import type { Verdict } from './verdict.ts'
import type { ObserveAction } from './world.ts'

/** A client that observes. */
export class Observer {
  readonly action: ObserveAction
  readonly client: Life
  /** Which endpoint at the server's address serves it: its number; and the version it was told last. */
  server = 0
  version = 0
  /** The last notification was one that ends it. */
  told = false
  left = false
  ended = false
  readonly asked: Asked

  constructor(action: ObserveAction, asked: Asked) {
    this.action = action
    this.asked = asked
    this.client = asked.client
  }
}

interface State {
  version: number
  gone: boolean
}

export class ObserveOracle {
  readonly #verdict: Verdict
  readonly #states = new Map<number, State>()
  readonly #observers: Observer[] = []

  constructor(verdict: Verdict) {
    this.#verdict = verdict
  }

  changes(server: Life, resource: number, gone: boolean): void {
    const state = this.#state(server.index, resource)
    state.version++
    state.gone = gone
  }

  /** What a resource shows now; undefined if it is gone. */
  stateOf(server: Life, resource: number): string | undefined {
    const { version, gone } = this.#state(server.index, resource)
    return gone ? undefined : `${server.name}#${server.number} r${resource}=${version}`
  }

  /** A first response: undefined if nothing follows it. */
  begins(action: ObserveAction, asked: Asked, response: Response, now: number): Observer | undefined {
    const observer = new Observer(action, asked)
    if (action.handling.ending === 'answer') this.#takes(observer, response, now)
    if (response.notifications === undefined) return undefined
    this.#observers.push(observer)
    return observer
  }

  notified(observer: Observer, response: Response, now: number): void {
    if (observer.ended || observer.told) this.#breaks('nothing follows the end of an observation', observer, now, '')
    this.#takes(observer, response, now)
  }

  ends(observer: Observer, error: unknown, now: number): void {
    const { left, told, client, asked } = observer
    const isTrue =
      error === undefined
        ? left || told
        : error === abortReason
          ? asked.aborted !== undefined
          : (error as { code?: string }).code === 'COAP_CLOSED' && client.closed
    if (!isTrue) this.#breaks('an observation ends for a reason', observer, now, String(error))
    observer.ended = true
  }

  /** How many there think that they observe. */
  believing(client: Life): number {
    return this.#observers.filter((observer) => observer.client === client && !observer.ended).length
  }

  /** Each observer who believes to observe still has the last state, and there are no others. */
  finish(now: number, servers: readonly Life[], confirmableOnly: boolean): void {
    for (const observer of this.#observers) {
      const { action, client, version, ended } = observer
      const server = servers[action.server] as Life
      if (ended || server.number !== observer.server) continue // a client cannot know of a restart before Max-Age ends
      if (server.wire.gaveUp(client.host, client.wire.tokenOf(action.nonce) as string)) continue // the same (RFC 7641 4.5)
      if (confirmableOnly && !action.confirmable) continue // its last notification may be lost, until there is another one
      const state = this.#state(action.server, action.resource)
      if (state.gone)
        this.#breaks('an observer learns that a resource is gone', observer, now, `it was told ${version}`)
      else if (version !== state.version) {
        this.#breaks(
          'an observer has the last state in the end',
          observer,
          now,
          `it has ${version}, not ${state.version}`,
        )
      }
    }
  }

  #takes(observer: Observer, response: Response, now: number): void {
    const { action, client } = observer
    const text = new TextDecoder().decode(response.payload)
    const parts = /^(\w)#(\d+) r(\d)=(\d+)$/.exec(text)
    const state = this.#state(action.server, action.resource)
    if (parts === null) {
      const gone = response.code === Code.NotFound && text === ''
      observer.told = true
      if (!gone)
        this.#breaks('a notification is that of its resource', observer, now, `${formatCode(response.code)} '${text}'`)
      return
    }
    const [, , number, resource, version] = parts.map(Number)
    if (parts[1] !== client.nameOf(action.server) || resource !== action.resource) {
      this.#breaks('a notification is that of its resource', observer, now, text)
    } else if ((number as number) < observer.server) {
      this.#breaks('nobody is told by an endpoint that is gone', observer, now, text)
    } else if ((version as number) < observer.version) {
      this.#breaks('no state is followed by an older one', observer, now, `${version} after ${observer.version}`)
    } else if ((version as number) > state.version) {
      this.#breaks('a notification is that of its resource', observer, now, `${text} before it is so`)
    }
    observer.server = number as number
    observer.version = version as number
  }

  #state(server: number, resource: number): State {
    const key = server * 16 + resource
    let state = this.#states.get(key)
    if (state === undefined) {
      state = { version: 1, gone: false }
      this.#states.set(key, state)
    }
    return state
  }

  #breaks(invariant: string, { action, client }: Observer, now: number, detail: string): void {
    this.#verdict.breaks(invariant, client.index, now, `action ${action.nonce}: ${client.name} observes. ${detail}`)
  }
}
