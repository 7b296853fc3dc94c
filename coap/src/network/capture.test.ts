import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { createContext } from '../testing/context.ts'
import { networkConformance } from '../testing/network-conformance.ts'
import { Capture } from './capture.ts'
import { ipPacket } from './ip-packet.ts'
import { MemoryHub } from './memory.ts'
import type { NetworkAddress, NetworkReceiver } from './network.ts'

const ipv4 = { client: { host: '192.0.2.1', port: 40_000 }, server: { host: '192.0.2.2', port: 5683 } }
const ipv6 = { client: { host: '2001:db8::1', port: 40_000 }, server: { host: 'fe80::2:0:1', port: 5683 } }

/** GET coap://…/temperature of RFC 7252 appendix A, figure 16, and its answer. */
const get = Uint8Array.from([0x40, 0x01, 0x7d, 0x34, 0xbb, ...new TextEncoder().encode('temperature')])
const content = Uint8Array.from([0x60, 0x45, 0x7d, 0x34, 0xff, ...new TextEncoder().encode('22.3 C')])

const suite = networkConformance('memory that is captured', () => {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const around = (host: string) => new Capture(hub.network({ host, port: 0 }, { packetsAreOwned: false }), () => {})
  return {
    context,
    client: around('192.0.2.1'),
    server: around('192.0.2.2'),
    pass: () => context.clock.advance(1),
  }
})
for (const { name, run } of suite) test(name, run)

for (const [family, addresses] of Object.entries({ ipv4, ipv6 })) {
  test(`a capture has both ways over ${family}, with headers, check sums and times that are right`, async () => {
    const packets = readCapture(await capture(addresses))
    const [client, server] = [addresses.client, addresses.server]
    assert.deepEqual(packets, [
      { time: 1_767_225_600_040_500, direction: 'outgoing', source: client, destination: server, payload: get },
      { time: 1_767_225_600_081_000, direction: 'incoming', source: server, destination: client, payload: content },
    ])
  })
}

test('what goes to a group is captured as going to the group', async () => {
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const sent = hub.network(ipv4.client)
  const file: Uint8Array[] = []
  const inner = hub.network(ipv4.server)
  inner.join({ host: '224.0.1.187', port: 5683 })
  await new Capture(inner, (bytes) => file.push(bytes)).open(deaf, context)
  await sent.open(deaf)
  sent.send(get, get.length, sent.path({ host: '224.0.1.187', port: 5683 }))
  await context.clock.advance(1)
  assert.deepEqual(readCapture(Buffer.concat(file))[0]?.destination, { host: '224.0.1.187', port: 5683 })
})

test('between an IPv4 and an IPv6 address, as of a socket for both, the IPv4 address is mapped', async () => {
  const [packet] = readCapture(await capture({ client: { host: '::1', port: 1 }, server: ipv4.server }))
  assert.equal(packet?.destination.host, '::ffff:c000:202')
})

test('a packet of odd length and one of none have right check sums too', async () => {
  for (const payload of [Uint8Array.of(1, 2, 3), Uint8Array.of(), Uint8Array.of(0xff, 0xff, 0xff)]) {
    assert.deepEqual(readCapture(await capture({ ...ipv6, payload }))[0]?.payload, payload)
  }
})

test('a check sum that comes out as 0 is written as all ones, since 0 would mean none', () => {
  const checksumOf = (word: number) => {
    const packet = ipPacket(ipv4.client, ipv4.server, Uint8Array.of(word >> 8, word & 0xff))
    return new DataView(packet.buffer).getUint16(20 + 6)
  }
  assert.equal(checksumOf(checksumOf(0)), 0xffff) // a word that adds what is missing to all ones
})

test('Wireshark reads what is written', { skip: !installed('tshark') && 'tshark is not installed' }, async () => {
  for (const addresses of [ipv4, ipv6]) {
    const fields = [
      'frame.time_epoch',
      '_ws.col.Source',
      '_ws.col.Destination',
      'coap.code',
      'coap.mid',
      'coap.opt.uri_path',
    ]
    const checks = ['ip.checksum.status', 'udp.checksum.status', '_ws.malformed']
    const lines = tshark(await capture(addresses), [...fields, ...checks])
    const ipChecksum = addresses === ipv4 ? '1' : ''
    const [client, server] = [addresses.client.host, addresses.server.host]
    assert.deepEqual(lines, [
      ['1767225600.040500000', client, server, '1', '32052', 'temperature', ipChecksum, '1', ''],
      ['1767225600.081000000', server, client, '69', '32052', '', ipChecksum, '1', ''],
    ])
  }
})

/** A file with a request at 40.5 ms and its answer at 81 ms. */
async function capture(what: {
  client: NetworkAddress
  server: NetworkAddress
  payload?: Uint8Array
}): Promise<Uint8Array> {
  const { client, server, payload = get } = what
  const context = createContext(1)
  const hub = new MemoryHub(context)
  const file: Uint8Array[] = []
  const captured = new Capture(hub.network(client), (bytes) => file.push(bytes))
  const other = hub.network(server)
  await captured.open(deaf, context)
  await other.open({ ...deaf, packet: (_, from) => void other.send(content, content.length, from) })
  hub.latency = 20
  await context.clock.advance(40.5)
  const buffer = new Uint8Array(100)
  buffer.set(payload)
  const path = captured.path(server)
  captured.send(buffer, payload.length, path)
  await context.clock.advance(100)
  await captured.close()
  captured.send(buffer, payload.length, path)
  return Buffer.concat(file)
}

interface CapturedPacket {
  /** Microseconds since 1970. */
  readonly time: number
  readonly direction: 'incoming' | 'outgoing'
  readonly source: NetworkAddress
  readonly destination: NetworkAddress
  readonly payload: Uint8Array
}

/** A strict reader of our kind of file: it throws at whatever is not as it has to be. */
function readCapture(file: Uint8Array): CapturedPacket[] {
  const [section, description, ...blocks] = readBlocks(file)
  assert.equal(section?.type, 0x0a0d0d0a)
  assert.equal(section.body.getUint32(0, true), 0x1a2b3c4d)
  assert.deepEqual([section.body.getUint16(4, true), section.body.getUint16(6, true)], [1, 0])
  assert.equal(section.body.getBigInt64(8, true), -1n)
  assert.equal(description?.type, 1)
  assert.equal(description.body.getUint16(0, true), 101)
  assert.equal(description.body.getUint32(4, true), 0)
  return blocks.map(({ type, body }) => {
    assert.equal(type, 6)
    assert.equal(body.getUint32(0, true), 0)
    const length = body.getUint32(12, true)
    assert.equal(body.getUint32(16, true), length)
    const options = 20 + Math.ceil(length / 4) * 4
    assert.deepEqual([body.getUint16(options, true), body.getUint16(options + 2, true)], [2, 4])
    assert.equal(body.getUint32(options + 8, true), 0)
    assert.equal(body.byteLength, options + 12)
    return {
      time: body.getUint32(4, true) * 2 ** 32 + body.getUint32(8, true),
      direction: body.getUint32(options + 4, true) === 1 ? 'incoming' : 'outgoing',
      ...readIp(new DataView(body.buffer, body.byteOffset + 20, length)),
    }
  })
}

function readBlocks(file: Uint8Array): { type: number; body: DataView }[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength)
  const blocks: { type: number; body: DataView }[] = []
  for (let at = 0; at < file.length; ) {
    const length = view.getUint32(at + 4, true)
    assert.ok(length >= 12 && length % 4 === 0 && at + length <= file.length)
    assert.equal(view.getUint32(at + length - 4, true), length)
    blocks.push({
      type: view.getUint32(at, true),
      body: new DataView(file.buffer, file.byteOffset + at + 8, length - 12),
    })
    at += length
  }
  return blocks
}

function readIp(packet: DataView): Pick<CapturedPacket, 'source' | 'destination' | 'payload'> {
  const version = packet.getUint8(0) >> 4
  const [header, at, size] = version === 4 ? [20, 12, 4] : [40, 8, 16]
  if (version === 4) {
    assert.equal(packet.getUint16(2), packet.byteLength)
    assert.equal(packet.getUint8(9), 17)
    assert.equal(onesSum(part(packet, 0, 20)), 0xffff)
  } else {
    assert.equal(packet.getUint32(0), 0x6000_0000)
    assert.equal(packet.getUint16(4), packet.byteLength - 40)
    assert.equal(packet.getUint8(6), 17)
  }
  const datagram = part(packet, header, packet.byteLength - header)
  assert.equal(packet.getUint16(header + 4), datagram.length)
  assert.notEqual(packet.getUint16(header + 6), 0)
  const pseudoHeader = [...part(packet, at, 2 * size), 0, 17, datagram.length >> 8, datagram.length & 0xff]
  assert.equal(onesSum(Uint8Array.from([...pseudoHeader, ...datagram])), 0xffff)
  return {
    source: { host: showHost(part(packet, at, size)), port: packet.getUint16(header) },
    destination: { host: showHost(part(packet, at + size, size)), port: packet.getUint16(header + 2) },
    payload: datagram.slice(8),
  }
}

function part(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length)
}

function onesSum(bytes: Uint8Array): number {
  let sum = 0
  for (const [at, byte] of bytes.entries()) sum += at % 2 === 0 ? byte * 256 : byte
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000)
  return sum
}

function showHost(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: 8 }, (_, at) =>
    (((bytes[2 * at] ?? 0) << 8) | (bytes[2 * at + 1] ?? 0)).toString(16),
  )
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}

function installed(program: string): boolean {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

function tshark(file: Uint8Array, fields: readonly string[]): string[][] {
  const folder = mkdtempSync(join(tmpdir(), 'capture-'))
  try {
    const path = join(folder, 'capture.pcapng')
    writeFileSync(path, file)
    const checks = ['-o', 'udp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE']
    const what = ['-T', 'fields', ...fields.flatMap((field) => ['-e', field])]
    const output = execFileSync('tshark', ['-r', path, ...checks, ...what], { stdio: ['ignore', 'pipe', 'ignore'] })
    return output
      .toString()
      .replace(/\n$/, '')
      .split('\n')
      .map((line) => line.split('\t'))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const deaf: NetworkReceiver = { packet() {}, drained() {}, unreachable() {}, tooBig() {} }
