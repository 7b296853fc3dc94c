// The message layer of datagrams (RFC 7252 4): reliability, duplicates, rejection. Below it bytes and associations, above it requests and
// responses. A stream's signaling layer (RFC 8323 5) will stand beside it.

import type { Context } from '../context/context.ts'
import { Code, codeClass, isRequest } from '../message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, encodeEmpty, malformation, Type } from '../message/datagram.ts'
import { Message, noBytes } from '../message/message.ts'
import { MaxAge } from '../message/option.ts'
import { Options } from '../message/options.ts'
import { exchangeLifetime, type TransmissionParameters } from '../message/transmission.ts'
import type { Association } from '../transport/transport.ts'
import { Deduplication, type Remembered } from './deduplication.ts'
import type { KnownLimits } from './limits.ts'
import { Outbox } from './outbox.ts'
import { type Outcome, Outgoing, type OutgoingInit } from './outgoing.ts'
import type { EndpointPeer } from './peer.ts'
import type { Rejection, Statistics } from './statistics.ts'

/** What the message layer hands up. */
export interface MessageReceiver {
  /** A request that has not been seen before. */
  request(message: Datagram, from: Association, entry: Remembered, multicast: boolean): void
  /** A response. Anything but undefined says why it is rejected. */
  response(message: Datagram, from: Association): Rejection | undefined
  /** A Reset for a Non-confirmable message that is no longer in flight. */
  reset(messageId: number, from: Association): boolean
}

export interface MessageLayerInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly transmission: TransmissionParameters
  readonly statistics: Statistics
  readonly receiver: MessageReceiver
}

export class MessageLayer {
  readonly #context: Context
  readonly #limits: KnownLimits
  readonly #transmission: TransmissionParameters
  readonly #statistics: Statistics
  readonly #receiver: MessageReceiver
  readonly #duplicates: Deduplication
  readonly #buffer = new Uint8Array(0x10000)
  /** The buffer, cut to what the transport that was last sent on takes. */
  #room: Uint8Array = this.#buffer

  constructor({ context, limits, transmission, statistics, receiver }: MessageLayerInit) {
    this.#context = context
    this.#limits = limits
    this.#transmission = transmission
    this.#statistics = statistics
    this.#receiver = receiver
    this.#duplicates = new Deduplication(limits, transmission)
  }

  receive(bytes: Uint8Array, from: Association, multicast: boolean): void {
    this.#statistics.received++
    const message = decodeDatagram(bytes, from.transport.messagesAreOwned)
    if (message === undefined) {
      this.#malformed(bytes, from, multicast)
      return
    }
    this.#tell('coapstone:message:received', message, message.type, message.id, from)
    if (message.type === Type.Acknowledgement) this.#acknowledgement(message, from)
    else if (message.type === Type.Reset) this.#reset(message, from)
    else if (message.code === Code.Empty) this.#empty(message, from, multicast)
    else if (reservedClasses.has(codeClass(message.code))) this.#reject(message, from, 'code', multicast)
    else this.#once(message, from, multicast)
  }

  /** Sends a message, at once or when its turn comes. False: too many wait already. */
  submit(init: OutgoingInit): Outgoing | undefined {
    init.peer.outbox ??= new Outbox()
    const { outbox } = init.peer
    if (outbox.queue.length >= this.#limits.backlog) {
      count(this.#statistics.refused, 'backlog')
      return undefined
    }
    const outgoing = new Outgoing(this, init)
    outbox.queue.push(outgoing)
    this.#depart(init.peer, outbox)
    return outgoing
  }

  /** It is of no interest any more: its sender hears nothing further. */
  cancel(outgoing: Outgoing): void {
    const { outbox } = outgoing.peer
    if (outbox === undefined || !outbox.remove(outgoing)) return
    this.#context.timers.cancel(outgoing)
    this.#depart(outgoing.peer, outbox)
  }

  /** For `Outgoing`: it has ended. */
  settle(outgoing: Outgoing, outcome: Outcome): void {
    const { outbox } = outgoing.peer
    if (outbox === undefined || !outbox.remove(outgoing)) return
    this.#context.timers.cancel(outgoing)
    if (outcome === 'timeout') this.#statistics.timeouts++
    outgoing.sender.settled(outcome)
    this.#depart(outgoing.peer, outbox)
  }

  /** For `Outgoing`: once more. */
  retransmit(outgoing: Outgoing, bytes: Uint8Array, timeout: number): void {
    this.#statistics.retransmissions++
    this.#send(bytes, bytes.length, outgoing.association as Association)
    this.#context.timers.arm(outgoing, timeout)
  }

  /** A response on the acknowledgement of its request (RFC 7252 5.2.1). A `RangeError` says that it does not fit. */
  piggyback(request: Datagram, to: Association, entry: Remembered, response: Message): void {
    const { id, packet, tokenStart, tokenEnd } = request
    const length = encodeDatagram(
      Type.Acknowledgement,
      id,
      packet,
      response,
      this.#roomFor(to),
      0,
      tokenStart,
      tokenEnd,
    )
    this.#duplicates.store(entry, this.#buffer, length)
    this.#tell('coapstone:message:sent', response, Type.Acknowledgement, id, to)
    this.#send(this.#buffer, length, to)
  }

  /** An Empty acknowledgement (RFC 7252 4.2), which a duplicate gets from now on too. */
  acknowledge(message: Datagram, to: Association, entry: Remembered): void {
    this.#sendEmpty(Type.Acknowledgement, message.id, to, entry)
  }

  /** There is room again. */
  drained(peer: EndpointPeer): void {
    const { outbox } = peer
    if (outbox === undefined) return
    outbox.held = false
    this.#depart(peer, outbox)
  }

  /** The peer goes on with another association: what waits may leave. */
  continued(peer: EndpointPeer): void {
    if (peer.outbox !== undefined) this.#depart(peer, peer.outbox)
  }

  /** What was in flight on this association is lost. */
  closed(association: Association, peer: EndpointPeer): void {
    const { outbox } = peer
    if (outbox === undefined) return
    outbox.held = false
    for (const outgoing of outbox.inFlight.filter((each) => each.association === association))
      this.settle(outgoing, 'interrupted')
  }

  /** Nothing will ever reach this peer again. */
  gone(peer: EndpointPeer): void {
    const { outbox } = peer
    peer.outbox = undefined
    if (outbox === undefined) return
    for (const outgoing of [...outbox.inFlight.splice(0), ...outbox.queue.splice(0)]) {
      this.#context.timers.cancel(outgoing)
      outgoing.sender.settled('gone')
    }
  }

  #depart(peer: EndpointPeer, outbox: Outbox): void {
    while (outbox.queue.length > 0 && !outbox.held) {
      const outgoing = outbox.queue[0] as Outgoing
      const association = peer.current
      if (association === undefined || outbox.inFlight.length >= outgoing.parameters.nstart) return
      const ids = outbox.idsFor(association, this.#context)
      const now = this.#context.now()
      const available = ids.availableAt(exchangeLifetime(this.#transmission))
      if (available > now) {
        outbox.wait(available - now, this.#context, () => this.#depart(peer, outbox))
        return
      }
      outbox.queue.shift()
      const message = outgoing.sender.departing()
      if (message !== undefined) this.#first(outgoing, message, association, ids.issue(now), outbox)
    }
  }

  #first(outgoing: Outgoing, message: Message, association: Association, messageId: number, outbox: Outbox): void {
    const type = outgoing.confirmable ? Type.Confirmable : Type.NonConfirmable
    const length = encodeDatagram(type, messageId, outgoing.token, message, this.#roomFor(association), 0)
    const bytes = this.#buffer.slice(0, length)
    this.#tell('coapstone:message:sent', message, type, messageId, association)
    if (outgoing.confirmable || outgoing.outstandingFor(length) > 0) {
      outbox.inFlight.push(outgoing)
      outgoing.departed(association, messageId, bytes, this.#context)
      outbox.held = !this.#send(bytes, length, association)
    } else {
      outbox.held = !this.#send(bytes, length, association)
      outgoing.messageId = messageId
      outgoing.sender.settled('acknowledged')
    }
  }

  /** A request or response, Confirmable or not: handled if it is the first of its kind. */
  #once(message: Datagram, from: Association, multicast: boolean): void {
    const now = this.#context.now()
    const earlier = this.#duplicates.find(message, from, now)
    if (earlier >= 0) {
      this.#statistics.duplicates++
      const reply = message.type === Type.Confirmable ? this.#duplicates.reply(earlier) : undefined
      if (reply !== undefined) this.#send(reply, reply.length, from)
      return
    }
    const entry = this.#duplicates.remember(message, from, now)
    if (isRequest(message.code)) {
      this.#statistics.requests++
      if (entry >= 0) this.#receiver.request(message, from, entry, multicast)
      else this.#refuse(message, from)
      return
    }
    this.#statistics.responses++
    const rejection = this.#receiver.response(message, from)
    if (rejection !== undefined) this.#reject(message, from, rejection, multicast, entry)
    else if (message.type === Type.Confirmable) this.acknowledge(message, from, entry)
  }

  /** Not idempotent, and no room to remember it: it must not be handled (RFC 7252 4.5 leaves no choice). */
  #refuse(message: Datagram, from: Association): void {
    count(this.#statistics.refused, 'nonIdempotentDuplicates')
    if (message.type === Type.Confirmable) this.piggyback(message, from, -1, busy)
  }

  #acknowledgement(message: Datagram, from: Association): void {
    const outgoing = (from.peer as EndpointPeer).outbox?.find(from, message.id)
    if (outgoing === undefined || !outgoing.confirmable) this.#ignore(message, from, 'unmatched')
    else if (message.code === Code.Empty) this.settle(outgoing, 'acknowledged')
    else if (codeClass(message.code) === 0 || reservedClasses.has(codeClass(message.code)))
      this.#ignore(message, from, 'code')
    else if (!outgoing.isRequest)
      this.settle(outgoing, 'acknowledged') // whatever it carries (RFC 7252 5.2.2)
    else this.#piggybacked(message, from, outgoing)
  }

  /** Message ID and token must both be those of the request (RFC 7252 5.3.2). */
  #piggybacked(message: Datagram, from: Association, outgoing: Outgoing): void {
    this.#statistics.responses++
    const rejection = message.hasToken(outgoing.token) ? this.#receiver.response(message, from) : 'unknown-response'
    if (rejection !== undefined) this.#ignore(message, from, rejection)
    else this.settle(outgoing, 'acknowledged')
  }

  #reset(message: Datagram, from: Association): void {
    this.#statistics.resetsReceived++
    if (message.code !== Code.Empty) {
      this.#ignore(message, from, 'empty')
      return
    }
    const outgoing = (from.peer as EndpointPeer).outbox?.find(from, message.id)
    if (outgoing !== undefined) this.settle(outgoing, 'reset')
    else if (!this.#receiver.reset(message.id, from)) this.#ignore(message, from, 'unmatched')
  }

  #empty(message: Datagram, from: Association, multicast: boolean): void {
    this.#reject(message, from, message.type === Type.Confirmable ? 'ping' : 'empty', multicast)
  }

  /** Rejects a message (RFC 7252 4.2, 4.3): a Confirmable one with a Reset, a Non-confirmable one by saying nothing. */
  #reject(message: Datagram, from: Association, why: Rejection, multicast: boolean, entry: Remembered = -1): void {
    this.#ignore(message, from, why)
    if (message.type === Type.Confirmable && !multicast) {
      this.#statistics.resetsSent++
      this.#sendEmpty(Type.Reset, message.id, from, entry)
    }
  }

  #malformed(bytes: Uint8Array, from: Association, multicast: boolean): void {
    const reason = malformation(bytes)
    this.#statistics.malformed[reason]++
    if (this.#context.trace.enabled) this.#context.trace.tell('coapstone:message:dropped', { reason, path: from.path })
    const confirmable = (((bytes[0] as number) >>> 4) & 3) === Type.Confirmable
    if (reason === 'short' || reason === 'version' || !confirmable || multicast) return
    this.#statistics.resetsSent++
    this.#sendEmpty(Type.Reset, ((bytes[2] as number) << 8) | (bytes[3] as number), from, -1)
  }

  #ignore(message: Datagram, from: Association, why: Rejection): void {
    this.#statistics.rejected[why]++
    if (this.#context.trace.enabled) {
      this.#context.trace.tell('coapstone:message:dropped', {
        reason: why,
        code: message.code,
        id: message.id,
        path: from.path,
      })
    }
  }

  #sendEmpty(type: Type, messageId: number, to: Association, entry: Remembered): void {
    const length = encodeEmpty(type, messageId, this.#buffer, 0)
    this.#duplicates.store(entry, this.#buffer, length)
    this.#tell('coapstone:message:sent', emptyMessage, type, messageId, to)
    this.#send(this.#buffer, length, to)
  }

  #send(bytes: Uint8Array, length: number, to: Association): boolean {
    this.#statistics.sent++
    return to.transport.send(bytes, length, to)
  }

  #roomFor({ transport: { maxMessageSize } }: Association): Uint8Array {
    if (this.#room.length !== maxMessageSize) this.#room = this.#buffer.subarray(0, maxMessageSize)
    return this.#room
  }

  #tell(
    name: 'coapstone:message:sent' | 'coapstone:message:received',
    message: Message,
    type: Type,
    id: number,
    association: Association,
  ): void {
    if (!this.#context.trace.enabled) return
    const { code, token, options, payload } = message
    this.#context.trace.tell(name, { type, id, code, token, options, payloadLength: payload.length, association })
  }
}

/** Codes of these classes make no message (RFC 7252 4.2); 7.xx is for streams (RFC 8323 5). */
const reservedClasses: ReadonlySet<number> = new Set([1, 6, 7])
const emptyMessage = new Message({ code: Code.Empty, payload: noBytes })
const busy = new Message({ code: Code.ServiceUnavailable, options: new Options().add(MaxAge, 5) })

function count(counters: Record<string, number>, name: string): void {
  counters[name] = (counters[name] ?? 0) + 1
}
