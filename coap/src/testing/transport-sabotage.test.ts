// That the conformance suite of transports finds what it is there to find: a good transport with one fault each.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Context } from '../context/context.ts'
import type { Signal } from '../context/signal.ts'
import { MemoryHub } from '../network/memory.ts'
import type { NetworkAddress, Path } from '../network/network.ts'
import { plain } from '../transport/plain.ts'
import type { Association, Transport, TransportReceiver } from '../transport/transport.ts'
import type { CoapUri } from '../uri/coap-uri.ts'
import { createContext } from './context.ts'
import { transportConformance } from './transport-conformance.ts'

/** A transport around a transport; a fault is a method of it. */
class Around implements Transport, TransportReceiver {
  readonly delivery = 'datagram'
  readonly inner: Transport
  readonly context: Context
  receiver: TransportReceiver | undefined = undefined

  constructor(inner: Transport, context: Context) {
    this.inner = inner
    this.context = context
  }

  get schemes(): readonly string[] {
    return this.inner.schemes
  }

  get maxMessageSize(): number {
    return this.inner.maxMessageSize
  }

  get messagesAreOwned(): boolean {
    return this.inner.messagesAreOwned
  }

  get addresses(): readonly NetworkAddress[] {
    return this.inner.addresses
  }

  open(receiver: TransportReceiver, context: Context): Promise<void> {
    this.receiver ??= receiver
    return this.inner.open(this, context)
  }

  async connect(target: CoapUri, signal?: Signal): Promise<Association> {
    return this.inner.connect(target, signal)
  }

  lookAgain(target: CoapUri, failed?: Association): void {
    this.inner.lookAgain(target, failed)
  }

  send(bytes: Uint8Array, length: number, to: Association): boolean {
    return this.inner.send(bytes, length, to)
  }

  disconnect(association: Association): void {
    this.inner.disconnect(association)
  }

  close(): Promise<void> {
    return this.inner.close()
  }

  established(association: Association, resumed?: Association): void {
    // It names this transport, as it must.
    Object.defineProperty(association, 'transport', { value: this })
    this.receiver?.established(association, resumed)
  }

  received(bytes: Uint8Array, from: Association, multicast: boolean): void {
    this.receiver?.received(bytes, from, multicast)
  }

  moved(association: Association, previous: Path): void {
    this.receiver?.moved(association, previous)
  }

  drained(association: Association): void {
    this.receiver?.drained(association)
  }

  unreachable(association: Association, reason: Error): void {
    this.receiver?.unreachable(association, reason)
  }

  closed(association: Association, reason?: Error): void {
    this.receiver?.closed(association, reason)
  }
}

test('a transport that keeps the contract passes', async () => {
  assert.deepEqual(await failures(Around), [])
})

const faults: readonly [fault: string, found: string, type: typeof Around][] = [
  [
    'sends the bytes it was lent instead of a copy',
    'sending takes a copy, and no more bytes than it is told',
    class extends Around {
      override send(bytes: Uint8Array, length: number, to: Association): boolean {
        if (length > this.maxMessageSize) return super.send(bytes, length, to)
        queueMicrotask(() => super.send(bytes, length, to))
        return true
      }
    },
  ],
  [
    'cuts long messages',
    'messages keep their bounds',
    class extends Around {
      override received(bytes: Uint8Array, from: Association, multicast: boolean): void {
        super.received(bytes.subarray(0, 100), from, multicast)
      }
    },
  ],
  [
    'makes an association for each who connects',
    'connecting again to the same place gives the same association',
    class extends Around {
      override async connect(target: CoapUri, signal?: Signal): Promise<Association> {
        return Object.create(await super.connect(target, signal)) as Association
      }
    },
  ],
  [
    'says twice that one is closed',
    'one that is disconnected is closed once, without a reason, and takes nothing any more',
    class extends Around {
      override closed(association: Association, reason?: Error): void {
        super.closed(association, reason)
        super.closed(association, reason)
      }
    },
  ],
  [
    'never says that one is closed',
    'one that is disconnected is closed once, without a reason, and takes nothing any more',
    class extends Around {
      override closed(): void {}
    },
  ],
  [
    'uses whatever is at the address of one that is gone',
    'one that is gone uses no other at the same address',
    class extends Around {
      #newest: Association | undefined = undefined
      override established(association: Association): void {
        this.#newest = association
        super.established(association)
      }
      override send(bytes: Uint8Array, length: number, to: Association): boolean {
        return super.send(bytes, length, this.#newest ?? to)
      }
    },
  ],
  [
    'hands up on the first association whatever comes',
    'who is disconnected by the server is heard on that association no more',
    class extends Around {
      #first: Association | undefined = undefined
      override received(bytes: Uint8Array, from: Association, multicast: boolean): void {
        this.#first ??= from
        super.received(bytes, this.#first, multicast)
      }
    },
  ],
  [
    'says nothing of the association before its first message',
    'a message arrives whole, and its answer comes back on the same association',
    class extends Around {
      override established(association: Association): void {
        queueMicrotask(() => super.established(association))
      }
    },
  ],
  [
    'goes on for who opens it again',
    'it is opened once, and goes on when somebody tries again',
    class extends Around {
      override async open(receiver: TransportReceiver, context: Context): Promise<void> {
        const first = this.receiver === undefined
        this.receiver = receiver
        if (first) await super.open(receiver, context)
      }
    },
  ],
  [
    'does not look at signals',
    'connecting is given up when its signal is aborted',
    class extends Around {
      override connect(target: CoapUri): Promise<Association> {
        return super.connect(target)
      }
    },
  ],
  [
    'forgets to say that it has drained',
    'after a send that says false comes drained',
    class extends Around {
      override drained(): void {}
    },
  ],
]

for (const [fault, found, type] of faults) {
  test(`a transport that ${fault} is found`, async () => {
    const all = await failures(type)
    assert.ok(all.includes(found), all.join('\n') || 'nothing was found')
  })
}

/** The sentences that do not hold of a pair of transports of this type. */
async function failures(type: typeof Around): Promise<string[]> {
  const suite = transportConformance('', () => {
    const context = createContext(1)
    const hub = new MemoryHub(context)
    const make = (host: string, port: number): Transport =>
      new type(plain(hub.network({ host, port }, { backlog: 100 })), context)
    return {
      context,
      client: make('192.0.2.1', 0),
      server: make('192.0.2.2', 5683),
      pass: () => context.clock.advance(1),
    }
  })
  const failed: string[] = []
  for (const { name, run } of suite) await run().catch(() => failed.push(name.slice(2)))
  return failed
}
