// A network around a network that notices what a person who waits wants to know: that the peer was asked again, and that what answers is
// no CoAP. Nothing is changed.

import { decodeDatagram } from '../message/datagram.ts'
import type { Network, NetworkAddress, Path } from '../network/network.ts'
import { NetworkAround } from '../network/network-around.ts'

export interface PeerEvents {
  /** A packet has left for the second time, and nothing has come yet. */
  askedAgain(): void
  /** What has come can be read by nobody who speaks CoAP. */
  garbage(packet: Uint8Array, from: NetworkAddress): void
}

export class PeerWatch extends NetworkAround {
  readonly #events: PeerEvents
  #sent = 0
  #received = 0

  constructor(inner: Network, events: PeerEvents) {
    super(inner)
    this.#events = events
  }

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    this.#sent++
    if (this.#sent === 2 && this.#received === 0) this.#events.askedAgain()
    return super.send(buffer, length, to)
  }

  override packet(packet: Uint8Array, from: Path): void {
    this.#received++
    if (decodeDatagram(packet) === undefined) this.#events.garbage(packet, from.remote)
    super.packet(packet, from)
  }
}
