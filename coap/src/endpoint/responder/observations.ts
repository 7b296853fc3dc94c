// All observations that an endpoint serves (RFC 7641 4): by peer and token to find them, by subject and group to notify them.

import type { Context } from '../../context/context.ts'
import type { Timer } from '../../context/timer.ts'
import type { Handler } from '../../handler/handler.ts'
import type { Request } from '../../handler/request.ts'
import { type Observing, Response, type Watchable, type Watcher } from '../../handler/response.ts'
import { Code, codeClass } from '../../message/code.ts'
import { Observe } from '../../message/option.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import type { MessageLayer } from '../message-layer/message-layer.ts'
import type { Outcome, Outgoing } from '../message-layer/outgoing.ts'
import type { EndpointPeer } from '../peer.ts'
import { countRefusal, type Statistics } from '../statistics.ts'
import { type TokenKey, tokenKey } from '../tokens.ts'
import { ConditionalObservation } from './conditional-observation.ts'
import { groupKey } from './group-key.ts'
import type { Incoming } from './incoming.ts'
import type { KnownNotificationOptions } from './notification-options.ts'
import { NotificationRounds, type Round } from './notification-rounds.ts'
import { Observation } from './observation.ts'
import { type GroupKeeper, ObservationGroup } from './observation-group.ts'

export interface ObservationsInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly statistics: Statistics
  readonly layer: MessageLayer
  readonly notifications: KnownNotificationOptions
  /** The response for an error that a handler threw. */
  readonly failure: (error: unknown) => Response
  /** What has been proved no longer holds. */
  readonly expired: (association: Association) => boolean
}

/** Every day a notification is Confirmable: is anybody there? (RFC 7641 4.5) */
const secondsOfDay = 86_400
const ticksPerMillisecond = 2 ** 23 / 256_000

export class Observations implements GroupKeeper {
  readonly #init: ObservationsInit
  readonly #subjects = new Map<Watchable, WatchedSubject>()
  #size = 0
  /** The highest number of a group that is gone: whoever comes back sees a higher one. */
  #lastNumber = 0
  readonly #rounds: NotificationRounds
  /** For groups: whose handler is being asked. */
  asking: ObservationGroup | undefined = undefined

  constructor(init: ObservationsInit) {
    this.#init = init
    const { statistics } = init
    this.#rounds = new NotificationRounds(
      (timer) => this.arm(timer, 0),
      () => statistics.received,
    )
  }

  get size(): number {
    return this.#size
  }

  /** Serves an observation that request and response agree on; the response gets the Observe option. Full: it does not. */
  register(incoming: Incoming, request: Request, response: Response, observing: Observing, handler: Handler): Response {
    const { peer } = incoming
    const token = tokenKey(incoming.token)
    this.#end(this.#find(peer, token))
    const { limits, statistics } = this.#init
    if (this.#size >= limits.observations || this.#countOf(peer) >= limits.observationsPerPeer) {
      countRefusal(statistics, 'observations')
      return response
    }
    const { subject, changes, conditions } = observing
    const group = this.#groupOf(observing, incoming, request, handler)
    const confirmable = conditions?.confirmable ?? observing.confirmable ?? incoming.confirmable
    const format = response.code === Code.Valid ? ('any' as const) : response.contentFormat
    const init = { peer, token, group, changes, format, confirmable, heard: this.#second() }
    const condition = conditions?.begin(response, this.now())
    const observation = condition === undefined ? new Observation(init) : new ConditionalObservation(init, condition)
    group.add(observation, response)
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
    this.#rounds.close()
    this.disarm(this.#rounds)
    for (const { all } of this.#subjects.values()) {
      for (const group of all) for (const observation of [...group.observers]) this.#end(observation)
    }
  }

  // For groups and observations:

  /** Of a client as many at a time as may be outstanding: the others have their turn when those are settled. */
  submit(observation: Observation): Outgoing | undefined {
    const { layer, statistics, notifications, expired } = this.#init
    const { peer, group } = observation
    if (peer.gone) return undefined
    if (peer.current !== undefined && expired(peer.current)) {
      this.#end(observation)
      return undefined
    }
    if (peer.notifying >= peer.transmission.nstart) {
      peer.notifyMore = true
      return undefined
    }
    const last = group.latest !== undefined && codeClass(group.latest.code) !== 2
    const due =
      observation.repeated ||
      observation.unacknowledged + 1 >= notifications.confirmableEvery ||
      this.#second() - observation.heard >= secondsOfDay
    const confirmable = observation.confirmable || last || due
    observation.submitted(confirmable)
    if (!confirmable) group.unconfirmed()
    statistics.notificationsSent++
    peer.notifying++
    return layer.submit({
      sender: observation,
      peer,
      token: observation.token,
      confirmable,
      parameters: peer.transmission,
      boundedElsewhere: true, // one an observation; if it were refused, its observer would be left with an old state
    })
  }

  withdraw(outgoing: Outgoing): void {
    outgoing.peer.notifying--
    this.#init.layer.cancel(outgoing)
  }

  settled(observation: Observation, outcome: Outcome, confirmable: boolean): void {
    const { peer } = observation
    peer.notifying--
    const ended = outcome === 'acknowledged' && observation.last
    if (outcome === 'reset' || outcome === 'timeout' || outcome === 'gone' || ended) {
      this.#end(observation, outcome)
    } else {
      if (outcome === 'acknowledged' && confirmable) observation.heard = this.#second()
      if (outcome === 'interrupted') observation.repeat()
      if (!peer.notifyMore && observation.wants) observation.notify()
    }
    this.#goOn(peer, observation.next)
  }

  tell(round: Round): void {
    this.#rounds.begin(round)
  }

  forget(group: ObservationGroup): void {
    this.#rounds.end(group)
    this.#lastNumber = Math.max(this.#lastNumber, group.lastNumber)
    const { subject, key } = group
    const watched = this.#subjects.get(subject)
    if (watched === undefined) return
    if (!watched.leaving.delete(group)) watched.groups.delete(key)
    if (watched.groups.size > 0 || watched.leaving.size > 0) return
    subject.unwatch(watched)
    this.#subjects.delete(subject)
  }

  arm(timer: Timer, delay: number): void {
    this.#init.context.timers.arm(timer, delay)
  }

  disarm(timer: Timer): void {
    this.#init.context.timers.cancel(timer)
  }

  now(): number {
    return this.#init.context.now()
  }

  get refreshes(): boolean {
    return this.#init.notifications.refresh
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
    const freed = observation.end()
    this.#unlink(observation)
    peer.open--
    this.#size--
    if (freed) this.#goOn(peer, observation.next)
    const { trace } = this.#init.context
    if (trace.enabled) trace.tell('coapstone:observation:ended', { peer, why: why ?? 'cancelled' })
  }

  /** Others of the peer's observations have their turn, from this one on and round. */
  #goOn(peer: EndpointPeer, from: Observation | undefined): void {
    if (!peer.notifyMore || peer.gone) return
    for (const start of [from, firstOf(peer)]) {
      for (let each = start; each !== undefined; each = each.next) {
        if (peer.notifying >= peer.transmission.nstart) return
        if (each.wants) each.notify()
      }
    }
    if (peer.notifying < peer.transmission.nstart) peer.notifyMore = false
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

  #groupOf(
    { subject, again, conditions }: Observing,
    incoming: Incoming,
    request: Request,
    handler: Handler,
  ): ObservationGroup {
    let watched = this.#subjects.get(subject)
    if (watched === undefined) {
      watched = new WatchedSubject()
      subject.watch(watched)
      this.#subjects.set(subject, watched)
    }
    const key = groupKey(request, incoming)
    let group = watched.groups.get(key)
    if (group === undefined) {
      const spacing = conditions?.spacing ?? 0
      group = new ObservationGroup({
        ...{ keeper: this, subject, key, again: again ?? handler, request, incoming, spacing },
      })
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
  /** Those that are over, and have observers who do not know it yet: who comes now is in none of them. */
  readonly leaving = new Set<ObservationGroup>()

  get all(): readonly ObservationGroup[] {
    return [...this.groups.values(), ...this.leaving]
  }

  changed(response: Response | undefined): void {
    for (const group of this.groups.values()) {
      if (response === undefined) group.changed()
      else group.publish(response)
    }
  }

  gone(response: Response | undefined): void {
    const groups = [...this.groups.values()]
    this.groups.clear()
    for (const group of groups) this.leaving.add(group)
    for (const group of groups) group.gone(response ?? Response.of(Code.NotFound))
  }
}
