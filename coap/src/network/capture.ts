// A network around a network that writes what passes as pcapng, with IP and UDP headers made up around it: Wireshark opens it.
// Around what is below a security layer it shows what travels, around what is above shows what was said.

import type { Context } from '../context/context.ts'
import { ipPacket } from './ip-packet.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from './network.ts'
import { NetworkAround } from './network-around.ts'
import { type CaptureDirection, pcapngHeader, pcapngPacket } from './pcapng.ts'

export class Capture extends NetworkAround {
  readonly #sink: (bytes: Uint8Array) => void
  #time: (() => number) | undefined = undefined

  /** `sink` gets the file piece by piece: first its header, then each packet that was sent or has come. */
  constructor(inner: Network, sink: (bytes: Uint8Array) => void) {
    super(inner)
    this.#sink = sink
  }

  override async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    // The wall clock may jump in the middle of a capture; the other one does not.
    const offset = context.wallClock() - context.now()
    this.#time = () => offset + context.now()
    this.#sink(pcapngHeader())
    await super.open(receiver, context)
  }

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    const more = super.send(buffer, length, to)
    this.#write(to.local, to.remote, buffer.subarray(0, length), 'outgoing')
    return more
  }

  override packet(packet: Uint8Array, from: Path): void {
    this.#write(from.remote, from.local, packet, 'incoming')
    super.packet(packet, from)
  }

  override async close(): Promise<void> {
    this.#time = undefined
    await super.close()
  }

  #write(source: NetworkAddress, destination: NetworkAddress, bytes: Uint8Array, direction: CaptureDirection): void {
    if (this.#time === undefined) return
    this.#sink(pcapngPacket(this.#time(), ipPacket(source, destination, bytes), direction))
  }
}
