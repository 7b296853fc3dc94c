// What lockstep scripts cannot show of retransmission (RFC 7252 4.2): the spread of its times, and clocks that are late.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Context } from '../../context/context.ts'
import { TimerWheel } from '../../context/timer-wheel.ts'
import { silentTrace } from '../../context/trace.ts'
import { Request } from '../../handler/request.ts'
import { Code } from '../../message/code.ts'
import { MemoryHub } from '../../network/memory.ts'
import { SeededRandom } from '../../testing/random.ts'
import { plain } from '../../transport/plain.ts'
import { CoapUri } from '../../uri/coap-uri.ts'
import { Endpoint } from '../endpoint.ts'

test('the first time-outs are spread from ACK_TIMEOUT to ACK_TIMEOUT times ACK_RANDOM_FACTOR (RFC 7252 4.2)', async () => {
  const delays: number[] = []
  for (let seed = 1; seed <= 100; seed++) {
    const client = await silence(seed)
    client.wake(0)
    for (let time = 2000; client.sent.length < 2; time += 10) client.wake(time)
    delays.push(client.sent[1] as number)
  }
  assert.ok(delays.every((delay) => delay >= 2000 && delay <= 3000))
  for (let slot = 0; slot < 5; slot++) {
    const inSlot = delays.filter((delay) => delay >= 2000 + 200 * slot && delay < 2200 + 200 * slot)
    assert.ok(inSlot.length > 5, `${inSlot.length} of 100 between ${2000 + 200 * slot} and ${2200 + 200 * slot}`)
  }
})

test('a late retransmission still leaves ACK_TIMEOUT and more before the next one (RFC 7252 4.2)', async () => {
  const client = await silence(1)
  for (const time of [0, 9000, 9001, 11_000]) client.wake(time)
  assert.deepEqual(client.sent, [0, 9000])
  client.wake(15_000)
  assert.deepEqual(client.sent, [0, 9000, 15_000])
})

test('after MAX_TRANSMIT_SPAN nothing is sent again, however late the clock (RFC 7252 4.2)', async () => {
  const client = await silence(1)
  for (const time of [0, 3000, 50_000]) client.wake(time)
  assert.deepEqual(client.sent, [0, 3000])
  for (const time of [70_000, 200_000, 400_000]) client.wake(time)
  assert.deepEqual(client.sent, [0, 3000])
  await assert.rejects(async () => client.response, { code: 'COAP_TIMEOUT' })
})

test('an acknowledgement that came while the machine slept is still taken (RFC 7252 4.2)', async () => {
  const client = await silence(1)
  for (const time of [0, 50_000]) client.wake(time)
  client.acknowledge()
  client.wake(50_001)
  assert.deepEqual(client.sent, [0])
  assert.equal(client.endpoint.statistics.timeouts, 0)
})

/** A client that has asked where nobody answers, on a clock that goes only where the test puts it. */
async function silence(seed: number) {
  let time = 0
  const random = new SeededRandom(seed)
  const wheel = new TimerWheel(
    () => time,
    () => {},
  )
  const context: Context = {
    ...{ now: () => time, wallClock: () => time, timers: wheel, trace: silentTrace },
    random: (into) => random.fill(into),
  }
  const hub = new MemoryHub(context, { unreachable: false })
  const sent: number[] = []
  const server = hub.network({ host: '192.0.2.1', port: 5683 })
  let messageId = new Uint8Array(2)
  await server.open({
    packet(packet) {
      sent.push(time)
      messageId = packet.slice(2, 4)
    },
    ...{ drained() {}, unreachable() {}, tooBig() {} },
  })
  const client = { host: '192.0.2.2', port: 5683 }
  const endpoint = await new Endpoint({ context, transports: [plain(hub.network(client))] }).open()
  const response = Promise.resolve(
    endpoint.send(new Request({ code: Code.POST, uri: CoapUri.parse('coap://192.0.2.1/a') })),
  )
  response.catch(() => {}) // a test that wants to know waits for it
  for (let round = 0; round < 20; round++) await undefined // until it has been sent
  return {
    sent,
    response,
    endpoint,
    /** It is so late, and whatever was due by then happens now. */
    wake(now: number): void {
      time = now
      wheel.turn()
      wheel.turn() // a packet that was sent just now arrives
    },
    acknowledge(): void {
      server.send(Uint8Array.of(0x60, 0, ...messageId), 4, server.path(client))
    },
  }
}
