// The judge is judged: a client or a server that gets a case wrong on the wire fails it, whatever it tells its caller.

import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { test } from 'node:test'
import { type CaseId, cases } from './cases.ts'
import { type Answer, type PeerClient, standardResources } from './peer.ts'
import { Wire } from './wire.ts'

const separate = { code: '2.05', payload: 'separate' }
const get = (type: number, ...options: number[]) => Buffer.from([type | 1, 1, 0x12, 0x34, 0xaa, ...options])
const content = (type: number, id: number, ...rest: number[]) => Buffer.from([type | 1, 0x45, 0x12, id, 0xaa, ...rest])
const [con, non, ack] = [0x40, 0x50, 0x60]
const emptyAck = Buffer.from([ack, 0, 0x12, 0x34])
const ping = Buffer.from([con, 0, 0x12, 0x34])

test('an acknowledged separate response passes', async () => {
  await trial('separate', separate, [get(con), Buffer.from([ack, 0, 0x12, 0x99])], [[emptyAck, content(con, 0x99)]])
})

test('a piggybacked response is no separate response', async () => {
  await assert.rejects(trial('separate', separate, [get(con)], [[content(ack, 0x34)]]), /an empty ACK/)
})

test('a separate response without its acknowledgement fails', async () => {
  const failing = trial('separate', separate, [get(con)], [[emptyAck, content(con, 0x99)]])
  await assert.rejects(failing, /the client acknowledges/)
})

test('a non-confirmable request answered with an ACK fails', async () => {
  const hello = { code: '2.05', payload: 'hello' }
  await assert.rejects(trial('get-non', hello, [get(non)], [[content(ack, 0x34)]]), /the response/)
})

test('a ping that gets a response instead of a Reset fails', async () => {
  await assert.rejects(trial('ping', separate, [ping], [[Buffer.from([ack, 0x84, 0x12, 0x34])]]), /RST/)
})

test('an observation that the client does not cancel fails', async () => {
  const notifications = Array.from({ length: 20 }, (_, index) => content(non, index, 0x61, index + 1))
  await assert.rejects(trial('observe', separate, [get(con, 0x60)], [notifications]), /neither Observe=1 nor a Reset/)
})

test('notifications whose sequence numbers go down fail', async () => {
  const notifications = [content(non, 1, 0x61, 9), content(non, 2, 0x61, 8)]
  await assert.rejects(trial('observe', separate, [get(con, 0x60)], [notifications]), /Observe 8 after 9/)
})

test('what is no CoAP message is told', async () => {
  const garbage = Buffer.from([0xc0, 0xff, 0xee])
  await conversation([[garbage]], async (wire) => {
    await speak(wire.port, [ping], 1)
    assert.deepEqual(wire.malformed, ['the server sent c0ffee, which is no CoAP message'])
  })
})

/** Runs a case with a client that sends these datagrams, waits for the answers to the first and tells its caller `answer`. */
async function trial(id: CaseId, answer: Answer, sent: readonly Buffer[], answers: readonly Buffer[][]): Promise<void> {
  const { run } = cases.find((each) => each.id === id) ?? assert.fail()
  await conversation(answers, async (wire) => {
    const talk = () => speak(wire.port, sent, answers.flat().length)
    const client: PeerClient = {
      cannot: {},
      faults: {},
      request: async () => {
        await talk()
        return answer
      },
      observe: async () => {
        await talk()
        return Array.from({ length: 20 }, (_, index) => ({ code: '2.05', payload: String(index) }))
      },
      ping: talk,
    }
    const uri = (path: string) => `coap://127.0.0.1:${wire.port}${path}`
    await run({ client, resources: standardResources, wire, uri, patience: 0.2 })
  })
}

/** A wire to a server that answers the nth datagram with the nth list. */
async function conversation(answers: readonly Buffer[][], talk: (wire: Wire) => Promise<void>): Promise<void> {
  const server = createSocket('udp4')
  let heard = 0
  server.on('message', (_, from) => {
    for (const answer of answers[heard++] ?? []) server.send(answer, from.port, from.address)
  })
  server.bind(0, '127.0.0.1')
  await once(server, 'listening')
  const wire = await Wire.to(server.address().port)
  try {
    await talk(wire)
  } finally {
    wire.close()
    server.close()
  }
}

/** Sends the first datagram, and the others once `expected` have come back. */
async function speak(port: number, [first, ...others]: readonly Buffer[], expected: number): Promise<void> {
  const socket = createSocket('udp4')
  const send = (datagram: Buffer) => new Promise((resolve) => socket.send(datagram, port, '127.0.0.1', resolve))
  const enough = new Promise<void>((resolve) => {
    let heard = 0
    socket.on('message', () => {
      heard++
      if (heard === expected) resolve()
    })
  })
  await send(first ?? assert.fail())
  await enough
  for (const other of others) await send(other)
  socket.close()
}
