// What other clients try with each test resource of examples/plugtest: a row of docs/interop.md each, judged by what the client gives its
// caller and by the datagrams between.

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { Client } from 'coapstone'
import type { Asking } from './plugtest-clients.ts'
import type { PlugtestServer } from './plugtest-server.ts'
import { observeOption, optionNumber, type Seen, type Wire } from './wire.ts'

export interface PlugtestCase {
  readonly id: string
  /** The resources, as in the report. */
  readonly resources: string
  readonly title: string
  /** Where it is described. */
  readonly source: string
  run(trial: PlugtestTrial): Promise<void>
}

export interface PlugtestTrial {
  readonly wire: Wire
  readonly server: PlugtestServer
  /** The whole content of the answer, as the client gives it. */
  ask(path: string, asking?: Asking): Promise<string>
  /** All content that comes: of so many notifications, or what comes in so many seconds. */
  observe(path: string, count: number, seconds: number, asking?: Pick<Asking, 'confirmable'>): Promise<string>
}

const etag = 4
const ifMatch = 1
const ifNoneMatch = 5
const locationPath = 8
const contentFormat = 12
const maxAge = 14
const uriQuery = 15
const accept = 17
const locationQuery = 20
const block2 = 23
const block1 = 27
const long = 'Each line of this text is the same.\n'.repeat(80)
const sizes = [16, 64, 1024] as const
/** Seconds to wait for what has to come, also while a machine starts many programs. */
const patience = 30

export const plugtestCases: readonly PlugtestCase[] = [
  row('hello', '/hello', 'GET', 'demo servers', async ({ ask }) => {
    assert.equal(await ask('/hello'), 'Hello from Coapstone!')
  }),
  row('test-con', '/test', 'GET, POST, PUT, DELETE, confirmable', 'CORE_01 to 04, 10', async (trial) => {
    for (const [method, code] of methods) {
      await trial.ask('/test', { method, ...(method !== 'GET' && method !== 'DELETE' && { payload: 'x' }) })
      assert.deepEqual(told(last(trial)), ['ACK', code], method)
      assert.equal(last(trial).messageId, lastRequest(trial).messageId)
    }
  }),
  row('test-non', '/test', 'the same, non-confirmable', 'CORE_05 to 08', async (trial) => {
    for (const [method, code] of methods) {
      const asking = { method, confirmable: false, ...(method !== 'GET' && method !== 'DELETE' && { payload: 'x' }) }
      await trial.ask('/test', asking)
      assert.deepEqual(told(last(trial)), ['NON', code], method)
    }
  }),
  row('separate-con', '/separate', 'acknowledged first, answered by a CON later', 'CORE_09, 11', async (trial) => {
    assert.match(await trial.ask('/separate'), /^Type: 0 \(CON\)/)
    const [acknowledgement, response] = trial.wire.seen.filter(({ from }) => from === 'server')
    assert.deepEqual(
      [told(acknowledgement), told(response)],
      [
        ['ACK', '0.00'],
        ['CON', '2.05'],
      ],
    )
    const { messageId } = response as Seen
    assert.ok(
      await trial.wire.find((each) => each.from === 'client' && each.type === 'ACK' && each.messageId === messageId, 3),
    )
  }),
  row('separate-non', '/separate', 'not acknowledged, answered by a NON', 'CORE_17', async (trial) => {
    assert.match(await trial.ask('/separate', { confirmable: false }), /^Type: 1 \(NON\)/)
    assert.deepEqual(trial.wire.seen.filter(({ from }) => from === 'server').map(told), [['NON', '2.05']])
  }),
  row('segments', '/seg1/seg2/seg3', 'several Uri-Path options', 'CORE_13', async ({ ask }) => {
    for (const path of ['/seg1', '/seg1/seg2', '/seg1/seg2/seg3']) assert.equal(await ask(path), `This is ${path}`)
  }),
  row('query', '/query', 'several Uri-Query options', 'CORE_14', async (trial) => {
    assert.match(await trial.ask('/query?first=1&second=2&third=3'), /\nfirst=1\nsecond=2\nthird=3$/)
    assert.deepEqual(texts(lastRequest(trial), uriQuery), ['first=1', 'second=2', 'third=3'])
  }),
  row('location', '/location1/location2/location3', 'created by a POST to /test', 'CORE_18', async (trial) => {
    await trial.ask('/test', { method: 'POST', payload: 'made' })
    assert.deepEqual(told(last(trial))[1], '2.01')
    assert.deepEqual(texts(last(trial), locationPath), ['location1', 'location2', 'location3'])
    assert.equal(await trial.ask('/location1/location2/location3'), 'made')
  }),
  row('location-query', '/location-query', 'created at a query', 'CORE_19', async (trial) => {
    await trial.ask('/location-query', { method: 'POST', payload: 'x' })
    assert.equal(last(trial).code, '2.01')
    assert.deepEqual(texts(last(trial), locationQuery), ['first=1', 'second=2'])
  }),
  row('multi-format', '/multi-format', 'as text, XML, JSON and CBOR; 4.06', 'CORE_20', async (trial) => {
    for (const format of [0, 41, 50, 60]) {
      // CBOR is no text: a client that cannot give it as such has got it all the same.
      await trial.ask('/multi-format', { options: [uint(accept, format)] }).catch(() => 'no text')
      assert.deepEqual([last(trial).code, optionNumber(last(trial), contentFormat)], ['2.05', format])
    }
    await trial.ask('/multi-format', { options: [uint(accept, 47)] })
    assert.equal(last(trial).code, '4.06')
  }),
  row('validate-etag', '/validate', 'ETag: 2.03 as long as it is the same', 'CORE_21', async (trial) => {
    await trial.ask('/validate')
    const first = optionValue(last(trial), etag)
    await trial.ask('/validate', { options: [{ number: etag, value: first }] })
    assert.deepEqual([last(trial).code, last(trial).payload], ['2.03', ''])
    await trial.ask('/validate', { method: 'PUT', payload: 'changed' })
    assert.equal(last(trial).code, '2.04')
    assert.equal(await trial.ask('/validate', { options: [{ number: etag, value: first }] }), 'changed')
    assert.notDeepEqual(optionValue(last(trial), etag), first)
  }),
  row('validate-match', '/validate', 'If-Match: 4.12 once somebody else has changed it', 'CORE_22', async (trial) => {
    const put = async (payload: string, value?: Uint8Array) => {
      const options = value === undefined ? [] : [{ number: ifMatch, value }]
      await trial.ask('/validate', { method: 'PUT', payload, options })
      return last(trial).code
    }
    await trial.ask('/validate')
    assert.equal(await put('one', optionValue(last(trial), etag)), '2.04')
    assert.equal(await trial.ask('/validate'), 'one')
    const second = optionValue(last(trial), etag)
    assert.equal(await put('two'), '2.04')
    assert.equal(await put('three', second), '4.12')
    assert.equal(await trial.ask('/validate'), 'two')
  }),
  row('create', '/create1, /create2, /create3', 'If-None-Match: 2.01, then 4.12', 'CORE_23', async (trial) => {
    for (const path of ['/create1', '/create2', '/create3']) {
      const asking: Asking = {
        method: 'PUT',
        payload: 'mine',
        options: [{ number: ifNoneMatch, value: new Uint8Array() }],
      }
      await trial.ask(path, asking)
      assert.equal(last(trial).code, '2.01')
      await trial.ask(path, { ...asking, payload: "another's" })
      assert.equal(last(trial).code, '4.12')
      assert.equal(await trial.ask(path), 'mine')
      await trial.ask(path, { method: 'DELETE' })
      assert.equal(last(trial).code, '2.02')
    }
  }),
  row('large-late', '/large', 'in blocks, which the client had not asked for', 'BLOCK_02', async (trial) => {
    assert.equal((await trial.ask('/large')).length, 1280)
    assert.ok(blocks(trial, block2).length > 1)
  }),
  row('large-early', '/large', 'in blocks of 16, 64 and 1,024 bytes, as asked for', 'BLOCK_01, 06', async (trial) => {
    for (const blockSize of sizes) {
      const before = trial.wire.seen.length
      assert.equal((await trial.ask('/large', { blockSize })).length, 1280)
      const seen = blocks(trial, block2, before)
      assert.deepEqual([seen.length, seen[0]?.size], [Math.ceil(1280 / blockSize), blockSize])
    }
  }),
  row('large-update', '/large-update', 'PUT and GET in blocks', 'BLOCK_03', async (trial) => {
    for (const blockSize of [64, 1024]) {
      const payload = `${blockSize}\n${long}`
      await trial.ask('/large-update', { method: 'PUT', payload, blockSize })
      assert.equal(last(trial).code, '2.04')
      assert.ok(blocks(trial, block1).length > 1)
      assert.equal(await trial.ask('/large-update'), payload)
    }
  }),
  row(
    'large-create',
    '/large-create',
    'POST in blocks: 2.01, and GET at its Location-Path',
    'BLOCK_04',
    async (trial) => {
      await trial.ask('/large-create', { method: 'POST', payload: long, blockSize: 64 })
      assert.equal(last(trial).code, '2.01')
      const location = texts(last(trial), locationPath)
      assert.deepEqual(location, ['large-create', '1'])
      assert.equal(await trial.ask(`/${location.join('/')}`), long)
      assert.match(await trial.ask('/large-create'), /^<\/large-create\/1>/)
    },
  ),
  row('large-post', '/large-post', 'POST in blocks, answered in blocks', 'BLOCK_05', async (trial) => {
    const given = await trial.ask('/large-post', { method: 'POST', payload: long, blockSize: 64 })
    assert.equal(given, long.toUpperCase())
    assert.ok(blocks(trial, block1).length > 1 && blocks(trial, block2).length > 1)
  }),
  row(
    'obs',
    '/obs',
    'confirmable notifications, in order, with Max-Age; then cancelled',
    'OBS_01, 06, 12',
    async (trial) => {
      const content = await trial.observe('/obs', 4, 3)
      assert.match(content, /^(\d\d:\d\d:\d\d){4,}$/)
      const notifications = notificationsOf(trial)
      assert.ok(notifications.length >= 3)
      for (const each of notifications) {
        assert.deepEqual(told(each), ['CON', '2.05'])
        assert.equal(optionNumber(each, maxAge), 10)
      }
      await cancelled(trial)
    },
  ),
  row('obs-put', '/obs', 'PUT is told to who observes; a plain GET ends nothing', 'OBS_09, 10', async (trial) => {
    const observing = trial.observe('/obs', 30, 6)
    await trial.wire.find(isNotification, patience)
    await besides(trial, (client, uri) => client.get(uri('/obs')))
    // A state that the next tick has overtaken is not told: it is put until it is.
    const isTold = (each: Seen) => isNotification(each) && each.payload === 'put by another'
    for (let tries = 0; tries < 10 && !trial.wire.seen.some(isTold); tries++) {
      await besides(trial, (client, uri) => client.put(uri('/obs'), { body: 'put by another' }))
      await trial.wire.find(isTold, 0.5)
    }
    assert.match(await observing, /put by another/)
  }),
  row('obs-format', '/obs', 'another Content-Format ends it: a last 4.06', 'OBS_08', async (trial) => {
    await ended(trial, '4.06', (client, uri) => client.put(uri('/obs'), { json: {} }))
  }),
  row('obs-delete', '/obs', 'DELETE ends it: a last 4.04', 'OBS_07', async (trial) => {
    await ended(trial, '4.04', (client, uri) => client.delete(uri('/obs')))
  }),
  row('obs-non', '/obs-non', 'non-confirmable notifications', 'OBS_02', async (trial) => {
    assert.match(await trial.observe('/obs-non', 3, 5), /^(\d\d:\d\d:\d\d){3,}$/)
    for (const each of notificationsOf(trial).slice(0, 2)) assert.deepEqual(told(each), ['NON', '2.05'])
  }),
  row('obs-large', '/obs-large', 'notifications in blocks', 'OBS_13', async (trial) => {
    const content = await trial.observe('/obs-large', 3, 3)
    assert.ok(wholeTexts(content, 1280) >= 3, content)
    assert.ok(notificationsOf(trial).some((each) => optionNumber(each, block2) !== undefined))
  }),
  row('obs-pumping', '/obs-pumping', 'notifications of one and of several blocks in turn', 'OBS_14', async (trial) => {
    const content = await trial.observe('/obs-pumping', 12, 4)
    for (const length of [8, 200, 1500]) assert.ok(wholeTexts(content, length) >= 1, content)
  }),
  row('obs-pumping-non', '/obs-pumping-non', 'the same, non-confirmable', 'OBS_14', async (trial) => {
    await trial.observe('/obs-pumping-non', 3, 5)
    for (const each of notificationsOf(trial).slice(0, 2)) assert.deepEqual(told(each), ['NON', '2.05'])
  }),
  row('obs-reset', '/obs-reset', '4.03; with the word, observers hear nothing more', 'OBS_04', async (trial) => {
    await trial.ask('/obs-reset', { method: 'POST', payload: 'please' })
    assert.equal(last(trial).code, '4.03')
    const observing = trial.observe('/obs', 99, 3).catch(() => 'it is over')
    await trial.wire.find(isNotification, patience)
    await besides(trial, (client, uri) => client.post(uri('/obs-reset'), { body: 'sesame' }))
    await delay(200)
    const before = trial.wire.seen.length
    await delay(1200)
    assert.deepEqual(trial.wire.seen.slice(before).filter(isNotification), [])
    await observing
  }),
  row('link-types', '/link1, /link2, /link3', 'found by type, interface and path', 'LINK_01 to 08', async (trial) => {
    const found = async (query: string) =>
      Array.from((await trial.ask(`/.well-known/core?${query}`)).matchAll(/<(.*?)>/g), ([, target]) => target)
    assert.deepEqual(await found('rt=Type1'), ['/link1', '/link3'])
    assert.deepEqual(await found('rt=Type2'), ['/link1', '/link2'])
    assert.deepEqual(await found('if=If*'), ['/link1', '/link2'])
    assert.deepEqual(await found('href=/link1'), ['/link1'])
    assert.deepEqual(await found('href=/link*'), ['/link1', '/link2', '/link3'])
    assert.ok((await found('sz=*')).includes('/large') && (await found('rt=*')).includes('/large'))
    assert.equal(optionNumber(last(trial), contentFormat), 40)
    assert.ok((await trial.ask('/.well-known/core')).includes('</link1>'))
    assert.match(await trial.ask('/link2'), /^Type: 0/)
  }),
  row('path', '/path, /path/sub1, …', 'a list of what lies below', 'LINK_09', async (trial) => {
    const below = await trial.ask('/path')
    assert.equal(optionNumber(last(trial), contentFormat), 40)
    assert.equal(below, '</path/sub1>,</path/sub2>,</path/sub3>')
    for (const path of ['/path/sub1', '/path/sub2', '/path/sub3']) assert.equal(await trial.ask(path), path)
  }),
  row('alternate', '/alternate', 'anchored at /test', 'LINK_10', async ({ ask }) => {
    assert.match(await ask('/.well-known/core?rel=alternate'), /^<\/alternate>;anchor="\/test";rel="alternate"/)
    assert.match(await ask('/alternate'), /^Type: 0 \(CON\)\nCode: 1 \(GET\)/)
  }),
  row('time', '/time', 'GET, ?ticks, PUT, DELETE, observed', 'libcoap', async (trial) => {
    assert.match(await trial.ask('/time'), /^\d{4}-\d\d-\d\dT/)
    assert.ok(Math.abs(Number(await trial.ask('/time?ticks')) - Date.now() / 1000) < 5)
    await trial.ask('/time', { method: 'PUT', payload: '1000000000' })
    assert.match(await trial.observe('/time', 3, 2), /^2001-09-09T/)
    await trial.ask('/time', { method: 'DELETE' })
    await trial.ask('/time')
    assert.equal(last(trial).code, '4.04')
  }),
  row('async', '/async', 'a second later', 'libcoap', async ({ ask }) => {
    assert.equal(await ask('/async?1'), 'done')
  }),
  row('example-data', '/example_data', 'PUT and GET of more than a message', 'libcoap', async (trial) => {
    await trial.ask('/example_data', { method: 'PUT', payload: long, blockSize: 1024 })
    assert.equal(last(trial).code, '2.04')
    assert.equal(await trial.ask('/example_data'), long)
  }),
  row('benchmark', '/benchmark', 'POST is given back; with rlen so many bytes', 'Californium', async (trial) => {
    assert.equal(await trial.ask('/benchmark', { method: 'POST', payload: 'abc' }), 'abc')
    assert.equal((await trial.ask('/benchmark?rlen=3000', { method: 'POST', payload: 'abc' })).length, 3000)
    await trial.ask('/benchmark?rlen=no', { method: 'POST', payload: 'abc' })
    assert.equal(last(trial).code, '4.02')
  }),
  row('shutdown', '/shutdown', '4.03; with the word, the server ends', 'Californium', async (trial) => {
    await trial.ask('/shutdown', { method: 'POST', payload: 'please' })
    assert.deepEqual([last(trial).code, trial.server.shutDown], ['4.03', false])
    await trial.ask('/shutdown', { method: 'POST', payload: 'sesame' })
    assert.equal(last(trial).code, '2.04')
    await delay(700)
    assert.ok(trial.server.shutDown)
  }),
]

const methods = [
  ['GET', '2.05'],
  ['POST', '2.01'],
  ['PUT', '2.04'],
  ['DELETE', '2.02'],
] as const

function row(id: string, resources: string, title: string, source: string, run: PlugtestCase['run']): PlugtestCase {
  return { id, resources, title, source, run }
}

function told(message: Seen | undefined): [type: string | undefined, code: string | undefined] {
  return [message?.type, message?.code]
}

function isRequest(message: Seen): boolean {
  return message.from === 'client' && message.code.startsWith('0.') && message.code !== '0.00'
}

function isResponse(message: Seen): boolean {
  return message.from === 'server' && !message.code.startsWith('0.')
}

function isNotification(message: Seen): boolean {
  return isResponse(message) && message.type !== 'ACK' && optionNumber(message, observeOption) !== undefined
}

function last({ wire }: PlugtestTrial): Seen {
  return wire.seen.findLast(isResponse) ?? assert.fail('no response')
}

function lastRequest({ wire }: PlugtestTrial): Seen {
  return wire.seen.findLast(isRequest) ?? assert.fail('no request')
}

function texts(message: Seen, number: number): string[] {
  return message.options.filter((each) => each.number === number).map(({ value }) => Buffer.from(value).toString())
}

function optionValue(message: Seen, number: number): Uint8Array {
  return message.options.find((each) => each.number === number)?.value ?? assert.fail(`no option ${number}`)
}

function uint(number: number, value: number): { number: number; value: Uint8Array } {
  return { number, value: value === 0 ? new Uint8Array() : Uint8Array.of(value) }
}

/** The blocks that responses carry or acknowledge, from the nth message on. */
function blocks(
  { wire }: PlugtestTrial,
  option: number,
  from = 0,
): { readonly number: number; readonly size: number }[] {
  return wire.seen.slice(from).flatMap((each) => {
    const value = isResponse(each) ? optionNumber(each, option) : undefined
    return value === undefined ? [] : [{ number: value >> 4, size: 16 << (value & 7) }]
  })
}

/** Without what was sent again. */
function notificationsOf({ wire }: PlugtestTrial): Seen[] {
  const first = wire.seen.find((each) => isRequest(each) && optionNumber(each, observeOption) === 0)
  const all = wire.seen.filter((each) => isNotification(each) && each.token === first?.token)
  return [...new Map(all.map((each) => [each.messageId, each])).values()].slice(first?.type === 'NON' ? 1 : 0)
}

/** How many texts of that length are there whole, which begin with the time and go on in lines of dashes. */
function wholeTexts(content: string, length: number): number {
  return content.split(/(?=\d\d:\d\d:\d\d)/).filter((each) => each.length === length).length
}

/** Another client, of ours, which asks the server itself and not by way of the wire. */
async function besides(
  { server }: PlugtestTrial,
  ask: (client: Client, uri: (path: string) => string) => Promise<unknown>,
): Promise<void> {
  await ask(new Client(), (path) => `coap://127.0.0.1:${server.port}${path}`)
}

/** Observes until somebody does what ends it: the last notification is an error without Observe, and is the last one. */
async function ended(trial: PlugtestTrial, code: string, end: Parameters<typeof besides>[1]): Promise<void> {
  const observing = trial.observe('/obs', 99, 3).catch(() => 'it is over')
  await trial.wire.find(isNotification, patience)
  await besides(trial, end)
  const isLast = (each: Seen) => isResponse(each) && each.code === code
  const notification = await trial.wire.find(isLast, patience)
  assert.deepEqual(
    [told(notification)[0], notification && optionNumber(notification, observeOption)],
    ['CON', undefined],
  )
  const { messageId, token } = notification ?? assert.fail()
  assert.ok(
    await trial.wire.find((each) => each.from === 'client' && each.type === 'ACK' && each.messageId === messageId, 3),
  )
  const after = trial.wire.seen.length
  await delay(1200)
  assert.deepEqual(
    trial.wire.seen.slice(after).filter((each) => isNotification(each) && each.token === token),
    [],
  )
  await observing
}

/** The client has cancelled, by Observe=1 or by a Reset, and nothing came after that. */
async function cancelled(trial: PlugtestTrial): Promise<void> {
  const ids = new Set(notificationsOf(trial).map(({ messageId }) => messageId))
  const isCancel = (each: Seen) =>
    each.from === 'client' &&
    ((each.type === 'RST' && ids.has(each.messageId)) || (isRequest(each) && optionNumber(each, observeOption) === 1))
  assert.ok(await trial.wire.find(isCancel, 3), 'neither Observe=1 nor a Reset from the client')
  await delay(200)
  const before = trial.wire.seen.length
  await delay(1200)
  assert.deepEqual(trial.wire.seen.slice(before).filter(isNotification), [])
}
