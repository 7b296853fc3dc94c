import assert from 'node:assert/strict'
import { Socket } from 'node:dgram'
import { afterEach, describe, mock, test } from 'node:test'
import fc from 'fast-check'
import { DgramSocket, type SocketReceiver, type SystemError } from './dgram-socket.ts'
import type { UdpPath } from './path-table.ts'

describe('a socket', () => {
  afterEach(() => mock.restoreAll())

  test('what is sent in one turn leaves by its end, complete and in order, whatever its length', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.oneof(
            { weight: 20, arbitrary: fc.nat(100) },
            { weight: 2, arbitrary: fc.integer({ min: 1000, max: 30_000 }) },
            { weight: 1, arbitrary: fc.constant(65_507) },
          ),
          { maxLength: 60 },
        ),
        async (lengths) => {
          const bench = await open()
          const buffer = new Uint8Array(65_507)
          for (const [number, length] of lengths.entries()) {
            buffer.fill(number, 0, length)
            bench.socket.send(buffer, length, bench.path)
          }
          buffer.fill(0xee)
          await turn()
          assert.deepEqual(
            bench.sent.map(({ length }) => length),
            lengths,
          )
          for (const [number, packet] of bench.sent.entries()) assert.ok(packet.every((byte) => byte === number))
          await bench.socket.close()
        },
      ),
      { numRuns: 50 },
    )
  })

  test('packets of one turn leave together at its end; one that follows on a turn of one leaves in the call that sends', async () => {
    const bench = await open()
    const atOnce = async (packets: number): Promise<number> => {
      const before = bench.sent.length
      for (let number = 0; number < packets; number++) bench.socket.send(Uint8Array.of(number), 1, bench.path)
      const left = bench.sent.length - before
      await turn()
      assert.equal(bench.sent.length, before + packets)
      return left
    }
    await atOnce(1)
    assert.equal(await atOnce(1), 1)
    assert.equal(await atOnce(10), 1)
    assert.equal(await atOnce(10), 0)
    assert.equal(await atOnce(1), 0)
    assert.equal(await atOnce(1), 1)
    await bench.socket.close()
  })

  test('packets that the system has not taken yet are not overwritten by later ones', async () => {
    const bench = await open({ copy: false })
    mock.method(Socket.prototype, 'getSendQueueCount', () => 1)
    for (let number = 0; number < 3; number++) {
      for (let count = 0; count < 5; count++) bench.socket.send(new Uint8Array(200).fill(number), 200, bench.path)
      await turn()
    }
    assert.deepEqual(
      bench.sent.map((packet) => packet[0]),
      [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2],
    )
    await bench.socket.close()
  })

  test('when the system has taken them the same memory is used again', async () => {
    const bench = await open({ copy: false })
    for (let number = 0; number < 3; number++) {
      bench.socket.send(Uint8Array.of(number), 1, bench.path)
      await turn()
    }
    assert.equal(new Set(bench.sent.map(({ buffer }) => buffer)).size, 1)
    await bench.socket.close()
  })

  test('a packet that Node refuses is told, and the others leave', async () => {
    const bench = await open({ refuse: 2 })
    for (let number = 1; number <= 3; number++) bench.socket.send(Uint8Array.of(number), 1, bench.path)
    await turn()
    assert.deepEqual(
      bench.sent.map((packet) => packet[0]),
      [1, 3],
    )
    assert.deepEqual(bench.failures, ['refused'])
    await bench.socket.close()
  })

  test('what waits when it is closed still leaves; what comes later does not', async () => {
    const bench = await open()
    bench.socket.send(Uint8Array.of(1), 1, bench.path)
    await bench.socket.close()
    bench.socket.send(Uint8Array.of(2), 1, bench.path)
    await turn()
    assert.deepEqual(
      bench.sent.map((packet) => packet[0]),
      [1],
    )
    await bench.socket.close()
  })

  test('packets of the greatest length and none pass through the system', async () => {
    const received: Uint8Array[] = []
    const server = new DgramSocket('127.0.0.1', receiver({ packet: (packet) => received.push(packet) }))
    await server.bind('127.0.0.1', 0)
    const client = new DgramSocket('127.0.0.1', receiver())
    await client.bind('127.0.0.1', 0)
    const path = client.path('127.0.0.1', server.address.port)
    const longest = Uint8Array.from({ length: 65_507 }, (_, at) => at)
    for (const [number, packet] of [longest, new Uint8Array(0), Uint8Array.of(1)].entries()) {
      client.send(packet, packet.length, path)
      for (let round = 0; round < 500 && received.length <= number; round++)
        await new Promise((resolve) => setTimeout(resolve, 1))
      assert.equal(received[number]?.length, packet.length)
      assert.ok(received[number]?.every((byte, at) => byte === packet[at]))
    }
    await Promise.all([server.close(), client.close()])
  })

  test('a packet from port 0, which nobody could be answered at, is dropped', async () => {
    const { bind } = Socket.prototype
    let system: Socket | undefined
    mock.method(Socket.prototype, 'bind', function (this: Socket, ...args: Parameters<typeof bind>) {
      system = this
      return bind.apply(this, args)
    })
    let count = 0
    const socket = new DgramSocket('127.0.0.1', receiver({ packet: () => count++ }))
    await socket.bind('127.0.0.1', 0)
    const from = { address: '127.0.0.1', family: 'IPv4', size: 1 }
    system?.emit('message', Buffer.of(1), { ...from, port: 0 })
    system?.emit('message', Buffer.of(1), { ...from, port: 1 })
    assert.equal(count, 1)
    await socket.close()
  })

  test('what comes is no Buffer: its slices are copies', async () => {
    const received: Uint8Array[] = []
    const server = new DgramSocket('127.0.0.1', receiver({ packet: (packet) => received.push(packet) }))
    await server.bind('127.0.0.1', 0)
    server.send(Uint8Array.of(1, 2), 2, server.path('127.0.0.1', server.address.port))
    for (let round = 0; round < 500 && received.length === 0; round++)
      await new Promise((resolve) => setTimeout(resolve, 1))
    assert.equal(Object.getPrototypeOf(received[0]), Uint8Array.prototype)
    await server.close()
  })

  test('an address that cannot be had rejects, and leaves no socket open', async () => {
    const socket = new DgramSocket('192.0.2.234', receiver())
    await assert.rejects(socket.bind('192.0.2.234', 0), { code: 'EADDRNOTAVAIL' })
    await socket.close() // nothing is left to close
  })

  /** A socket whose packets a test gets instead of the system. */
  async function open({ copy = true, refuse = -1 } = {}) {
    const sent: Uint8Array[] = []
    const failures: string[] = []
    let count = 0
    mock.restoreAll() // one on top of another could not be taken off in any order
    mock.method(Socket.prototype, 'send', (packet: Uint8Array) => {
      if (++count === refuse) throw new Error('refused')
      sent.push(copy ? packet.slice() : packet)
    })
    const socket = new DgramSocket('127.0.0.1', receiver({ failed: (_, error) => failures.push(error.message) }))
    await socket.bind('127.0.0.1', 0)
    return { socket, sent, failures, path: socket.path('127.0.0.1', 5683) }
  }

  function receiver(
    own: {
      packet?: (packet: Uint8Array, from: UdpPath) => void
      failed?: (socket: DgramSocket, error: SystemError) => void
    } = {},
  ): SocketReceiver {
    return { packet() {}, failed() {}, ...own }
  }

  function turn(): Promise<void> {
    return new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
  }
})
