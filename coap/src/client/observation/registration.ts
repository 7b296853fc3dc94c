// One registration at a server for all observers that a client has of the same target (RFC 7641 3.1), and its renewal: when its state is
// stale, its server does not answer, or is reached by a new association (3.3.1).

import type { Context } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import { nobody, type Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { noBytes } from '../../message/message.ts'
import type { NetworkAddress } from '../../network/network.ts'
import type { Peer } from '../../transport/transport.ts'
import { Audience, type Observer } from './audience.ts'
import { backoffOf, graceOf, type KnownDurability, returnOf } from './durability.ts'
import type { EndedEvent, ReRegisteredEvent, StaleReason } from './event.ts'
import { freshnessOf, HeldState } from './held-state.ts'

export interface RegistrationKeeper {
  /** Through the client's layers. */
  ask(request: Request): Promise<Response>
  /** It observes there, and wants to be told if that peer goes on with another association. */
  observing(registration: Registration, peer: Peer): void
  ended(registration: Registration): void
}

export interface RegistrationInit {
  readonly keeper: RegistrationKeeper
  readonly context: Context
  /** With Observe 0; without a token and a signal, which each attempt gets by itself. */
  readonly request: Request
  /** What it is shared by. */
  readonly target: string | undefined
  readonly durability: KnownDurability
}

/** What is read from the server, and what ends that. */
interface Stream {
  readonly notifications: AsyncIterator<Response>
  readonly abort: AbortController
  readonly token: Uint8Array
}

export class Registration {
  readonly target: string | undefined
  readonly #init: RegistrationInit
  readonly #audience = new Audience()
  readonly #held = new HeldState()
  #state: 'new' | 'registered' | 'ended' = 'new'
  /** Where the server is. */
  #place: NetworkAddress | undefined = undefined
  #stream: Stream | undefined = undefined
  /** A request is on its way. */
  #asking: AbortController | undefined = undefined
  #fresh = false
  /** A state has come since the request left. */
  #heard = false
  #staleSince = 0
  /** Why observers were told that it is stale; and why it is to be renewed. */
  #stale: StaleReason | undefined = undefined
  #reason: ReRegisteredEvent['reason'] = 'wish'
  #failures = 0
  #unread = 1
  readonly #freshness = new Timer(() => this.#outdated())
  readonly #renewal = new Timer(() => this.#renew())

  constructor(init: RegistrationInit) {
    this.#init = init
    this.target = init.target
  }

  /** Tells an observer the state, as soon as it is known, and what happens from now on. */
  join(observer: Observer): void {
    const more = observer.unread > this.#unread
    this.#unread = Math.max(this.#unread, observer.unread)
    this.#audience.add(observer, this.#fresh ? this.#held.newest : undefined)
    if (this.#state === 'registered' && (more || !this.#fresh)) {
      if (this.#fresh) this.#reason = 'wish'
      this.#ask()
    } else if (this.#state === 'new') this.#ask()
  }

  /** The last one to leave ends it: the server is told. */
  leave(observer: Observer): void {
    this.#audience.remove(observer)
    if (this.#audience.isEmpty) this.#end()
  }

  /** The server's peer goes on with another association, or has none: does it still know who observes? */
  interrupted({ associations }: Peer): void {
    if (this.#state !== 'registered') return
    if (associations.length === 0) this.#outdate('lost')
    else if (this.#fresh) this.#reason = 'association'
    if (this.#asking === undefined) this.#renewWithin(returnOf(this.#init.durability, this.#init.context))
  }

  #renew(): void {
    if (this.#audience.lasts) this.#ask()
  }

  #ask(): void {
    if (this.#asking !== undefined) return
    this.#init.context.timers.cancel(this.#renewal)
    const abort = new AbortController()
    this.#asking = abort
    this.#heard = false
    const settled = (settle: () => void): void => {
      if (this.#asking !== abort) return
      this.#asking = undefined
      settle()
    }
    this.#init.keeper.ask(this.#request(abort)).then(
      (response) => settled(() => this.#answered(this.#held.complete(response), abort)),
      (error: unknown) => {
        settled(() => this.#failed(error))
        abort.abort(error) // what a layer could not make a response of
      },
    )
  }

  /** While it is being told of changes it keeps its token (RFC 7641 3.3.1). */
  #request({ signal }: AbortController): Request {
    const { request } = this.#init
    const options = request.options.clone()
    this.#held.name(options)
    return request.with({ options, signal, token: this.#stream?.token ?? noBytes, unread: this.#unread })
  }

  #answered(response: Response, abort: AbortController): void {
    const observed = response.notifications !== undefined
    if (!response.ok) {
      this.#refused(response)
      return
    }
    if (this.#state === 'registered') {
      this.#locate(response)
      this.#audience.tell({ type: 're-registered', reason: this.#reason, response, failures: this.#failures, observed })
    }
    if (observed) {
      this.#state = 'registered'
      this.#follow(response, abort)
    } else this.#unfollow()
    this.#learn(response, !this.#held.is(response))
    if (!observed) this.#dismiss(this.#state === 'new' ? 'all' : 'brief', { type: 'ended', reason: 'not-observed' })
  }

  /** An error: the last response, unless it says that it is for now only. */
  #refused(response: Response): void {
    this.#unfollow()
    const passing = this.#state === 'registered' && passingCodes.has(response.code) && !this.#isOverdue
    const end: EndedEvent = { type: 'ended', reason: 'response', response }
    this.#dismiss(passing ? 'brief' : 'all', end, response)
    if (!passing) return
    this.#failures++
    this.#outdate('unavailable', { response })
    const { durability, context } = this.#init
    const told = freshnessOf(response) + returnOf(durability, context)
    this.#renewWithin(Math.max(told, backoffOf(durability, this.#failures, context)))
  }

  #failed(error: unknown): void {
    const end: EndedEvent = { type: 'ended', reason: 'failed', error }
    if (this.#state === 'new' || this.#isFinal(error) || this.#isOverdue) {
      this.#dismiss('all', end)
      return
    }
    this.#dismiss('newcomers', end)
    if (this.#fresh && this.#heard) return
    this.#failures++
    this.#outdate('lost', { error })
    this.#renewWithin(backoffOf(this.#init.durability, this.#failures, this.#init.context))
  }

  /** The stream of notifications has failed, in the midst of it or for good. */
  #lost(error: unknown): void {
    const end: EndedEvent = { type: 'ended', reason: 'failed', error }
    if (this.#isFinal(error)) {
      this.#dismiss('all', end)
      return
    }
    this.#dismiss('brief', end)
    this.#outdate('lost', { error })
    if (this.#asking === undefined) this.#renewWithin(returnOf(this.#init.durability, this.#init.context))
  }

  /** What the response follows in place of what was read before; elsewhere that one is told. */
  #follow(response: Response, abort: AbortController): void {
    const { notifications, peer, token } = response
    if (notifications === undefined) return
    this.#unfollow()
    const stream = { notifications: notifications[Symbol.asyncIterator](), abort, token }
    this.#stream = stream
    this.#locate(response)
    this.#init.keeper.observing(this, peer)
    void this.#read(stream)
  }

  #unfollow(): void {
    const stream = this.#stream
    this.#stream = undefined
    stream?.abort.abort(superseded)
  }

  async #read(stream: Stream): Promise<void> {
    for (let failed = false; ; ) {
      try {
        const step = await stream.notifications.next()
        if (this.#stream !== stream) return
        if (step.done === true) break
        failed = false
        this.#notified(this.#held.complete(step.value))
      } catch (error) {
        if (this.#stream !== stream) return
        if (failed) break
        failed = true // a layer may have failed on one notification, and have the next
        this.#lost(error)
      }
      if (this.#stream !== stream) return
    }
    if (this.#asking !== undefined) return // what renews it takes its place
    this.#unfollow()
    if (this.#fresh) this.#dismiss('brief', { type: 'ended', reason: 'not-observed' })
  }

  #notified(response: Response): void {
    if (!response.ok) {
      this.#refused(response)
      return
    }
    this.#locate(response)
    this.#learn(response, true)
  }

  /** This is the state now. */
  #learn(response: Response, isNew: boolean): void {
    const { timers } = this.#init.context
    this.#held.newest = response
    this.#fresh = true
    this.#heard = true
    this.#stale = undefined
    this.#failures = 0
    timers.cancel(this.#renewal)
    timers.arm(this.#freshness, freshnessOf(response))
    this.#audience.inform(response, isNew)
  }

  #outdated(): void {
    this.#outdate('max-age')
    if (this.#asking === undefined) this.#renewWithin(graceOf(this.#init.durability, this.#init.context))
  }

  #outdate(reason: StaleReason, what: { readonly response?: Response; readonly error?: unknown } = {}): void {
    const { context } = this.#init
    if (this.#stale === undefined) this.#staleSince = context.now()
    const told = this.#stale === reason
    this.#fresh = false
    this.#stale = reason
    this.#reason = reason
    context.timers.cancel(this.#freshness)
    if (!told) this.#audience.tell({ type: 'stale', reason, ...what })
  }

  /** What is to happen earlier stays so. */
  #renewWithin(delay: number): void {
    const { context } = this.#init
    const { deadline } = this.#renewal
    if (this.#state === 'registered' && (deadline === undefined || deadline > context.now() + delay))
      context.timers.arm(this.#renewal, delay)
  }

  #locate({ peer }: Response): void {
    const to = peer.associations[0]?.path.remote
    const from = this.#place
    if (to === undefined) return
    this.#place = to
    if (from !== undefined && (from.host !== to.host || from.port !== to.port))
      this.#audience.tell({ type: 'moved', from, to })
  }

  #dismiss(...whom: Parameters<Audience['dismiss']>): void {
    this.#audience.dismiss(...whom)
    if (this.#audience.isEmpty) this.#end()
  }

  #end(): void {
    if (this.#state === 'ended') return
    this.#state = 'ended'
    const { context, keeper } = this.#init
    context.timers.cancel(this.#freshness)
    context.timers.cancel(this.#renewal)
    const asking = this.#asking
    this.#asking = undefined
    this.#unfollow()
    asking?.abort(superseded)
    keeper.ended(this)
  }

  /** It has been stale for as long as it may be. */
  get #isOverdue(): boolean {
    const { context, durability } = this.#init
    return this.#stale !== undefined && context.now() - this.#staleSince >= durability.giveUpAfter
  }

  /** Asking again would not help. */
  #isFinal(error: unknown): boolean {
    const { code } = error as { readonly code?: unknown }
    if (typeof code !== 'string' || !code.startsWith('COAP_')) return true // not of the network's making
    return finalCodes.has(code) || (code === 'COAP_PEER_GONE' && this.#init.request.correspondent !== nobody)
  }
}

/** Codes of responses that are true for now: who is before the server has not reached it, or it has too much to do. */
const passingCodes: ReadonlySet<Code> = new Set([
  Code.ServiceUnavailable,
  Code.TooManyRequests,
  Code.BadGateway,
  Code.GatewayTimeout,
])

/** Codes of errors that say: this cannot be asked from here. */
const finalCodes: ReadonlySet<string> = new Set(['COAP_USAGE', 'COAP_SCHEME', 'COAP_FORMAT', 'COAP_CLOSED'])

/** Why a stream is not read on. */
const superseded = new Error('the observation was registered again, or ended')
