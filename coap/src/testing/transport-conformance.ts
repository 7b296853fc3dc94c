// What every transport has to do, whatever it proves and whatever carries it: the contract of transport/transport.ts as cases that any
// transport can run against itself. What only some can do is asked for by traits (transport-trait-cases.ts).

import { type ConformanceCase, eventually, expect, expectBytes, expectRejection, expectThrow } from './conformance.ts'
import { bytes, type TransportBench, TransportPair, TransportRecorder } from './transport-pair.ts'
import { identityCases, movesCases, resumesCases } from './transport-trait-cases.ts'

export interface TransportTraits {
  /** It proves who the client is. */
  readonly identity?: boolean
  /** An association goes on when its packets come from another address. */
  readonly moves?: boolean
  /** An association that was lost can be resumed by a new one. */
  readonly resumes?: boolean
}

/**
 * For instance `for (const { name, run } of transportConformance('mine', bench, { identity: true })) test(name, run)`. `name` goes before
 * the names of the cases; `bench` is called for each of them.
 */
export function transportConformance(
  name: string,
  bench: () => TransportBench | Promise<TransportBench>,
  traits: TransportTraits = {},
): readonly ConformanceCase[] {
  const all = {
    ...cases,
    ...(traits.identity && identityCases),
    ...(traits.moves && movesCases),
    ...(traits.resumes && resumesCases),
  }
  return Object.entries(all).map(([sentence, run]) => ({
    name: `${name}: ${sentence}`,
    run: async () => {
      const both = new TransportPair(await bench())
      try {
        await run(both)
        expect(both.faults.length === 0, `no ${both.faults.join(', no ')}`)
      } finally {
        await both.client.close()
        await both.server.close()
      }
    },
  }))
}

const cases: Readonly<Record<string, (both: TransportPair) => Promise<void>>> = {
  'it has addresses from when it is opened until it is closed': async (both) => {
    expect(both.server.addresses.length === 0, 'no addresses before it is open')
    await both.open()
    expect(both.server.addresses.length > 0, 'addresses once it is open')
    await both.server.close()
    expect(both.server.addresses.length === 0, 'no addresses once it is closed')
  },

  'it is opened once, and goes on when somebody tries again': async (both) => {
    await both.open()
    const other = new TransportRecorder(both.bench.pass, both.faults)
    await expectRejection(both.server.open(other, both.bench.context), 'COAP_USAGE', 'opening it again')
    await both.exchange(await both.connect())
    expect(other.messages.length === 0, 'nothing for who tried to open it again')
  },

  'closing it twice, or before it is opened, does no harm': async (both) => {
    await both.client.close()
    await both.server.open(both.atServer, both.bench.context)
    await both.server.close()
    await both.server.close()
  },

  'connecting gives an association that was established': async (both) => {
    await both.open()
    const association = await both.connect()
    expect(both.atClient.establishments.length === 1, 'one association to be established')
    expect(both.atClient.establishments[0]?.association === association, 'the very one that connecting gives')
    expect(association.transport === both.client, 'it to name its transport')
    expect(Number.isSafeInteger(association.key) && association.key >= 0, `a key below 2^53, not ${association.key}`)
  },

  'connecting again to the same place gives the same association': async (both) => {
    await both.open()
    const [one, other] = await both.passUntil(Promise.all([both.connecting(), both.connecting()]))
    expect(one === other, 'who connects at the same time to share it')
    expect((await both.connect()) === one, 'who connects later to share it')
    expect(both.atClient.establishments.length === 1, 'one association to be established')
  },

  'connecting is given up when its signal is aborted': async (both) => {
    await both.open()
    const reason = new Error('enough')
    const early = new AbortController()
    early.abort(reason)
    expect((await both.failure(both.connecting(early.signal))) === reason, 'the reason of its signal')
    const late = new AbortController()
    const connecting = both.failure(both.connecting(late.signal))
    late.abort(reason)
    const outcome = await connecting
    expect(outcome === reason || outcome === undefined, 'the reason of its signal, or an association that was there')
    await both.exchange(await both.connect())
  },

  'connecting is refused before it is open, and once it is closed': async (both) => {
    await both.server.open(both.atServer, both.bench.context)
    expect((await both.failure(both.connecting())) !== undefined, 'connecting to fail')
    await both.client.open(both.atClient, both.bench.context)
    await both.client.close()
    expect((await both.failure(both.connecting())) !== undefined, 'connecting to fail')
  },

  'a message arrives whole, and its answer comes back on the same association': async (both) => {
    await both.open()
    await both.exchange(await both.connect())
  },

  'either side may speak at any time': async (both) => {
    await both.open()
    const association = await both.connect()
    const back = await both.exchange(association)
    both.server.send(bytes(7, 7), 2, back)
    const asked = await both.atClient.next(2)
    expectBytes(asked.message, bytes(7, 7), 'what the server says by itself')
    expect(asked.from === association, 'it on the association that the client has')
  },

  'messages keep their bounds': async (both) => {
    await both.open()
    const association = await both.connect()
    const sizes = [1, 50, 4, 1, 300, 9]
    for (const size of sizes) both.client.send(new Uint8Array(size).fill(size), size, association)
    await both.atServer.next(sizes.length)
    const arrived = both.atServer.messages.map(({ message }) => message)
    for (const size of sizes) {
      expectBytes(
        arrived.find(({ length }) => length === size),
        new Uint8Array(size).fill(size & 255),
        `a message of ${size} bytes`,
      )
    }
  },

  'sending takes a copy, and no more bytes than it is told': async (both) => {
    await both.open()
    const association = await both.connect()
    const buffer = bytes(1, 2, 3, 4, 5)
    both.client.send(buffer, 3, association)
    buffer.fill(9)
    expectBytes((await both.atServer.next(1)).message, bytes(1, 2, 3), 'the message')
  },

  'messages that are owned may be kept without a copy': async (both) => {
    await both.open()
    const association = await both.connect()
    if (!both.server.messagesAreOwned) return
    const kept: Uint8Array[] = []
    both.atServer.whenReceived = (message) => kept.push(message)
    for (let number = 1; number <= 3; number++) both.client.send(bytes(number, number), 2, association)
    await both.atServer.next(3)
    for (const [at, { message }] of both.atServer.messages.entries())
      expectBytes(kept[at], message, 'the message that was kept')
  },

  'a message of the greatest length arrives, a longer one is a usage error': async (both) => {
    await both.open()
    const association = await both.connect()
    const length = both.client.maxMessageSize
    const message = new Uint8Array(length + 1).map((_, at) => at)
    both.client.send(message, length, association)
    expectBytes((await both.atServer.next(1)).message, message.subarray(0, length), 'the message')
    expectThrow(() => both.client.send(message, length + 1, association), 'COAP_USAGE', 'sending one byte more')
  },

  'nothing is handed up within the call that sends': async (both) => {
    await both.open()
    const association = await both.connect()
    both.client.send(bytes(1), 1, association)
    expect(both.atServer.messages.length === 0, 'nothing to have arrived yet')
    await both.atServer.next(1)
  },

  'after a send that says false comes drained': async (both) => {
    await both.open()
    const association = await both.connect()
    let more = true
    for (let count = 0; more && count < 2000; count++) more = both.client.send(bytes(1), 1, association)
    if (more) return
    await eventually(both.bench.pass, () => both.atClient.drainedFor.includes(association), 'drained to be told')
    expect(both.client.send(bytes(2), 1, association), 'room again')
  },

  'one that is disconnected is closed once, without a reason, and takes nothing any more': async (both) => {
    await both.open()
    const association = await both.connect()
    await both.exchange(association)
    both.client.disconnect(association)
    both.client.disconnect(association)
    await both.passSome()
    const ends = both.atClient.ends.filter((end) => end.association === association)
    expect(ends.length === 1 && ends[0]?.reason === undefined, 'closed to be told once, without a reason')
    expect(both.client.send(bytes(5), 1, association), 'true: there is nothing to wait for')
    await both.passSome()
    expect(both.atServer.messages.length === 1, 'nothing to arrive')
  },

  'one that is gone uses no other at the same address': async (both) => {
    await both.open()
    const gone = await both.connect()
    await both.exchange(gone)
    both.client.disconnect(gone)
    const present = await both.connect()
    expect(present !== gone, 'another association')
    both.client.send(bytes(5), 1, gone)
    both.client.send(bytes(6), 1, present)
    expectBytes((await both.atServer.next(2)).message, bytes(6), 'what was sent on the one that is there')
    await both.passSome()
    expect(both.atServer.messages.length === 2, 'nothing of the one that is gone')
  },

  'disconnecting one leaves the other at the same address as it is': async (both) => {
    await both.open()
    const gone = await both.connect()
    await both.exchange(gone)
    both.client.disconnect(gone)
    const present = await both.connect()
    both.client.disconnect(gone)
    await both.exchange(present)
    expect(both.atClient.ends.length === 1, 'only the first to be closed')
  },

  'who is disconnected by the server is heard on that association no more': async (both) => {
    await both.open()
    const association = await both.connect()
    const back = await both.exchange(association)
    both.server.disconnect(back)
    expect(both.atServer.ends.length === 1 && both.atServer.ends[0]?.association === back, 'closed to be told once')
    both.client.send(bytes(5), 1, association)
    await both.passSome()
    expect(
      both.atServer.messages.slice(1).every(({ from }) => from !== back),
      'nothing on the association that is gone',
    )
    const received = both.atClient.messages.length
    both.server.send(bytes(6), 1, back)
    await both.passSome()
    expect(both.atClient.messages.length === received, 'nothing from it either')
  },

  'one that is refused as it is established hands nothing up': async (both) => {
    both.atServer.whenEstablished = (association) => both.server.disconnect(association)
    await both.open()
    const association = await both.passUntil(both.connecting()).catch(() => undefined)
    if (association !== undefined) both.client.send(bytes(1), 1, association)
    await both.passSome()
    expect(both.atServer.messages.length === 0, 'nothing from who was refused')
  },

  'a path has an owner as long as an association uses it': async (both) => {
    await both.open()
    const association = await both.connect()
    const back = await both.exchange(association)
    const paths = [association.path, back.path]
    expect(
      paths.every(({ owner }) => owner !== undefined),
      'an owner while the association is there',
    )
    both.client.disconnect(association)
    both.server.disconnect(back)
    expect(
      paths.every(({ owner }) => owner === undefined),
      'no owner any more',
    )
  },

  'nothing is handed up after it was closed, and nothing is sent': async (both) => {
    await both.open()
    const association = await both.connect()
    const back = await both.exchange(association)
    await both.client.close()
    const { length } = both.atClient.messages
    expect(both.client.send(bytes(1), 1, association), 'true: there is nothing to wait for')
    both.server.send(bytes(2), 1, back)
    await both.passSome()
    expect(both.atClient.messages.length === length, 'nothing to be handed up')
    expect(both.atServer.messages.length === 1, 'nothing to be sent')
  },
}
