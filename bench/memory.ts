// What an endpoint keeps for a peer, for a duplicate and for an observation, in bytes: heapUsed + external + arrayBuffers after collection,
// by difference over many. Node counts array buffers in both of the latter, so what lies in typed arrays (duplicates) takes half as much.
// usage: node --conditions=@coapstone/source bench/memory.ts [--count 100000]

import { parseArgs } from 'node:util'
import { Endpoint } from '../coap/src/endpoint/endpoint.ts'
import { limitsOf } from '../coap/src/endpoint/limits.ts'
import { Deduplication } from '../coap/src/endpoint/message-layer/deduplication.ts'
import type { Handler } from '../coap/src/handler/handler.ts'
import { Response } from '../coap/src/handler/response.ts'
import { Subject } from '../coap/src/handler/subject.ts'
import { Code } from '../coap/src/message/code.ts'
import { type Datagram, decodeDatagram, encodeDatagram, Type } from '../coap/src/message/datagram.ts'
import { Message } from '../coap/src/message/message.ts'
import { Observe, UriPath } from '../coap/src/message/option.ts'
import { Options } from '../coap/src/message/options.ts'
import { transmissionDefaults } from '../coap/src/message/transmission.ts'
import type { Network, NetworkAddress, NetworkReceiver, Path } from '../coap/src/network/network.ts'
import { DgramSocket } from '../coap/src/node/udp/dgram-socket.ts'
import { createContext } from '../coap/src/testing/context.ts'
import { plain } from '../coap/src/transport/plain.ts'
import type { Association } from '../coap/src/transport/transport.ts'
import { memoryUsed } from '../test/memory-used.ts'

export interface Figure {
  readonly what: string
  readonly bytes: number
  readonly most: number
}

/** Bytes for each of `count`. */
export async function memoryFigures(count: number): Promise<readonly Figure[]> {
  return [
    { what: 'idle peer', bytes: await peers(count), most: 500 },
    {
      what: 'duplicate of an idempotent message, with a reply of 16 bytes',
      bytes: await duplicates(count, Code.GET),
      most: 100,
    },
    {
      what: 'duplicate of another message, with a reply of 16 bytes',
      bytes: await duplicates(count, Code.POST),
      most: 100,
    },
    { what: 'observation', bytes: await observations(count, 0), most: 200 },
    { what: 'observation through two layers that change it', bytes: await observations(count, 2), most: 400 },
    { what: 'observation that has been notified', bytes: await observations(count, 0, true), most: 500 },
  ]
}

async function peers(count: number): Promise<number> {
  const bench = await Bench.open(() => Response.text('hello'))
  return each(count, () => bench.fromAll(count, get()))
}

function duplicates(count: number, code: Code): Promise<number> {
  const duplicates = new Deduplication(limitsOf(), transmissionDefaults)
  const reply = new Uint8Array(16)
  const message = decodeDatagram(Uint8Array.of(0x42, code, 0, 1, 7, 7)) as Datagram
  return each(count, () => {
    for (let key = 0; key < count; key++) {
      const from = { key: key * 0x1_2345_6789, epoch: 0 } as Association // all that is asked of it
      duplicates.store(duplicates.remember(message, from, 0), reply, reply.length)
    }
    return duplicates
  })
}

async function observations(count: number, layers: number, notified = false): Promise<number> {
  const subject = new Subject()
  const bench = await Bench.open(() => {
    let response = Response.text('hello').observing(subject)
    for (let layer = 0; layer < layers; layer++) response = response.map((each) => each.with({}))
    return response
  })
  bench.fromAll(count, get())
  const bytes = await each(count, () => {
    bench.fromAll(count, get(notified ? 'NON' : 'CON'))
    if (notified) {
      subject.changed(Response.text('again'))
      bench.context.clock.advanceNow(20_000) // before they are asked whether they have heard it
    }
    return subject
  })
  if (bench.endpoint.sizes.observations !== count) throw new Error('not all observe')
  return bytes
}

/** By how much memory grows, divided by the count. What `make` gives is kept until it has been measured. */
async function each(count: number, make: () => unknown): Promise<number> {
  const before = await memoryUsed()
  const kept = make()
  const bytes = ((await memoryUsed()) - before) / count
  return kept === undefined ? Number.NaN : bytes
}

/** An endpoint whose packets come from the paths of a UDP socket, without passing through the system. */
class Bench implements Network {
  readonly maxPacketSize = 65_507
  readonly packetsAreOwned = true
  readonly addresses: readonly NetworkAddress[] = []
  readonly context = createContext(1)
  readonly endpoint: Endpoint
  readonly #socket = new DgramSocket('127.0.0.1', { packet() {}, failed() {} })
  #receiver: NetworkReceiver | undefined = undefined

  private constructor(handler: Handler) {
    const limits = { duplicates: 1, peers: 1_000_000, observations: 1_000_000 }
    this.endpoint = new Endpoint({ context: this.context, transports: [plain(this)], handler, limits })
  }

  static async open(handler: Handler): Promise<Bench> {
    const bench = new Bench(handler)
    await bench.endpoint.open()
    return bench
  }

  /** The same packet from so many hosts. */
  fromAll(count: number, packet: Uint8Array): Endpoint {
    for (let number = 0; number < count; number++) {
      const host = `10.${(number >>> 16) & 255}.${(number >>> 8) & 255}.${number & 255}`
      this.#receiver?.packet(packet.slice(), this.#socket.path(host, 40_000))
    }
    return this.endpoint
  }

  async open(receiver: NetworkReceiver): Promise<void> {
    this.#receiver = receiver
  }

  path(remote: NetworkAddress): Path {
    return this.#socket.path(remote.host, remote.port)
  }

  send(): boolean {
    return true
  }

  forget(): void {}

  async close(): Promise<void> {}
}

function get(observe?: 'CON' | 'NON'): Uint8Array {
  const options = new Options().add(UriPath, 'temperature')
  if (observe !== undefined) options.add(Observe, 0)
  const bytes = new Uint8Array(100)
  const token = Uint8Array.of(1, 2, 3, 4)
  // Observers that ask with Non-confirmable requests have nothing to acknowledge.
  const type = observe === 'NON' ? Type.NonConfirmable : Type.Confirmable
  const id = observe === undefined ? 1 : 2 // another one, so that it is no duplicate
  const length = encodeDatagram(type, id, token, new Message({ code: Code.GET, options }), bytes, 0)
  return bytes.slice(0, length)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { count: { type: 'string', default: '100000' } } })
  for (const { what, bytes, most } of await memoryFigures(Number(values.count)))
    console.log(
      `${bytes <= most ? '           ' : 'NOT REACHED'} ${bytes.toFixed(0).padStart(5)} bytes, at most ${most}: ${what}`,
    )
}
