// What is tried with each pair of client and server: a row of docs/interop.md each.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { type Answer, type Expected, type Method, type PeerClient, type Resources, sample } from './peer.ts'
import { observeOption, optionNumber, type Seen, type Wire } from './wire.ts'

export type CaseId =
  | 'get'
  | 'get-non'
  | 'put'
  | 'post'
  | 'delete'
  | 'fetch'
  | 'patch'
  | 'ipatch'
  | 'separate'
  | 'observe'
  | 'observe-large'
  | 'late-get'
  | 'late-put'
  | 'validate'
  | 'if-none-match'
  | 'echo'
  | 'discovery'
  | 'ping'
  | 'not-found'
  | 'not-allowed'
  | 'bad-option'
  | 'status'

export interface Case {
  readonly id: CaseId
  readonly title: string
  readonly section: string
  /** It is tried with a server that has no larger blocks than so many bytes. */
  readonly serverBlockSize?: number
  run(trial: Trial): Promise<void>
}

export interface Trial {
  readonly client: PeerClient
  readonly resources: Resources
  readonly wire: Wire
  /** Seconds to wait for a message that has to come. */
  readonly patience: number
  /** The URI of a path on the server, by way of the wire. */
  uri(path: string): string
}

const notifications = 20
const largeNotifications = 5
const tagOption = 4
const block2Option = 23
const echoOption = 252

export const cases: readonly Case[] = [
  method('get', 'GET', 'RFC 7252, 5.8.1'),
  {
    id: 'get-non',
    title: 'GET, non-confirmable, answered non-confirmable',
    section: 'RFC 7252, 5.2.3',
    async run({ client, resources, wire, uri }) {
      meets(await client.request(uri(resources.get.path), { method: 'GET', confirmable: false }), resources.get)
      assert.equal(wire.seen.find(isRequest)?.type, 'NON', 'the request')
      assert.equal(wire.seen.find(isResponse)?.type, 'NON', 'the response')
    },
  },
  method('put', 'PUT', 'RFC 7252, 5.8.3'),
  method('post', 'POST', 'RFC 7252, 5.8.2'),
  method('delete', 'DELETE', 'RFC 7252, 5.8.4'),
  method('fetch', 'FETCH', 'RFC 8132, 2'),
  method('patch', 'PATCH', 'RFC 8132, 3'),
  method('ipatch', 'iPATCH', 'RFC 8132, 3'),
  {
    id: 'separate',
    title: 'separate response: empty ACK first, answer later, acknowledged',
    section: 'RFC 7252, 5.2.2',
    async run({ client, resources, wire, uri, patience }) {
      meets(await client.request(uri(resources.separate.path), { method: 'GET' }), resources.separate)
      const request = wire.seen.find(isRequest)
      const acknowledgement = wire.seen.findIndex((each) => each.from === 'server' && each.type === 'ACK')
      const response = wire.seen.findIndex(isResponse)
      assert.equal(wire.seen[acknowledgement]?.code, '0.00', 'an empty ACK')
      assert.equal(wire.seen[acknowledgement]?.messageId, request?.messageId, 'an ACK of the request')
      assert.ok(response > acknowledgement, 'the response after the ACK')
      assert.equal(wire.seen[response]?.token, request?.token, "the request's token")
      if (wire.seen[response]?.type === 'CON') {
        const { messageId } = wire.seen[response]
        const acknowledges = (each: Seen) =>
          each.from === 'client' && each.type === 'ACK' && each.messageId === messageId
        const settled = await wire.find(acknowledges, patience)
        assert.ok(settled, 'the client acknowledges the response')
      }
    },
  },
  {
    id: 'observe',
    title: `observe: ${notifications} notifications in order, then cancelled`,
    section: 'RFC 7641, 3',
    async run({ client, resources, wire, uri, patience }) {
      const seen = await client.observe(uri(resources.counter.path), notifications)
      for (const each of seen) meets(each, resources.counter)
      assert.ok(seen.length >= notifications, `${seen.length} notifications, not ${notifications}`)
      const counts = seen.map((each) => Number(each.payload))
      assert.deepEqual(
        counts,
        [...new Set(counts)].sort((a, b) => a - b),
        'the newest state comes last, and none twice',
      )
      ordered(wire)
      await cancelled(wire, patience)
    },
  },
  {
    id: 'observe-large',
    title: `observe: ${largeNotifications} notifications of two blocks, each whole and of one state, then cancelled`,
    section: 'RFC 7959, 2.6',
    async run({ client, resources: { largeCounter }, wire, uri, patience }) {
      const seen = await client.observe(uri(largeCounter.path), largeNotifications, largeCounter.size)
      for (const each of seen) meets(each, largeCounter)
      assert.ok(seen.length >= largeNotifications, `${seen.length} notifications, not ${largeNotifications}`)
      const counts = seen.map((each) => Number(each.payload.slice(0, 7)))
      assert.deepEqual(
        counts,
        [...new Set(counts)].sort((a, b) => a - b),
        'the newest state comes last, and none twice',
      )
      ordered(wire)
      const notified = wire.seen.filter(isResponse).filter((each) => optionNumber(each, observeOption) !== undefined)
      for (const each of notified)
        assert.ok((optionNumber(each, block2Option) ?? 0) & 8, 'a notification has more blocks')
      await cancelled(wire, patience)
    },
  },
  {
    id: 'validate',
    title: 'ETag: 2.03 without content for who has the current one',
    section: 'RFC 7252, 5.10.6',
    async run({ client, resources: { validate }, wire, uri }) {
      meets(await client.request(uri(validate.path), { method: 'GET' }), validate)
      const tag = wire.seen
        .filter(isResponse)
        .at(-1)
        ?.options.find((each) => each.number === tagOption)
      assert.ok(tag, 'the response has an ETag')
      const before = wire.seen.length
      const valid = await client.request(uri(validate.path), { method: 'GET', option: tag })
      assert.equal(valid.code, '2.03')
      const [response] = wire.seen.slice(before).filter(isResponse)
      assert.deepEqual([response?.code, response?.payload], ['2.03', ''])
    },
  },
  {
    id: 'if-none-match',
    title: 'If-None-Match: 2.01 for the first PUT, 4.12 for the second, 2.04 without it',
    section: 'RFC 7252, 5.10.8.2',
    async run({ client, resources: { made }, uri }) {
      const option = { number: 5, value: new Uint8Array() }
      const put = async (extra: object) =>
        (await client.request(uri(made), { method: 'PUT', payload: sample, ...extra })).code
      await client.request(uri(made), { method: 'DELETE' })
      assert.deepEqual([await put({ option }), await put({ option }), await put({})], ['2.01', '4.12', '2.04'])
    },
  },
  {
    id: 'echo',
    title: 'Echo: a 4.01 with an Echo is answered with the request again, that has it',
    section: 'RFC 9175, 2.3',
    async run({ client, resources: { fresh }, wire, uri }) {
      meets(await client.request(uri(fresh.path), { method: 'GET' }), fresh)
      const challenge = wire.seen.find((each) => each.code === '4.01')
      const echo = (message: Seen | undefined) => message?.options.find((each) => each.number === echoOption)?.value
      assert.ok(echo(challenge), 'the server asks for an Echo')
      assert.deepEqual(echo(wire.seen.filter(isRequest).at(-1)), echo(challenge), 'the client gives it back')
    },
  },
  {
    id: 'discovery',
    title: 'discovery: /.well-known/core',
    section: 'RFC 6690, 4',
    async run({ client, resources, wire, uri }) {
      const { code, payload } = await client.request(uri('/.well-known/core'), { method: 'GET' })
      assert.equal(code, '2.05')
      assert.match(payload, /^<[^>]*>/)
      assert.ok(payload.includes(`<${resources.counter.path}>`), `no ${resources.counter.path} in ${payload}`)
      assert.equal(optionNumber(wire.seen.find(isResponse) ?? assert.fail(), 12), 40, 'application/link-format')
    },
  },
  {
    id: 'ping',
    title: 'ping: an empty CON is answered with RST',
    section: 'RFC 7252, 4.3',
    async run({ client, wire, resources, uri, patience }) {
      await client.ping(uri(resources.still.path))
      const pings = (each: Seen) => each.from === 'client' && each.type === 'CON' && each.code === '0.00'
      const ping = await wire.find(pings, patience)
      assert.ok(ping, 'the client sends an empty CON')
      const answers = (each: Seen) => each.from === 'server' && each.messageId === ping.messageId
      const answer = await wire.find(answers, patience)
      assert.deepEqual([answer?.type, answer?.code], ['RST', '0.00'])
    },
  },
  {
    id: 'not-found',
    title: '4.04: no such resource',
    section: 'RFC 7252, 5.9.2.5',
    async run({ client, uri }) {
      assert.equal((await client.request(uri('/no/such/resource'), { method: 'GET' })).code, '4.04')
    },
  },
  {
    id: 'not-allowed',
    title: '4.05: a method that the resource does not have',
    section: 'RFC 7252, 5.9.2.6',
    async run({ client, resources, uri }) {
      meets(await client.request(uri(resources.fixed.path), { method: 'DELETE' }), resources.fixed)
    },
  },
  {
    id: 'bad-option',
    title: '4.02: a critical option that the server does not know',
    section: 'RFC 7252, 5.4.1',
    async run({ client, resources, uri }) {
      const option = { number: 65001, value: Uint8Array.of(1) } // odd, and for experiments (RFC 7252, 12.2)
      assert.equal((await client.request(uri(resources.get.path), { method: 'GET', option })).code, '4.02')
    },
  },
  {
    id: 'status',
    title: '4.00, 4.03, 4.12, 5.00, 5.03 as the server says them',
    section: 'RFC 7252, 5.9',
    async run({ client, resources, uri }) {
      for (const code of ['4.00', '4.03', '4.12', '5.00', '5.03']) {
        assert.equal((await client.request(uri(`${resources.status.path}?${code}`), { method: 'GET' })).code, code)
      }
    },
  },
]

function method(id: CaseId & keyof Resources, name: Method, section: string): Case {
  return {
    id,
    title: name,
    section,
    async run({ client, resources, uri }) {
      const payload = name === 'GET' || name === 'DELETE' ? {} : { payload: sample }
      meets(await client.request(uri(resources[id].path), { method: name, ...payload }), resources[id])
    },
  }
}

function meets(answer: Answer, expected: Expected): void {
  assert.equal(answer.code, expected.code)
  assert.match(answer.payload, expected.payload)
}

function isRequest(message: Seen): boolean {
  return message.from === 'client' && message.code.startsWith('0.') && message.code !== '0.00'
}

function isResponse(message: Seen): boolean {
  return message.from === 'server' && !message.code.startsWith('0.')
}

/** Sequence numbers go up, each compared to the one before (RFC 7641, 3.4). */
function ordered(wire: Wire): void {
  const messages = new Map<string, number>() // a retransmission is the same message; an ACK has a Message ID of the client's
  for (const each of wire.seen.filter(isResponse)) {
    const sequence = optionNumber(each, observeOption)
    if (sequence !== undefined) messages.set(`${each.type} ${each.messageId}`, sequence)
  }
  const sequence = [...messages.values()]
  for (const [index, value] of sequence.slice(1).entries()) {
    const step = (value - (sequence[index] ?? 0)) & 0xffffff
    assert.ok(step > 0 && step < 1 << 23, `Observe ${value} after ${sequence[index]}`)
  }
}

/** The client has cancelled, by Observe=1 or by a Reset of a notification (RFC 7641, 3.6), and the server has heard it. */
async function cancelled(wire: Wire, patience: number): Promise<void> {
  const token = wire.seen.find(isRequest)?.token
  const ids = () =>
    new Set(wire.seen.filter((each) => isResponse(each) && each.token === token).map((each) => each.messageId))
  const cancels = (each: Seen) =>
    each.from === 'client' &&
    ((each.type === 'RST' && ids().has(each.messageId)) ||
      (isRequest(each) && each.token === token && optionNumber(each, observeOption) === 1))
  const cancel = await wire.find(cancels, patience)
  assert.ok(cancel, 'neither Observe=1 nor a Reset from the client')
  await delay(100) // what was under way then may still come
  const before = wire.seen.length
  await delay(600)
  const after = wire.seen.slice(before).filter((each) => isResponse(each) && each.token === token)
  assert.deepEqual(after, [], 'notifications after the cancellation')
}
