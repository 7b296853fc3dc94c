// What waits for its turn at one peer, and what is on its way to it (NSTART: RFC 7252 4.7).

import type { Context } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import type { Association } from '../../transport/transport.ts'
import { MessageIds } from './message-ids.ts'
import type { Outgoing } from './outgoing.ts'

export class Outbox {
  readonly queue: Outgoing[] = []
  readonly inFlight: Outgoing[] = []
  /** The network is full: nothing leaves until it has drained. */
  held = false
  /** The first in the queue is being made and sent. */
  departing = false
  /** Message IDs are used up for now. */
  #wait: Timer | undefined = undefined
  #ids: MessageIds | undefined = undefined

  /** The Message IDs for this peer: one sequence for all of its associations, so that going back to one repeats none. */
  idsOf(context: Context): MessageIds {
    this.#ids ??= new MessageIds(context)
    return this.#ids
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
    const first = outgoing.counts ? -1 : this.queue.findIndex((each) => each.counts)
    if (first < 0) this.queue.push(outgoing)
    else this.queue.splice(Math.max(first, this.departing ? 1 : 0), 0, outgoing)
  }

  /** Takes it out, wherever it is; false if it is nowhere. */
  remove(outgoing: Outgoing): boolean {
    return take(this.inFlight, outgoing) || take(this.queue, outgoing)
  }

  /** Tries again when there is a Message ID. */
  wait(delay: number, context: Context, again: () => void): void {
    this.#wait ??= new Timer(again)
    if (!this.#wait.armed) context.timers.arm(this.#wait, delay)
  }
}

function take(from: Outgoing[], outgoing: Outgoing): boolean {
  const at = from.indexOf(outgoing)
  if (at >= 0) from.splice(at, 1)
  return at >= 0
}
