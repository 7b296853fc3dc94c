// What waits for its turn at one peer, and what is on its way to it (NSTART: RFC 7252 4.7).

import type { Context } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import type { Association } from '../../transport/transport.ts'
import { MessageIds } from './message-ids.ts'
import type { Outgoing } from './outgoing.ts'
import type { RoundTrip } from './round-trip.ts'

export class Outbox {
  /** Arrays are made when there is something to put into them: most outboxes are empty most of the time. */
  #queue: Outgoing[] = none
  #inFlight: Outgoing[] = none
  /** The network is full: nothing leaves until it has drained. */
  held = false
  /** The first in the queue is being made and sent. */
  departing = false
  /** Made when something is measured. */
  roundTrip: RoundTrip | undefined = undefined
  /** Message IDs are used up for now. */
  #wait: Timer | undefined = undefined
  #ids: MessageIds | undefined = undefined

  /** The Message IDs for this peer: one sequence for all of its associations, so that going back to one repeats none. */
  idsOf(context: Context): MessageIds {
    this.#ids ??= new MessageIds(context)
    return this.#ids
  }

  get queue(): readonly Outgoing[] {
    return this.#queue
  }

  get inFlight(): readonly Outgoing[] {
    return this.#inFlight
  }

  /** What is in flight under this Message ID, if it is from this association. */
  find(association: Association, messageId: number): Outgoing | undefined {
    for (const outgoing of this.inFlight) {
      if (
        outgoing.messageId === messageId &&
        outgoing.association === association &&
        outgoing.epoch === association.epoch
      )
        return outgoing
    }
    return undefined
  }

  /** Behind what waits already; but what does not count as outstanding waits for nothing that does. */
  add(outgoing: Outgoing): void {
    const first = outgoing.counts ? -1 : this.#queue.findIndex((each) => each.counts)
    if (this.#queue.length === 0) this.#queue = [outgoing]
    else if (first < 0) this.#queue.push(outgoing)
    else this.#queue.splice(Math.max(first, this.departing ? 1 : 0), 0, outgoing)
  }

  /** The first of the queue leaves it. */
  shift(): void {
    this.#queue.shift()
    if (this.#queue.length === 0) this.#queue = none
  }

  /** It is on its way. */
  fly(outgoing: Outgoing): void {
    if (this.#inFlight.length === 0) this.#inFlight = [outgoing]
    else this.#inFlight.push(outgoing)
  }

  /** Takes it out, wherever it is; false if it is nowhere. */
  remove(outgoing: Outgoing): boolean {
    const found = take(this.#inFlight, outgoing) || take(this.#queue, outgoing)
    if (this.#inFlight.length === 0) this.#inFlight = none
    if (this.#queue.length === 0) this.#queue = none
    return found
  }

  /** Takes out all that there is. */
  clear(): readonly Outgoing[] {
    const all = [...this.#inFlight, ...this.#queue]
    this.#inFlight = none
    this.#queue = none
    return all
  }

  /** Tries again when there is a Message ID. */
  wait(delay: number, context: Context, again: () => void): void {
    this.#wait ??= new Timer(again)
    if (!this.#wait.armed) context.timers.arm(this.#wait, delay)
  }
}

/** To share; nothing is ever put into it. */
const none: Outgoing[] = []

function take(from: Outgoing[], outgoing: Outgoing): boolean {
  const at = from.indexOf(outgoing)
  if (at >= 0) from.splice(at, 1)
  return at >= 0
}
