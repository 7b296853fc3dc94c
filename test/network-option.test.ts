// A network of the caller's own around the one that `serve` and `Client` use.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Client, Response, serve } from 'coapstone'
import { type Network, NetworkAround, type Path } from 'coapstone/network'

class Counting extends NetworkAround {
  readonly #counts: { sent: number; received: number }

  constructor(inner: Network, counts: { sent: number; received: number }) {
    super(inner)
    this.#counts = counts
  }

  override send(buffer: Uint8Array, length: number, to: Path): boolean {
    this.#counts.sent++
    return super.send(buffer, length, to)
  }

  override packet(packet: Uint8Array, from: Path): void {
    this.#counts.received++
    super.packet(packet, from)
  }
}

test('packets of a server and of a client pass through the networks that they were given', async () => {
  const atServer = { sent: 0, received: 0 }
  const atClient = { sent: 0, received: 0 }
  const server = await serve(() => Response.text(''), {
    listen: ['coap://127.0.0.1:0'],
    network: (network) => new Counting(network, atServer),
  })
  const client = new Client({ network: (network) => new Counting(network, atClient) })
  await client.get(server.uris[0] ?? '')
  await client.close()
  await server.close()
  assert.deepEqual([atServer, atClient], Array(2).fill({ sent: 1, received: 1 }))
})
