// What the wire oracle knows of one other address: what was sent there and how far it is, and what came from there.

import { isResponseCode, type Packet } from './packet.ts'

/** A message that was sent; Confirmable ones until they are settled, all while their Message ID must not be used again. */
export interface Sent {
  readonly packet: Packet
  readonly bytes: Uint8Array
  readonly first: number
  /** A notification, rather than what was asked for: a newer one may take its place. */
  readonly notifies: boolean
  last: number
  transmissions: number
  /** Between the last two transmissions. */
  gap: number
  /** On its way: it is to be settled, or sent again. Excused: it may end without more, but need not, since its purpose is gone. */
  state: 'on its way' | 'excused' | 'settled'
}

/** A message that was received, and what it got. */
export interface Received {
  readonly packet: Packet
  /** When the oldest copy came that is not answered yet. */
  unansweredSince: number
  answer: Uint8Array | undefined
}

/** What was asked with a token, and is answered by a response and perhaps notifications. */
export interface Asking {
  /** It ends an observation (Observe is 1). */
  readonly cancels: boolean
  answered: boolean
  /** The last Observe value, and when it left. */
  observe: { readonly value: number; readonly at: number } | undefined
}

export class Neighbour {
  /** By Message ID. */
  readonly sent = new Map<number, Sent>()
  readonly onTheirWay = new Set<Sent>()
  readonly received = new Map<number, Received>()
  readonly unanswered = new Set<Received>()
  /** By token: what it has asked. */
  readonly asked = new Map<string, Asking>()
  /** Tokens of responses that it did not acknowledge, to the end. */
  readonly exhausted = new Set<string>()

  settle(sent: Sent): void {
    sent.state = 'settled'
    this.onTheirWay.delete(sent)
  }

  settleWhere(matches: (packet: Packet) => boolean): void {
    for (const sent of this.onTheirWay) if (matches(sent.packet)) this.settle(sent)
  }

  /** Responses under this token need not go on. */
  excuse(token: string): void {
    for (const sent of this.onTheirWay) {
      if (!isResponseCode(sent.packet.code) || sent.packet.token !== token) continue
      sent.state = 'excused'
      this.onTheirWay.delete(sent)
    }
  }

  /** Nothing is expected any more. */
  forget(): void {
    this.onTheirWay.clear()
    this.unanswered.clear()
  }
}
