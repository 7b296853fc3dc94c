// All observations that an endpoint serves (RFC 7641 4): by peer and token to find them, by subject and group to notify them.

import type { Context } from '../../context/context.ts'
import type { Handler } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { type Observing, Response, type Watchable, type Watcher } from '../../handler/response.ts'
import { Code, codeClass } from '../../message/code.ts'
import { isNoCacheKey, Observe } from '../../message/option.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import type { MessageLayer } from '../message-layer/message-layer.ts'
import type { Outcome, Outgoing } from '../message-layer/outgoing.ts'
import type { EndpointPeer } from '../peer.ts'
import { countRefusal, type Statistics } from '../statistics.ts'
import { type TokenKey, tokenKey, tokenOf } from '../tokens.ts'
import type { Incoming } from './incoming.ts'
import { Observation } from './observation.ts'
import { type GroupKeeper, ObservationGroup } from './observation-group.ts'

export interface ObservationsInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly statistics: Statistics
  readonly layer: MessageLayer
  /** The response for an error that a handler threw. */
  readonly failure: (error: unknown) => Response
  /** What has been proved no longer holds. */
  readonly expired: (association: Association) => boolean
}

/** Every so many Non-confirmable notifications, and every day, one is Confirmable: is anybody there? (RFC 7641 4.5) */
const confirmableEvery = 5
const secondsOfDay = 86_400
const ticksPerMillisecond = 2 ** 23 / 256_000
/** Milliseconds between Non-confirmable notifications without a round-trip estimate (RFC 7641 4.5.1). */
const spacing = 3000

export class Observations implements GroupKeeper {
  readonly #init: ObservationsInit
  readonly #subjects = new Map<Watchable, WatchedSubject>()
  #size = 0
  /** The highest number of a group that is gone: whoever comes back sees a higher one. */
  #lastNumber = 0

  constructor(init: ObservationsInit) {
    this.#init = init
  }

  get size(): number {
    return this.#size
  }

  /** Serves an observation that request and response agree on; the response gets the Observe option. Full: it does not. */
  register(
    incoming: Incoming,
    request: Request,
    response: Response,
    { subject, again, changes, confirmable = incoming.confirmable }: Observing,
    handler: Handler,
  ): Response {
    const { peer } = incoming
    const key = tokenKey(incoming.token)
    this.#end(this.#find(peer, key))
    const { limits, statistics } = this.#init
    if (this.#size >= limits.observations || this.#countOf(peer) >= limits.observationsPerPeer) {
      countRefusal(statistics, 'observations')
      return response
    }
    const group = this.#groupOf(subject, incoming, request, again ?? handler)
    const { contentFormat } = response
    const observation = new Observation(peer, key, group, changes, contentFormat, confirmable, this.#second())
    group.add(observation)
    observation.next = firstOf(peer)
    peer.served = observation
    peer.open++
    this.#size++
    if (subject.changedSince(incoming.changesBefore)) group.changed() // the state that the handler has looked at may be old
    return response.with({ options: response.options.clone().set(Observe, group.nextNumber() & 0xffffff) })
  }

  /** The first response has left as a message of its own: a Reset may name it. */
  begun(peer: EndpointPeer, token: Uint8Array, messageId: number): void {
    if (peer.served !== undefined) this.#find(peer, tokenKey(token))?.sentAs(messageId)
  }

  /** The client observes no longer (RFC 7641 3.6), or asks anew. */
  deregister(peer: EndpointPeer, token: Uint8Array): void {
    this.#end(this.#find(peer, tokenKey(token)))
  }

  /** A Reset for a Non-confirmable notification: nobody there wants it. */
  reset(messageId: number, peer: EndpointPeer): boolean {
    for (let each = firstOf(peer); each !== undefined; each = each.next) {
      if (!each.isLast(messageId)) continue
      this.#end(each)
      return true
    }
    return false
  }

  /** The peer is gone. */
  gone(peer: EndpointPeer): void {
    for (let each = firstOf(peer); each !== undefined; each = firstOf(peer)) this.#end(each)
  }

  close(): void {
    for (const { groups } of this.#subjects.values()) {
      for (const group of groups.values()) for (const observation of [...group.observers]) this.#end(observation)
    }
  }

  // For groups and observations:

  submit(observation: Observation): Outgoing | undefined {
    const { layer, statistics } = this.#init
    const { peer, group } = observation
    if (peer.current !== undefined && this.#init.expired(peer.current)) {
      this.#end(observation)
      return undefined
    }
    const last = group.latest !== undefined && codeClass(group.latest.code) !== 2
    const due = observation.unacknowledged >= confirmableEvery || this.#second() - observation.heard >= secondsOfDay
    const confirmable = observation.confirmable || last || due
    observation.unacknowledged = confirmable ? 0 : observation.unacknowledged + 1
    statistics.notificationsSent++
    return layer.submit({
      sender: observation,
      peer,
      token: tokenOf(observation.token),
      confirmable,
      parameters: peer.transmission,
      outstandingFor: (_, roundTrip) => roundTrip ?? spacing,
      boundedElsewhere: true, // one an observation; if it were refused, its observer would be left with an old state
    })
  }

  withdraw(outgoing: Outgoing): void {
    this.#init.layer.cancel(outgoing)
  }

  settled(observation: Observation, outcome: Outcome, confirmable: boolean): void {
    const ended = outcome === 'acknowledged' && observation.last
    if (outcome === 'reset' || outcome === 'timeout' || outcome === 'gone' || ended) {
      this.#end(observation, outcome)
      return
    }
    if (outcome === 'acknowledged' && confirmable) observation.heard = this.#second()
    if (outcome === 'interrupted' || observation.behind) observation.notify()
  }

  forget(group: ObservationGroup): void {
    this.#init.context.timers.cancel(group)
    this.#lastNumber = Math.max(this.#lastNumber, group.lastNumber)
    const { subject, key } = group
    const watched = this.#subjects.get(subject)
    watched?.groups.delete(key)
    if (watched === undefined || watched.groups.size > 0) return
    subject.unwatch(watched)
    this.#subjects.delete(subject)
  }

  arm(group: ObservationGroup): void {
    this.#init.context.timers.arm(group, 0)
  }

  disarm(group: ObservationGroup): void {
    this.#init.context.timers.cancel(group)
  }

  /** Where a new group begins to count. */
  firstNumber(): number {
    return Math.max(this.#lastNumber, this.ticks())
  }

  /** The clock that sequence numbers go with: 2^23 ticks in 256 seconds (RFC 7641 4.4). */
  ticks(): number {
    return Math.floor(this.#init.context.now() * ticksPerMillisecond)
  }

  failure(error: unknown): Response {
    return this.#init.failure(error)
  }

  #end(observation: Observation | undefined, why?: Outcome): void {
    if (observation === undefined) return
    const { peer, group } = observation
    if (!group.remove(observation)) return
    observation.withdraw()
    this.#unlink(observation)
    peer.open--
    this.#size--
    const { trace } = this.#init.context
    if (trace.enabled) trace.tell('coapstone:observation:ended', { peer, why: why ?? 'cancelled' })
  }

  #find(peer: EndpointPeer, token: TokenKey): Observation | undefined {
    let each = firstOf(peer)
    while (each !== undefined && each.token !== token) each = each.next
    return each
  }

  #countOf(peer: EndpointPeer): number {
    let count = 0
    for (let each = firstOf(peer); each !== undefined; each = each.next) count++
    return count
  }

  #unlink(observation: Observation): void {
    const { peer, next } = observation
    let before = firstOf(peer)
    if (before === observation) peer.served = next
    else {
      while (before !== undefined && before.next !== observation) before = before.next
      if (before !== undefined) before.next = next
    }
  }

  /** Whole seconds take less room than milliseconds with their fractions. */
  #second(): number {
    return Math.floor(this.#init.context.now() / 1000)
  }

  #groupOf(subject: Watchable, incoming: Incoming, request: Request, again: Handler): ObservationGroup {
    let watched = this.#subjects.get(subject)
    if (watched === undefined) {
      watched = new WatchedSubject()
      subject.watch(watched)
      this.#subjects.set(subject, watched)
    }
    const key = groupKey(request, incoming)
    let group = watched.groups.get(key)
    if (group === undefined) {
      group = new ObservationGroup({ keeper: this, subject, key, again, request, incoming })
      watched.groups.set(key, group)
    }
    return group
  }
}

/** One of the peer's observations, which leads to the others. */
function firstOf({ served }: EndpointPeer): Observation | undefined {
  return served instanceof Observation ? served : undefined
}

/** A subject's groups at this endpoint, by what a handler may vary on. */
class WatchedSubject implements Watcher {
  readonly groups = new Map<string, ObservationGroup>()

  changed(response: Response | undefined): void {
    for (const group of this.groups.values()) {
      if (response === undefined) group.changed()
      else group.publish(response)
    }
  }

  gone(response: Response | undefined): void {
    for (const group of [...this.groups.values()]) group.gone(response ?? Response.of(Code.NotFound))
  }
}

/**
 * What a handler may vary on: method, path, query, Accept and all else that is part of a cache key; of FETCH the body too; and who asks,
 * if anybody looked at that.
 */
function groupKey(request: Request, incoming: Incoming): string {
  let key = String(request.code)
  for (const { number, value } of request.options) {
    if (number !== Observe.number && !isNoCacheKey(number)) key += `,${number}:${value.length}:${tokenKey(value)}`
  }
  if (incoming.lookedAtPeer) key += `,peer:${incoming.association.key}`
  return request.payload.length > 0 ? `${key};${tokenKey(request.payload)}` : key
}
