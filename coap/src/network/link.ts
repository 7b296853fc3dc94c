// A network around a network that is as slow and as narrow as a radio: packets leave one after the other, in frames, at the
// bit rate of the link, and no more often than its duty cycle allows (RFC 7228 2.2, RFC 8376).

import { copyBytes } from '../bytes/copy.ts'
import { type Context, randomFraction } from '../context/context.ts'
import { DelayLine } from './delay-line.ts'
import type { Network, NetworkReceiver, Path } from './network.ts'
import { NetworkAround } from './network-around.ts'
import { checkPacketSize } from './packet-size.ts'

/** One direction of a link. */
export interface LinkDirection {
  /** Bits per second while it transmits. */
  readonly bitRate: number
  /** The most bytes of a packet that fit in one frame; longer packets take several. */
  readonly frameSize: number
  /** Bytes that each frame has besides: preamble, headers, check sums. */
  readonly frameOverhead: number
  /** The longest packet in bytes. */
  readonly maxPacketSize: number
  /** Milliseconds from the end of the transmission until the packet arrives. */
  readonly latency: number
  /** The probability that a frame is lost, and its packet with it. */
  readonly loss: number
  /** The share of time in which it may transmit, above 0 and up to 1. */
  readonly dutyCycle: number
  /** So many packets wait at most, the one being transmitted included; more are lost. */
  readonly queue: number
}

/** As seen from the device: what it sends goes up. */
export interface LinkProfile {
  readonly up: LinkDirection
  readonly down: LinkDirection
}

export interface LinkCounters {
  packets: number
  lost: number
  /** Lost since the queue was full. */
  dropped: number
  /** Lost since they were longer than the link takes. */
  tooBig: number
  /** Milliseconds on air. */
  airtime: number
}

export class Link extends NetworkAround {
  readonly counters: { readonly up: LinkCounters; readonly down: LinkCounters } = {
    up: noPackets(),
    down: noPackets(),
  }
  readonly #profile: LinkProfile
  #channels: { readonly up: Channel; readonly down: Channel } | undefined = undefined
  #full = false

  /** Goes around the device's network. */
  constructor(inner: Network, profile: LinkProfile) {
    super(inner)
    this.#profile = profile
  }

  override get maxPacketSize(): number {
    return Math.min(super.maxPacketSize, this.#profile.up.maxPacketSize)
  }

  override async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    this.#channels ??= {
      up: new Channel(this.#profile.up, this.counters.up, context),
      down: new Channel(this.#profile.down, this.counters.down, context),
    }
    await super.open(receiver, context)
  }

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    if (this.#channels === undefined) return super.send(buffer, length, to)
    checkPacketSize(length, this.maxPacketSize)
    const { up } = this.#channels
    const packet = copyBytes(buffer, length)
    up.transmit(
      length,
      () => super.send(packet, length, to),
      () => this.#makeRoom(up),
    )
    this.#full = up.full
    return !this.#full
  }

  override packet(packet: Uint8Array, from: Path): void {
    if (this.#channels === undefined) return
    if (packet.length > this.#profile.down.maxPacketSize) this.counters.down.tooBig++
    else {
      const copy = copyBytes(packet)
      const arrive = () => this.latePacket(copy, from)
      this.#channels.down.transmit(packet.length, arrive, () => {})
    }
  }

  override async close(): Promise<void> {
    this.#channels?.up.clear()
    this.#channels?.down.clear()
    this.#channels = undefined
    await super.close()
  }

  #makeRoom(up: Channel): void {
    if (!this.#full || up.full) return
    this.#full = false
    super.drained()
  }
}

/** One direction while it runs: one packet on air at a time. */
class Channel {
  readonly #direction: LinkDirection
  readonly #counters: LinkCounters
  readonly #context: Context
  readonly #onAir: DelayLine
  #queued = 0
  #freeAt = Number.NEGATIVE_INFINITY

  constructor(direction: LinkDirection, counters: LinkCounters, context: Context) {
    this.#direction = direction
    this.#counters = counters
    this.#context = context
    this.#onAir = new DelayLine(context.timers)
  }

  get full(): boolean {
    return this.#queued >= this.#direction.queue
  }

  transmit(length: number, arrive: () => void, transmitted: () => void): void {
    const { bitRate, frameSize, frameOverhead, latency, loss, dutyCycle } = this.#direction
    const counters = this.#counters
    counters.packets++
    if (this.full) {
      counters.dropped++
      return
    }
    const frames = Math.max(Math.ceil(length / frameSize), 1)
    const airtime = ((length + frames * frameOverhead) * 8 * 1000) / bitRate
    const now = this.#context.now()
    const end = Math.max(now, this.#freeAt) + airtime
    this.#freeAt = end - airtime + airtime / dutyCycle
    counters.airtime += airtime
    this.#queued++
    const lost = loss > 0 && randomFraction(this.#context) >= (1 - loss) ** frames
    this.#onAir.after(end - now, () => {
      this.#queued--
      if (lost) counters.lost++
      else this.#onAir.after(latency, arrive)
      transmitted()
    })
  }

  clear(): void {
    this.#onAir.clear()
  }
}

function noPackets(): LinkCounters {
  return { packets: 0, lost: 0, dropped: 0, tooBig: 0, airtime: 0 }
}
