// Watches the packets of one endpoint, from its opening to its end, and knows from RFC 7252 and RFC 7641 alone what may come next: it has
// nothing of the endpoint's code.

import { type Asking, Neighbour, type Sent } from './neighbour.ts'
import { ack, con, describePacket, isRequestCode, isResponseCode, type Packet, readPacket, rst } from './packet.ts'
import type { Verdict } from './verdict.ts'
import type { WorldTransmission } from './world.ts'

/** RFC 7252 4.8 and 4.8.2, in milliseconds. */
const ackRandomFactor = 1.5
const maxLatency = 100_000
const processingDelay = 2000
/** The endpoint's own: it acknowledges within this what its handlers have not answered yet. */
const piggybackDelay = 100

export interface WireOracleInit {
  readonly verdict: Verdict
  readonly inhabitant: number
  readonly transmission: WorldTransmission
  /** A request leaves for the first time. */
  readonly departed: (nonce: number, now: number) => void
}

export class WireOracle {
  readonly #init: WireOracleInit
  readonly #neighbours = new Map<string, Neighbour>()
  readonly #tokens = new Map<number, string>()
  readonly #reset = new Set<number>()
  readonly #exchangeLifetime: number
  #closed = false

  constructor(init: WireOracleInit) {
    this.#init = init
    const { ackTimeout, maxRetransmit } = init.transmission
    this.#exchangeLifetime = ackTimeout * (2 ** maxRetransmit - 1) * ackRandomFactor + 2 * maxLatency + processingDelay
  }

  sent(host: string, bytes: Uint8Array, now: number): void {
    const packet = readPacket(bytes)
    const neighbour = this.#neighbour(host)
    this.#sweep(neighbour, now)
    if (this.#closed) this.#breaks('a closed endpoint is silent', now, packet)
    if (packet.type === ack || packet.type === rst) this.#answers(packet, bytes, neighbour, now)
    else this.#sends(packet, bytes, neighbour, now)
  }

  arrived(host: string, bytes: Uint8Array, now: number): void {
    const packet = readPacket(bytes)
    const neighbour = this.#neighbour(host)
    this.#sweep(neighbour, now)
    if (packet.type === ack || packet.type === rst) this.#settles(packet, neighbour)
    else this.#receives(packet, neighbour, now)
  }

  /** The network says that nobody is there: whoever asks may give up. */
  unreachable(host: string): void {
    this.#neighbour(host).settleWhere((own) => !isResponseCode(own.code))
  }

  /** A caller has heard what became of its request, or wants to hear no more. */
  ended(nonce: number): void {
    for (const neighbour of this.#neighbours.values()) neighbour.settleWhere((own) => own.nonce === nonce)
  }

  /** Nothing more is to come before `now`. */
  finish(now: number): void {
    for (const neighbour of this.#neighbours.values()) this.#sweep(neighbour, now)
  }

  close(now: number): void {
    this.finish(now)
    this.#closed = true
    for (const neighbour of this.#neighbours.values()) neighbour.forget()
  }

  /** Did a Reset come for a request of this action? */
  wasReset(nonce: number): boolean {
    return this.#reset.has(nonce)
  }

  /** The token that an action's request left with. */
  tokenOf(nonce: number): string | undefined {
    return this.#tokens.get(nonce)
  }

  /** Was a response or notification under this token given up, since nobody acknowledged it? Then an observation has ended here (RFC 7641 4.5). */
  gaveUp(host: string, token: string): boolean {
    return this.#neighbour(host).exhausted.has(token)
  }

  #sends(packet: Packet, bytes: Uint8Array, neighbour: Neighbour, now: number): void {
    const known = neighbour.sent.get(packet.id)
    if (known !== undefined && packet.type === con && sameBytes(known.bytes, bytes)) {
      this.#sendsAgain(known, now)
      return
    }
    if (known !== undefined && now < known.first + this.#exchangeLifetime) {
      this.#breaks(
        'a Message ID is not used again within EXCHANGE_LIFETIME',
        now,
        packet,
        `after ${now - known.first} ms`,
      )
    }
    if (packet.nonce !== undefined && packet.observe !== 1) {
      this.#tokens.set(packet.nonce, packet.token)
      this.#init.departed(packet.nonce, now)
    }
    const notifies = isResponseCode(packet.code) && this.#responds(packet, neighbour, now)
    const times = { first: now, last: now, transmissions: 1, gap: 0 }
    const sent: Sent = { packet, bytes: bytes.slice(), notifies, ...times, state: 'on its way' }
    neighbour.sent.set(packet.id, sent)
    if (packet.type === con) this.#sendsConfirmable(sent, neighbour, now)
  }

  #sendsConfirmable(sent: Sent, neighbour: Neighbour, now: number): void {
    const { packet, notifies } = sent
    for (const outdated of notifies ? neighbour.onTheirWay : []) {
      if (!outdated.notifies || outdated.packet.token !== packet.token) continue
      // A newer notification takes the place of one that is not acknowledged yet, and all that it has tried (RFC 7641 4.5.2).
      Object.assign(sent, { last: outdated.last, gap: outdated.gap, transmissions: outdated.transmissions })
      neighbour.settle(outdated)
      neighbour.onTheirWay.add(sent)
      this.#sendsAgain(sent, now)
      return
    }
    if (neighbour.onTheirWay.size >= this.#init.transmission.nstart) {
      this.#breaks('no more than NSTART Confirmable messages are outstanding', now, packet)
    }
    neighbour.onTheirWay.add(sent)
  }

  #sendsAgain(sent: Sent, now: number): void {
    const { packet, state } = sent
    const { ackTimeout, maxRetransmit } = this.#init.transmission
    const gap = now - sent.last
    const first = sent.gap === 0
    const [least, most] = first ? [ackTimeout, ackTimeout * ackRandomFactor + 1] : [2 * sent.gap - 1, 2 * sent.gap]
    sent.last = now
    sent.gap = gap
    sent.transmissions++
    const more = `transmission ${sent.transmissions}, ${gap} ms after the one before`
    if (state === 'settled') this.#breaks('what is settled is not sent again', now, packet, more)
    else if (gap < least || gap > most) this.#breaks('retransmissions keep their times', now, packet, more)
    else if (sent.transmissions > maxRetransmit + 1) {
      this.#breaks('there are at most MAX_RETRANSMIT retransmissions', now, packet, more)
    }
  }

  /** A response as a message of its own: true if it is a notification, after the response that was asked for. */
  #responds(packet: Packet, neighbour: Neighbour, now: number): boolean {
    const asking = neighbour.asked.get(packet.token)
    if (asking === undefined) {
      this.#breaks('a response has the token of a request', now, packet)
      return false
    }
    const notifies = asking.answered || (asking.cancels && packet.observe !== undefined)
    if (notifies && !asking.answered) return true // the handler has not answered yet
    if (asking.cancels) neighbour.excuse(packet.token)
    this.#counts(packet, asking, now)
    return notifies
  }

  /** The numbers of notifications put them in order (RFC 7641 3.4, 4.4). */
  #counts(packet: Packet, asking: Asking, now: number): void {
    asking.answered = true
    if (packet.observe === undefined) return
    const { observe } = asking
    const ahead = observe === undefined ? 1 : (packet.observe - observe.value) & 0xffffff
    if (observe !== undefined && (ahead === 0 || ahead >= 0x800000) && now <= observe.at + 128_000) {
      this.#breaks('numbers of notifications increase', now, packet, `${packet.observe} after ${observe.value}`)
    }
    asking.observe = { value: packet.observe, at: now }
  }

  /** An acknowledgement, with or without a response, or a Reset. */
  #answers(packet: Packet, bytes: Uint8Array, neighbour: Neighbour, now: number): void {
    const received = neighbour.received.get(packet.id)
    if (received === undefined) {
      this.#breaks('only what was received is answered', now, packet)
      return
    }
    neighbour.unanswered.delete(received)
    if (packet.code !== 0 && packet.token !== received.packet.token) {
      this.#breaks('a response has the token of its request', now, packet)
    }
    if (received.answer !== undefined && !sameBytes(received.answer, bytes)) {
      this.#breaks('a duplicate gets what the first one got', now, packet)
    }
    const asking = neighbour.asked.get(packet.token)
    if (received.answer === undefined && packet.code !== 0 && asking !== undefined) {
      if (asking.cancels) neighbour.excuse(packet.token)
      this.#counts(packet, asking, now)
    }
    received.answer = bytes.slice()
  }

  /** A Confirmable or Non-confirmable message: the first one, or a duplicate. */
  #receives(packet: Packet, neighbour: Neighbour, now: number): void {
    let received = neighbour.received.get(packet.id)
    if (received?.packet.token !== packet.token || received.packet.code !== packet.code) {
      received = { packet, unansweredSince: now, answer: undefined }
      neighbour.received.set(packet.id, received)
      if (isRequestCode(packet.code)) this.#isAsked(packet, neighbour)
      else neighbour.settleWhere((own) => isRequestCode(own.code) && own.token === packet.token)
    }
    if (packet.type !== con) return
    if (!neighbour.unanswered.has(received)) received.unansweredSince = now
    neighbour.unanswered.add(received)
  }

  #isAsked({ token, observe }: Packet, neighbour: Neighbour): void {
    neighbour.asked.set(token, {
      cancels: observe === 1,
      answered: false,
      observe: neighbour.asked.get(token)?.observe,
    })
    neighbour.excuse(token) // it ends or renews what was asked with this token before
  }

  #settles({ type, id, code, token }: Packet, neighbour: Neighbour): void {
    const sent = neighbour.sent.get(id)
    if (sent === undefined || (code !== 0 && token !== sent.packet.token)) return
    neighbour.settle(sent)
    if (type !== rst) return
    if (sent.packet.nonce !== undefined) this.#reset.add(sent.packet.nonce)
    neighbour.excuse(sent.packet.token)
  }

  /** What should have happened by now, but has not. */
  #sweep(neighbour: Neighbour, now: number): void {
    const { ackTimeout, maxRetransmit } = this.#init.transmission
    for (const sent of neighbour.onTheirWay) {
      const due = sent.last + (sent.gap === 0 ? ackTimeout * ackRandomFactor + 1 : 2 * sent.gap)
      if (sent.transmissions > maxRetransmit && now >= due - 1) {
        neighbour.settle(sent)
        neighbour.exhausted.add(sent.packet.token)
        neighbour.excuse(sent.packet.token)
      } else if (now > due) {
        neighbour.settle(sent)
        const more = `last sent at ${sent.last} ms, ${sent.transmissions} times`
        this.#breaks('a Confirmable message is sent again until it is settled', now, sent.packet, more)
      }
    }
    for (const { packet, unansweredSince } of neighbour.unanswered) {
      if (now <= unansweredSince + piggybackDelay) continue
      this.#breaks('each Confirmable message is acknowledged or reset', now, packet, `it came at ${unansweredSince} ms`)
    }
  }

  #neighbour(host: string): Neighbour {
    let neighbour = this.#neighbours.get(host)
    if (neighbour === undefined) {
      neighbour = new Neighbour()
      this.#neighbours.set(host, neighbour)
    }
    return neighbour
  }

  #breaks(invariant: string, now: number, packet: Packet, more = ''): void {
    const { verdict, inhabitant } = this.#init
    verdict.breaks(invariant, inhabitant, now, `${describePacket(packet)}${more === '' ? '' : `, ${more}`}`)
  }
}

function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}
