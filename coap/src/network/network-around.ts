// A network around a network that changes nothing. Extend it and override what is to be different; `super.send` sends to the
// inner network, `super.packet` hands up to whoever receives.

import type { Context } from '../context/context.ts'
import { UsageError } from '../errors.ts'
import type { GroupRoute, Network, NetworkAddress, NetworkReceiver, Path } from './network.ts'

/** Puts a network around a network: `(network) => new Capture(network, sink)`. */
export type WrapNetwork = (network: Network) => Network

export abstract class NetworkAround implements Network, NetworkReceiver {
  readonly #inner: Network
  #receiver: NetworkReceiver | undefined = undefined
  #opened = false

  constructor(inner: Network) {
    this.#inner = inner
  }

  get maxPacketSize(): number {
    return this.#inner.maxPacketSize
  }

  get packetsAreOwned(): boolean {
    return this.#inner.packetsAreOwned
  }

  get addresses(): readonly NetworkAddress[] {
    return this.#inner.addresses
  }

  async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    if (this.#opened) throw new UsageError('a network is opened once: make another one')
    this.#opened = true
    this.#receiver = receiver
    await this.#inner.open(this, context)
  }

  path(remote: NetworkAddress, local?: NetworkAddress): Path {
    return this.#inner.path(remote, local)
  }

  groupPaths(group: NetworkAddress, route: GroupRoute): readonly Path[] {
    return this.#inner.groupPaths?.(group, route) ?? [this.#inner.path(group)]
  }

  send(buffer: Uint8Array, length: number, to: Path): boolean {
    return this.#inner.send(buffer, length, to)
  }

  forget(path: Path): void {
    this.#inner.forget(path)
  }

  async close(): Promise<void> {
    this.#receiver = undefined
    await this.#inner.close()
  }

  packet(packet: Uint8Array, from: Path): void {
    this.#receiver?.packet(packet, from)
  }

  /** Hands up a packet that was held back: its path may have been forgotten meanwhile, and be another object now. */
  protected latePacket(packet: Uint8Array, from: Path): void {
    this.#receiver?.packet(packet, from.multicast ? from : this.#inner.path(from.remote, from.local))
  }

  drained(): void {
    this.#receiver?.drained()
  }

  unreachable(path: Path, reason: Error): void {
    this.#receiver?.unreachable(path, reason)
  }

  tooBig(path: Path, maxPacketSize: number): void {
    this.#receiver?.tooBig(path, maxPacketSize)
  }
}
