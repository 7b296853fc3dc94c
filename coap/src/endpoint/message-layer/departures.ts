// Messages of ours take turns: as many interactions with a peer as NSTART says are outstanding at a time (RFC 7252 4.7), Message IDs are not
// used twice within EXCHANGE_LIFETIME (4.4), and a network that is full is waited for.

import type { Context } from '../../context/context.ts'
import { Type } from '../../message/datagram.ts'
import { EncodedMessage } from '../../message/encoded-message.ts'
import type { Message } from '../../message/message.ts'
import { exchangeLifetime, type TransmissionParameters } from '../../message/transmission.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import type { EndpointPeer } from '../peer.ts'
import { countRefusal, type Statistics } from '../statistics.ts'
import type { MessageIds } from './message-ids.ts'
import { Outbox } from './outbox.ts'
import { type Carrier, type Outcome, Outgoing, type OutgoingInit, type Sent } from './outgoing.ts'
import { firstTimeout, RoundTrip } from './round-trip.ts'
import type { Wire } from './wire.ts'

export interface DeparturesInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly transmission: TransmissionParameters
  readonly statistics: Statistics
  readonly wire: Wire
}

export class Departures implements Carrier {
  readonly #init: DeparturesInit
  /** Of peers that something of ours has been sent to; each peer has its own. */
  readonly #outboxes = new Set<Outbox>()
  /** What was encoded last. */
  #encoded: Message | undefined = undefined

  constructor(init: DeparturesInit) {
    this.#init = init
  }

  /** Sends a message, at once or when its turn comes. Undefined: too many wait already. */
  submit(init: OutgoingInit): Outgoing | undefined {
    const outbox = this.#outboxOf(init.peer)
    if (outbox.queue.length >= this.#init.limits.backlog && init.boundedElsewhere !== true) {
      countRefusal(this.#init.statistics, 'backlog')
      return undefined
    }
    const outgoing = new Outgoing(this, init)
    outbox.add(outgoing)
    this.#depart(init.peer, outbox)
    return outgoing
  }

  /** It is of no interest any more: its sender hears nothing further. */
  cancel(outgoing: Outgoing): void {
    const outbox = outboxOf(outgoing.peer)
    if (outbox === undefined || !outbox.remove(outgoing)) return
    this.#init.context.timers.cancel(outgoing)
    this.#depart(outgoing.peer, outbox)
  }

  /** Its peer has answered it, just now: how long that took says how long to wait for the next answer. */
  answered({ peer, parameters, departedAt, transmissions }: Outgoing): void {
    const outbox = outboxOf(peer)
    if (outbox === undefined || parameters.congestion === 'fixed') return
    const now = this.#init.context.now()
    outbox.roundTrip ??= new RoundTrip(parameters.ackTimeout, now)
    outbox.roundTrip.measured(now - departedAt, transmissions - 1, now)
  }

  /** It has ended. */
  settle(outgoing: Outgoing, outcome: Outcome): void {
    const outbox = outboxOf(outgoing.peer)
    if (outbox === undefined || !outbox.remove(outgoing)) return
    this.#init.context.timers.cancel(outgoing)
    if (outcome === 'timeout') this.#init.statistics.timeouts++
    outgoing.sender.settled(outcome)
    this.#depart(outgoing.peer, outbox)
  }

  /**
   * For `Outgoing`: once more. False: it is past the `latest` time for it (RFC 7252 4.2: a machine has slept); an acknowledgement that lies
   * waiting may still be read.
   */
  retransmit(outgoing: Outgoing, sent: Sent, timeout: number, latest: number): boolean {
    const { context, statistics, wire } = this.#init
    context.timers.arm(outgoing, timeout)
    if (context.now() > latest) return false
    const again = this.#renewed(outgoing) ?? sent
    if (!outgoing.armed) return true // whatever made the newer one has ended it
    statistics.retransmissions++
    const bytes = this.#bytesOf(outgoing, again)
    if (bytes !== undefined) wire.sendAgain(bytes, outgoing.association as Association)
    return true
  }

  /** There is room again. */
  drained(peer: EndpointPeer): void {
    const outbox = outboxOf(peer)
    if (outbox === undefined) return
    outbox.held = false
    this.#depart(peer, outbox)
  }

  /** The peer goes on with another association: what waits may leave. */
  continued(peer: EndpointPeer): void {
    const outbox = outboxOf(peer)
    if (outbox !== undefined) this.#depart(peer, outbox)
  }

  /** What was in flight on this association is lost. */
  closed(association: Association, peer: EndpointPeer): void {
    const outbox = outboxOf(peer)
    if (outbox === undefined) return
    outbox.held = false
    for (const outgoing of outbox.inFlight.filter((each) => each.association === association))
      this.settle(outgoing, 'interrupted')
  }

  /** Nothing will ever reach this peer again. */
  gone(peer: EndpointPeer): void {
    const outbox = outboxOf(peer)
    peer.outbox = undefined
    if (outbox === undefined) return
    this.#outboxes.delete(outbox)
    for (const outgoing of outbox.clear()) {
      this.#init.context.timers.cancel(outgoing)
      outgoing.sender.settled('gone')
    }
  }

  /** What is in flight to a peer under this Message ID. */
  find(association: Association, messageId: number): Outgoing | undefined {
    return outboxOf(association.peer as EndpointPeer)?.find(association, messageId)
  }

  #outboxOf(peer: EndpointPeer): Outbox {
    const known = outboxOf(peer)
    if (known !== undefined) return known
    const outbox = new Outbox()
    peer.outbox = outbox
    this.#outboxes.add(outbox)
    return outbox
  }

  /** Sends what may leave now. */
  #depart(peer: EndpointPeer, outbox: Outbox): void {
    // Whoever makes a message may send another one, or cancel one: the loop below sees to it.
    if (outbox.departing) return
    outbox.departing = true
    try {
      while (this.#next(peer, outbox));
    } finally {
      outbox.departing = false
    }
  }

  /** False: nothing more for now. */
  #next(peer: EndpointPeer, outbox: Outbox): boolean {
    const outgoing = outbox.queue[0]
    const association = peer.current
    if (outgoing === undefined || association === undefined || outbox.held) return false
    if (outgoing.counts && outbox.inFlight.length >= outgoing.parameters.nstart) return false
    const { context, transmission } = this.#init
    const ids = outbox.idsOf(context)
    const now = context.now()
    const available = ids.availableAt(exchangeLifetime(transmission))
    if (available > now) {
      outbox.wait(available - now, context, () => this.#depart(peer, outbox))
      return false
    }
    const message = this.#make(outgoing, outbox)
    // Whatever made the message may have cancelled it, or closed the association.
    if (outbox.queue[0] !== outgoing || peer.current !== association) return true
    outbox.shift()
    if (message === undefined) return true
    peer.messageIdUsed = now
    this.#first(outgoing, message, association, issue(ids, now, outgoing.members), outbox)
    return true
  }

  /** A sender that fails has had its turn: the others go on. */
  #make(outgoing: Outgoing, outbox: Outbox): Message | undefined {
    try {
      return outgoing.sender.departing()
    } catch (error) {
      outbox.remove(outgoing)
      throw error
    }
  }

  #first(outgoing: Outgoing, message: Message, association: Association, messageId: number, outbox: Outbox): void {
    const { wire, context } = this.#init
    const length = this.#encode(outgoing, message, association, messageId)
    if (length < 0) return
    const { parameters, confirmable } = outgoing
    if (outgoing.counts) {
      outbox.fly(outgoing)
      const { roundTrip } = outbox
      const now = context.now()
      if (confirmable) {
        const timeout = firstTimeout(parameters, roundTrip, outbox.inFlight.length, now)
        outgoing.departed(association, messageId, this.#kept(length), timeout, now, context)
      } else {
        const estimate = parameters.congestion === 'fixed' ? undefined : roundTrip?.timeoutAt(now)
        outgoing.departedOnce(association, messageId, outgoing.sender.outstandingFor(length, estimate), context)
      }
      outbox.held = !wire.send(wire.buffer, length, association)
    } else {
      outbox.held = !wire.send(wire.buffer, length, association)
      outgoing.messageId = messageId
      outgoing.sender.settled('acknowledged')
    }
  }

  /** What goes instead of a message that is out of date, under a Message ID of its own; undefined: send it as it is. */
  #renewed(outgoing: Outgoing): Sent | undefined {
    const { context, transmission } = this.#init
    const now = context.now()
    const ids = outboxOf(outgoing.peer)?.idsOf(context)
    if (ids === undefined || ids.availableAt(exchangeLifetime(transmission)) > now) return undefined
    const message = outgoing.sender.renewed?.()
    if (message === undefined) return undefined
    const messageId = ids.issue(now)
    outgoing.peer.messageIdUsed = now
    const length = this.#encode(outgoing, message, outgoing.association as Association, messageId)
    if (length < 0) return undefined
    const sent = this.#kept(length)
    outgoing.superseded(messageId, sent)
    return sent
  }

  /** The message, or what its sender has for one that is too long, in the wire's buffer: its length, or -1 if there is nothing to send. */
  #encode(outgoing: Outgoing, message: Message, association: Association, messageId: number): number {
    const { wire } = this.#init
    const { token, sender, confirmable } = outgoing
    const type = confirmable ? Type.Confirmable : Type.NonConfirmable
    let sent: Message | undefined = message
    let length = wire.encode(type, messageId, token, message, association)
    if (length < 0) {
      sent = sender.tooLong(association.transport.maxMessageSize)
      length = sent === undefined ? -1 : wire.encode(type, messageId, token, sent, association)
    }
    if (sent === undefined) return -1
    if (length < 0)
      sender.settled('timeout') // not even a short one
    else wire.tellSent(sent, type, messageId, association)
    this.#encoded = sent
    return length
  }

  /** Of what was encoded last: what is kept, to be sent again. */
  #kept(length: number): Sent {
    return this.#encoded instanceof EncodedMessage ? this.#encoded : this.#init.wire.buffer.slice(0, length)
  }

  /** Undefined: the transport takes nothing as long any more. */
  #bytesOf({ token, messageId, association }: Outgoing, sent: Sent): Uint8Array | undefined {
    if (!(sent instanceof EncodedMessage)) return sent
    const { wire } = this.#init
    const length = wire.encode(Type.Confirmable, messageId, token, sent, association as Association)
    return length < 0 ? undefined : wire.buffer.slice(0, length)
  }
}

function outboxOf({ outbox }: EndpointPeer): Outbox | undefined {
  return outbox instanceof Outbox ? outbox : undefined
}

/** A member that does not know of groups may reset the message to the group: that must not hit another one (RFC 7252 8.1). */
function issue(ids: MessageIds, now: number, members: Iterable<EndpointPeer> | undefined): number {
  let id = ids.issue(now)
  if (members === undefined) return id
  const taken = new Set<number>()
  for (const member of members) for (const { messageId } of outboxOf(member)?.inFlight ?? []) taken.add(messageId)
  while (taken.has(id)) id = ids.issue(now)
  return id
}
