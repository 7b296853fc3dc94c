// What happens to packets, decided packet by packet: drawn at first, and then, to make a failing world smaller, from the list of what was
// drawn. The fault injector carries it out.

import type { Faults } from '../../coap/src/network/fault-injector.ts'
import { Dice } from './dice.ts'

/** Probabilities, and the most milliseconds that a late packet is late. */
export interface FaultRates {
  readonly loss: number
  readonly duplicate: number
  readonly late: number
  readonly latest: number
}

export interface Fault {
  /** Whose packet: an index of the world's inhabitants. */
  readonly sender: number
  /** Its how many-th, from 1. */
  readonly packet: number
  readonly lost: boolean
  readonly twice: boolean
  readonly late: number
}

export type FaultList = readonly Fault[]

export class FaultPlan {
  /** What has happened, in order. */
  readonly happened: Fault[] = []
  /** No more faults. */
  quiet = false
  readonly #next: (sender: number, packet: number) => Fault | undefined
  readonly #counts: number[] = []

  constructor(seed: number, faults: FaultRates | FaultList) {
    this.#next = isList(faults) ? listed(faults) : drawn(seed, faults)
  }

  /** For an endpoint's fault injector: an inhabitant's packets are counted on through its restarts. */
  of(sender: number): Faults {
    let fault: Fault | undefined
    const decide = (): boolean => {
      const packet = (this.#counts[sender] ?? 0) + 1
      this.#counts[sender] = packet
      fault = this.quiet ? undefined : this.#next(sender, packet)
      if (fault !== undefined) this.happened.push(fault)
      return fault?.lost ?? false
    }
    return {
      loss: decide, // asked first for each packet
      duplicate: () => fault?.twice ?? false,
      delay: () => 0,
      // Of two copies one is in time.
      reorder: () => (fault?.late ?? 0) > 0,
      get reorderDelay() {
        return fault?.late ?? 0
      },
    }
  }
}

function isList(faults: FaultRates | FaultList): faults is FaultList {
  return Array.isArray(faults)
}

function listed(faults: FaultList): (sender: number, packet: number) => Fault | undefined {
  const byPacket = new Map(faults.map((fault) => [fault.packet * 16 + fault.sender, fault]))
  return (sender, packet) => byPacket.get(packet * 16 + sender)
}

function drawn(seed: number, rates: FaultRates): (sender: number, packet: number) => Fault | undefined {
  const dice = Array.from({ length: 6 }, (_, sender) => new Dice(seed, 100 + sender))
  return (sender, packet) => {
    const own = dice[sender] as Dice
    const lost = own.chance(rates.loss)
    const twice = own.chance(rates.duplicate)
    const late = own.chance(rates.late) ? own.integer(1, rates.latest) : 0
    return lost || twice || late > 0 ? { sender, packet, lost, twice, late } : undefined
  }
}
