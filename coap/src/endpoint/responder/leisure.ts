// Responses to requests to groups leave at leisure (RFC 7252 8.2): at a random moment of a period, so that not all members of a group
// answer at once. The next response from the same address has a period of its own, behind it: so nobody gets many out of us.

import { type Context, randomFraction } from '../../context/context.ts'
import type { Response } from '../../handler/response.ts'
import { Code, codeClass } from '../../message/code.ts'
import { Echo } from '../../message/option.ts'
import type { NetworkAddress } from '../../network/network.ts'
import type { KnownLimits } from '../limits.ts'
import type { EndpointPeer } from '../peer.ts'
import { countRefusal, type Statistics } from '../statistics.ts'
import type { Incoming } from './incoming.ts'

/** So many periods may lie ahead: nobody waits for longer. */
const mostPeriods = 4

export interface LeisureInit {
  readonly context: Context
  readonly limits: KnownLimits
  readonly statistics: Statistics
}

/**
 * Errors are kept from groups (RFC 7252 8.2, groupcomm-bis 3.1.2), whatever the request says of No-Response (groupcomm-bis 6.5); but for
 * the question whether the sender is there, which is small (groupcomm-bis 6.3.1).
 */
export function isForGroups({ code, options }: Response): boolean {
  return codeClass(code) === 2 || (code === Code.Unauthorized && options.has(Echo))
}

export class Leisure {
  readonly #init: LeisureInit
  readonly #waiting = new Set<Incoming>()
  /** When the last period ends, by the address that answers: so many addresses as we listen at. */
  readonly #ends = new Map<NetworkAddress, number>()

  constructor(init: LeisureInit) {
    this.#init = init
  }

  /** Answers when the moment has come. */
  answer(incoming: Incoming, response: Response): void {
    const { context, limits, statistics } = this.#init
    const { leisure } = incoming.peer.transmission
    const now = context.now()
    const { local } = incoming.association.path
    const begin = Math.max(now, this.#ends.get(local) ?? now)
    if (this.#waiting.size >= limits.groupAnswers || begin - now > (mostPeriods - 1) * leisure) {
      countRefusal(statistics, 'groupAnswers')
      return
    }
    this.#ends.set(local, begin + leisure)
    incoming.separately(response)
    incoming.message.keep()
    incoming.peer.open++
    this.#waiting.add(incoming)
    context.timers.arm(incoming, begin - now + leisure * randomFraction(context))
  }

  /** Its moment has come; false: nobody waits for it any more. */
  end(incoming: Incoming): boolean {
    if (!this.#waiting.delete(incoming)) return false
    incoming.peer.open--
    if (this.#waiting.size === 0) this.#tidy()
    return true
  }

  gone(peer: EndpointPeer): void {
    for (const incoming of this.#waiting) if (incoming.peer === peer) this.#abandon(incoming)
  }

  close(): void {
    for (const incoming of this.#waiting) this.#abandon(incoming)
  }

  #abandon(incoming: Incoming): void {
    this.#init.context.timers.cancel(incoming)
    this.end(incoming)
  }

  /** Addresses that we listened at once. */
  #tidy(): void {
    const now = this.#init.context.now()
    for (const [local, end] of this.#ends) if (end <= now) this.#ends.delete(local)
  }
}
