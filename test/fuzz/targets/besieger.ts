// One of those around the endpoint of the fuzz target: sends anything, and looks at what it gets.

import assert from 'node:assert/strict'
import { codeClass } from '../../../coap/src/message/code.ts'
import { decodeDatagram, Type } from '../../../coap/src/message/datagram.ts'
import type { MemoryNetwork } from '../../../coap/src/network/memory.ts'
import type { NetworkAddress } from '../../../coap/src/network/network.ts'

export class Besieger {
  /** What it got, the last one last. */
  readonly got: Uint8Array[] = []
  readonly #network: MemoryNetwork
  readonly #endpoint: NetworkAddress
  readonly #seen: (packet: Uint8Array) => void
  /** What it has sent: an answer goes back to nothing else. */
  readonly #ids = new Set<number>()
  readonly #tokens = new Set<string>()

  /** `seen` is told of every packet, both ways. */
  constructor(network: MemoryNetwork, endpoint: NetworkAddress, seen: (packet: Uint8Array) => void) {
    this.#network = network
    this.#endpoint = endpoint
    this.#seen = seen
  }

  async open(): Promise<void> {
    await this.#network.open({
      // It is a member of the group, in which others besiege the endpoint too.
      packet: (packet, { remote }) => {
        if (remote.host === this.#endpoint.host) this.#packet(packet)
      },
      drained() {},
      unreachable() {},
      tooBig() {},
    })
  }

  /** Nobody is at its address any more. */
  leave(): void {
    void this.#network.close()
  }

  send(packet: Uint8Array, to: NetworkAddress = this.#endpoint): void {
    if (this.#network.addresses.length === 0) return
    this.#seen(packet)
    this.#network.send(packet, packet.length, this.#network.path(to))
    if (packet.length >= 4) this.#ids.add(((packet[2] as number) << 8) | (packet[3] as number))
    const message = decodeDatagram(packet)
    if (message !== undefined) this.#tokens.add(hex(message.token))
  }

  #packet(packet: Uint8Array): void {
    const message = decodeDatagram(packet)
    assert.ok(message !== undefined, `it sends what is malformed: ${hex(packet)}`)
    const answers = message.type === Type.Acknowledgement || message.type === Type.Reset
    assert.ok(!answers || this.#ids.has(message.id), `it answers what was not sent: ${hex(packet)}`)
    const responds = codeClass(message.code) >= 2
    assert.ok(!responds || this.#tokens.has(hex(message.token)), `it responds to what was not asked: ${hex(packet)}`)
    this.got.push(packet.slice())
    this.#seen(packet.slice())
  }
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
