// --verbose: a network around a network that prints each message as it leaves or arrives.

import type { Context } from '../context/context.ts'
import { describeAddress } from '../network/address.ts'
import type { Network, NetworkReceiver, Path } from '../network/network.ts'
import { NetworkAround } from '../network/network-around.ts'
import { messageText } from './message-text.ts'
import type { Terminal } from './terminal.ts'

export class MessagePrint extends NetworkAround {
  readonly #terminal: Terminal
  #now: () => number = () => 0
  #first: number | undefined = undefined

  constructor(inner: Network, terminal: Terminal) {
    super(inner)
    this.#terminal = terminal
  }

  override async open(receiver: NetworkReceiver, context: Context): Promise<void> {
    this.#now = () => context.now()
    await super.open(receiver, context)
  }

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    this.#print('→', buffer.slice(0, length), to)
    return super.send(buffer, length, to)
  }

  override packet(packet: Uint8Array, from: Path): void {
    this.#print('←', packet.slice(), from)
    super.packet(packet, from)
  }

  override unreachable(path: Path, reason: Error): void {
    const { paintNote } = this.#terminal
    this.#line('✗', path, paintNote('red', `unreachable: ${(reason as NodeJS.ErrnoException).code ?? reason.message}`))
    super.unreachable(path, reason)
  }

  #print(arrow: string, packet: Uint8Array, path: Path): void {
    this.#line(arrow, path, messageText(packet, this.#terminal.paintNote))
  }

  #line(arrow: string, { remote }: Path, text: string): void {
    const now = this.#now()
    this.#first ??= now
    const time = `${(now - this.#first).toFixed(1)} ms`.padStart(11)
    const { paintNote } = this.#terminal
    this.#terminal.note(`${paintNote('dim', time)} ${arrow} ${paintNote('dim', describeAddress(remote))} ${text}`)
  }
}
