// A network around a network on which packets get lost, doubled, late, out of order and damaged: as much as is wanted, and the
// same again with the same seed.

import { copyBytes } from '../bytes/copy.ts'
import { type Context, randomFraction, randomUint32 } from '../context/context.ts'
import { UsageError } from '../errors.ts'
import { DelayLine } from './delay-line.ts'
import type { Network, NetworkReceiver, Path } from './network.ts'
import { NetworkAround } from './network-around.ts'

/** How often: a probability from 0 to 1, or yes or no for each packet by its number. A direction's first packet is number 1. */
export type Chance = number | ((packetNumber: number) => boolean)

/** What happens to packets of one direction. Nothing happens by default. */
export interface Faults {
  /** The packet never comes. */
  readonly loss?: Chance
  /** The packet comes twice. */
  readonly duplicate?: Chance
  /** The packet comes late by up to `reorderDelay`, so that others overtake it. */
  readonly reorder?: Chance
  /** In milliseconds. Default 100. */
  readonly reorderDelay?: number
  /** One bit of the packet is flipped. */
  readonly corrupt?: Chance
  /** Milliseconds: the same for all packets, at random between two bounds, or by packet number. */
  readonly delay?: number | readonly [min: number, max: number] | ((packetNumber: number) => number)
  /** Longer packets, in bytes, are lost, and their sender is told by `tooBig`. */
  readonly mtu?: number
}

export interface FaultCounters {
  packets: number
  lost: number
  duplicated: number
  reordered: number
  corrupted: number
  tooBig: number
}

export const faultDefaults: { readonly reorderDelay: number } = { reorderDelay: 100 }

export class FaultInjector extends NetworkAround {
  readonly counters: { readonly outgoing: FaultCounters; readonly incoming: FaultCounters } = {
    outgoing: noFaults(),
    incoming: noFaults(),
  }
  #outgoing: Faults = {}
  #incoming: Faults = {}
  #open: { readonly context: Context; readonly late: DelayLine } | undefined = undefined

  /** Packets both ways meet `faults`, unless those that come in have their own. */
  constructor(inner: Network, faults: Faults, incoming: Faults = faults) {
    super(inner)
    this.inject(faults, incoming)
  }

  /** From now on packets meet these. Those that are late already stay so. */
  inject(faults: Faults, incoming: Faults = faults): void {
    for (const each of [faults, incoming]) checkFaults(each)
    this.#outgoing = faults
    this.#incoming = incoming
  }

  override async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    this.#open ??= { context, late: new DelayLine(context.timers) }
    await super.open(receiver, context)
  }

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    if (this.#open === undefined || length > this.maxPacketSize) return super.send(buffer, length, to)
    const { mtu = Number.POSITIVE_INFINITY } = this.#outgoing
    if (length > mtu) {
      this.counters.outgoing.tooBig++
      this.#open.late.after(0, () => super.tooBig(to, mtu))
      return true
    }
    return this.#meet(this.#outgoing, this.counters.outgoing, buffer.subarray(0, length), (packet) =>
      super.send(packet, packet.length, to),
    )
  }

  override packet(packet: Uint8Array, from: Path): void {
    const { mtu = Number.POSITIVE_INFINITY } = this.#incoming
    if (packet.length > mtu) this.counters.incoming.tooBig++
    else {
      this.#meet(this.#incoming, this.counters.incoming, packet, (bytes, late) => {
        if (late) this.latePacket(bytes, from)
        else super.packet(bytes, from)
        return true
      })
    }
  }

  override async close(): Promise<void> {
    this.#open?.late.clear()
    this.#open = undefined
    await super.close()
  }

  /** Lets the packet go on as often, as late and as whole as it shall. False: `go` said false. */
  #meet(faults: Faults, counters: FaultCounters, packet: Uint8Array, go: Go): boolean {
    if (this.#open === undefined) return true
    const { context, late } = this.#open
    const number = ++counters.packets
    const happens = (chance: Chance | undefined) => isSo(chance, number, context)
    if (happens(faults.loss)) return count(counters, 'lost')
    const twice = happens(faults.duplicate) && count(counters, 'duplicated')
    const delay = delayOf(faults, number, context)
    const later = happens(faults.reorder) && count(counters, 'reordered') ? reorderDelayOf(faults, context) : 0
    const damaged = happens(faults.corrupt) && count(counters, 'corrupted') ? flipBit(packet, context) : packet
    if (twice) afterwards(late, delay, packet, go)
    if (delay + later === 0) return go(damaged, false)
    afterwards(late, delay + later, damaged, go)
    return true
  }
}

/** What a packet does that is not lost. False: the network holds no more. */
type Go = (packet: Uint8Array, late: boolean) => boolean

function afterwards(late: DelayLine, delay: number, packet: Uint8Array, go: Go): void {
  const copy = copyBytes(packet)
  late.after(delay, () => go(copy, true))
}

function count(counters: FaultCounters, what: keyof FaultCounters): true {
  counters[what]++
  return true
}

function isSo(chance: Chance | undefined, packetNumber: number, context: Context): boolean {
  if (typeof chance === 'function') return chance(packetNumber)
  if (chance === undefined || chance === 0) return false
  return chance === 1 || randomFraction(context) < chance
}

function delayOf({ delay }: Faults, packetNumber: number, context: Context): number {
  if (typeof delay === 'function') return delay(packetNumber)
  if (delay === undefined || typeof delay === 'number') return delay ?? 0
  const [min, max] = delay
  return min + randomFraction(context) * (max - min)
}

/** More than nothing, at most what was asked for. */
function reorderDelayOf({ reorderDelay = faultDefaults.reorderDelay }: Faults, context: Context): number {
  return (1 - randomFraction(context)) * reorderDelay
}

function flipBit(packet: Uint8Array, context: Context): Uint8Array {
  const damaged = copyBytes(packet)
  const bit = randomUint32(context) % Math.max(packet.length * 8, 1)
  const at = bit >> 3
  if (at < damaged.length) damaged[at] = (damaged[at] as number) ^ (1 << (bit & 7))
  return damaged
}

function checkFaults({ loss, duplicate, reorder, corrupt }: Faults): void {
  for (const [name, chance] of Object.entries({ loss, duplicate, reorder, corrupt })) {
    if (typeof chance === 'number' && !(chance >= 0 && chance <= 1)) {
      throw new UsageError(`the probability of ${name} is between 0 and 1, not ${chance}`)
    }
  }
}

function noFaults(): FaultCounters {
  return { packets: 0, lost: 0, duplicated: 0, reordered: 0, corrupted: 0, tooBig: 0 }
}
