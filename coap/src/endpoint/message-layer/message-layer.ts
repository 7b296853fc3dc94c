// The message layer of datagrams (RFC 7252 4): reliability, duplicates, rejection. Below it bytes and associations, above it requests and
// responses. A stream's signaling layer (RFC 8323 5) will stand beside it.

import type { Context } from '../../context/context.ts'
import { Code, codeClass, isRequest } from '../../message/code.ts'
import { type Datagram, decodeDatagram, encodeEmpty, malformation, Type } from '../../message/datagram.ts'
import { Message, noBytes } from '../../message/message.ts'
import { MaxAge, Observe } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import type { TransmissionParameters } from '../../message/transmission.ts'
import type { Association } from '../../transport/transport.ts'
import type { KnownLimits } from '../limits.ts'
import type { EndpointPeer } from '../peer.ts'
import { countRefusal, type Rejection, type Statistics } from '../statistics.ts'
import { Deduplication, type Remembered } from './deduplication.ts'
import { Departures } from './departures.ts'
import type { Outgoing, OutgoingInit } from './outgoing.ts'
import { Wire } from './wire.ts'

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
  readonly #statistics: Statistics
  readonly #receiver: MessageReceiver
  readonly #duplicates: Deduplication
  readonly #wire: Wire
  readonly #departures: Departures

  constructor({ context, limits, transmission, statistics, receiver }: MessageLayerInit) {
    this.#context = context
    this.#statistics = statistics
    this.#receiver = receiver
    this.#duplicates = new Deduplication(limits, transmission)
    this.#wire = new Wire(context, statistics)
    this.#departures = new Departures({ context, limits, transmission, statistics, wire: this.#wire })
  }

  receive(bytes: Uint8Array, from: Association, multicast: boolean): void {
    this.#statistics.received++
    if (isEmptyAcknowledgement(bytes) && !multicast && !this.#context.trace.enabled) {
      const outgoing = this.#departures.find(from, ((bytes[2] as number) << 8) | (bytes[3] as number))
      if (outgoing?.confirmable === true) this.#settle(outgoing, 'acknowledged')
      else this.#statistics.rejected.unmatched++
      return
    }
    const message = decodeDatagram(bytes, from.transport.messagesAreOwned)
    if (message === undefined) {
      this.#malformed(bytes, from, multicast)
      return
    }
    this.#wire.tellReceived(message, from)
    if (multicast && (message.type !== Type.NonConfirmable || !isRequest(message.code)))
      this.#ignore(message, from, 'multicast')
    else if (message.type === Type.Acknowledgement) this.#acknowledgement(message, from)
    else if (message.type === Type.Reset) this.#reset(message, from)
    else if (message.code === Code.Empty) this.#empty(message, from, multicast)
    else if (reservedClasses.has(codeClass(message.code))) this.#reject(message, from, 'code', multicast)
    else this.#once(message, from, multicast)
  }

  /** Sends a message, at once or when its turn comes. Undefined: too many wait already. */
  submit(init: OutgoingInit): Outgoing | undefined {
    return this.#departures.submit(init)
  }

  /** It is of no interest any more: its sender hears nothing further. */
  cancel(outgoing: Outgoing): void {
    this.#departures.cancel(outgoing)
  }

  /** A response on the acknowledgement of its request (RFC 7252 5.2.1). False: it is longer than the transport takes. */
  piggyback(request: Datagram, to: Association, entry: Remembered, response: Message): boolean {
    const { id, packet, tokenStart, tokenEnd } = request
    const length = this.#wire.encode(Type.Acknowledgement, id, packet, response, to, tokenStart, tokenEnd)
    if (length < 0) return false
    this.#duplicates.store(entry, this.#wire.buffer, length)
    this.#wire.tellSent(response, Type.Acknowledgement, id, to)
    this.#wire.send(this.#wire.buffer, length, to)
    return true
  }

  /** An Empty acknowledgement (RFC 7252 4.2), which a duplicate gets from now on too. */
  acknowledge(message: Datagram, to: Association, entry: Remembered): void {
    this.#sendEmpty(Type.Acknowledgement, message.id, to, entry)
  }

  /** There is room again. */
  drained(peer: EndpointPeer): void {
    this.#departures.drained(peer)
  }

  /** The peer goes on with another association: what waits may leave. */
  continued(peer: EndpointPeer): void {
    this.#departures.continued(peer)
  }

  /** What was in flight on this association is lost. */
  closed(association: Association, peer: EndpointPeer): void {
    this.#departures.closed(association, peer)
  }

  /** Nothing will ever reach this peer again. */
  gone(peer: EndpointPeer): void {
    this.#departures.gone(peer)
  }

  /** A request or response, Confirmable or not: handled if it is the first of its kind. */
  #once(message: Datagram, from: Association, multicast: boolean): void {
    const now = this.#context.now()
    const earlier = this.#duplicates.find(message, from, now)
    if (earlier >= 0) {
      this.#statistics.duplicates++
      const reply = message.type === Type.Confirmable ? this.#duplicates.reply(earlier) : undefined
      if (reply !== undefined) this.#wire.sendAgain(reply, from)
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
    if (rejection !== undefined) {
      this.#reject(message, from, rejection, multicast, entry)
      return
    }
    this.#reached(message, from)
    if (message.type === Type.Confirmable) this.acknowledge(message, from, entry)
  }

  /** Whoever knows a token of ours has got what we sent. The 16 bits of an acknowledgement prove nothing: a spoofer guesses them in time. */
  #reached(message: Datagram, from: Association): void {
    if (message.tokenLength >= 4) from.peer.reachedAt = Math.floor(this.#context.now() / 1000)
  }

  /** Not idempotent, and no room to remember it: it must not be handled (RFC 7252 4.5 leaves no choice). */
  #refuse(message: Datagram, from: Association): void {
    countRefusal(this.#statistics, 'nonIdempotentDuplicates')
    if (message.type === Type.Confirmable) this.piggyback(message, from, -1, busy)
  }

  #acknowledgement(message: Datagram, from: Association): void {
    const outgoing = this.#departures.find(from, message.id)
    if (outgoing === undefined || !outgoing.confirmable) this.#ignore(message, from, 'unmatched')
    else if (message.code === Code.Empty) this.#settle(outgoing, 'acknowledged')
    else if (codeClass(message.code) === 0 || reservedClasses.has(codeClass(message.code)))
      this.#ignore(message, from, 'code')
    else if (!outgoing.isRequest)
      this.#settle(outgoing, 'acknowledged') // whatever it carries (RFC 7252 5.2.2)
    else this.#piggybacked(message, from, outgoing)
  }

  #settle(outgoing: Outgoing, outcome: 'acknowledged' | 'reset'): void {
    if (outgoing.confirmable) this.#departures.answered(outgoing)
    this.#departures.settle(outgoing, outcome)
  }

  /** Message ID and token must both be those of the request (RFC 7252 5.3.2). */
  #piggybacked(message: Datagram, from: Association, outgoing: Outgoing): void {
    this.#statistics.responses++
    const expected = message.hasToken(outgoing.token)
    if (expected) this.#departures.answered(outgoing) // first of all: what waits behind it may leave as soon as the response is taken
    const rejection = expected ? this.#receiver.response(message, from) : 'unknown-response'
    if (rejection !== undefined) {
      this.#ignore(message, from, rejection)
      return
    }
    this.#reached(message, from)
    this.#departures.settle(outgoing, 'acknowledged')
  }

  #reset(message: Datagram, from: Association): void {
    this.#statistics.resetsReceived++
    if (message.code !== Code.Empty) {
      this.#ignore(message, from, 'empty')
      return
    }
    const outgoing = this.#departures.find(from, message.id)
    if (outgoing !== undefined) this.#settle(outgoing, 'reset')
    else if (!this.#receiver.reset(message.id, from)) this.#ignore(message, from, 'unmatched')
  }

  #empty(message: Datagram, from: Association, multicast: boolean): void {
    this.#reject(message, from, message.type === Type.Confirmable ? 'ping' : 'empty', multicast)
  }

  /**
   * Rejects a message (RFC 7252 4.2, 4.3): a Confirmable one with a Reset, a Non-confirmable one by saying nothing; unless it is a
   * notification of what we observe no longer: the server is to know (RFC 7641 3.6).
   */
  #reject(message: Datagram, from: Association, why: Rejection, multicast: boolean, entry: Remembered = -1): void {
    this.#ignore(message, from, why)
    const unwanted = why === 'unknown-response' && message.options.has(Observe)
    if ((message.type === Type.Confirmable || unwanted) && !multicast) {
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
    const { buffer } = this.#wire
    const length = encodeEmpty(type, messageId, buffer, 0)
    this.#duplicates.store(entry, buffer, length)
    this.#wire.tellSent(emptyMessage, type, messageId, to)
    this.#wire.send(buffer, length, to)
  }
}

/** Half of what a server of notifications receives: it is not worth an object. */
function isEmptyAcknowledgement(bytes: Uint8Array): boolean {
  return bytes.length === 4 && bytes[0] === 0x60 && bytes[1] === Code.Empty
}

/** Codes of these classes make no message (RFC 7252 4.2); 7.xx is for streams (RFC 8323 5). */
const reservedClasses: ReadonlySet<number> = new Set([1, 6, 7])
const emptyMessage = new Message({ code: Code.Empty, payload: noBytes })
const busy = new Message({ code: Code.ServiceUnavailable, options: new Options().add(MaxAge, 5) })
