import assert from 'node:assert/strict'
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Dissected, dissect } from './tshark.ts'

const missing = 'tshark IS NOT INSTALLED: run test/interop/install-peers.sh'
const skip = process.env['CI'] !== 'true' && spawnSync('tshark', ['--version']).error !== undefined && missing

/** RFC 7252, appendix A, figure 16, with a token and the options of figure 20. */
const get = Buffer.from([
  0x41,
  0x01,
  0x7d,
  0x35,
  0x20,
  0xbb,
  ...Buffer.from('temperature'),
  0x46,
  ...Buffer.from('room=1'),
])
const content = Buffer.from([0x61, 0x45, 0x7d, 0x35, 0x20, 0xff, ...Buffer.from('22.3 C')])

test('a request shows its type, code, Message ID, token and options', { skip }, async () => {
  const [request] = await dissected(get)
  assert.deepEqual(request, {
    source: '192.0.2.1 port 40000',
    destination: '192.0.2.2 port 5683',
    coap: {
      type: 'CON',
      code: '0.01',
      messageId: 0x7d35,
      token: '20',
      options: [
        { number: 11, name: 'Uri-Path', value: 'temperature' },
        { number: 15, name: 'Uri-Query', value: 'room=1' },
      ],
      payloadLength: 0,
    },
    complaints: [],
  })
})

test('a response shows its payload', { skip }, async () => {
  const [response] = await dissected(content)
  assert.deepEqual([response?.coap?.code, response?.coap?.payloadLength, response?.coap?.options], ['2.05', 6, []])
})

test('a block option shows its parts', { skip }, async () => {
  const [request] = await dissected(Buffer.from([0x40, 0x01, 0x00, 0x01, 0xd1, 0x0a, 0x3e]))
  assert.deepEqual(request?.coap?.options, [{ number: 23, name: 'Block2', value: '3/1/6' }])
})

test('an unknown option is there, and complained of', { skip }, async () => {
  const [request] = await dissected(Buffer.from([0x40, 0x01, 0x00, 0x01, 0xe1, 0xfc, 0xdc, 0x01]))
  assert.deepEqual(request?.coap?.options, [{ number: 65001, name: 'Unknown Option (65001)', value: '01' }])
  assert.deepEqual(request?.complaints, ['Unknown Option Number 65001'])
})

test('a message that is cut off is complained of', { skip }, async () => {
  const [request] = await dissected(get.subarray(0, 12))
  assert.notDeepEqual(request?.complaints, [])
})

test('on another port it is CoAP when it is said to be', { skip }, async () => {
  assert.equal((await dissected(get, 6000))[0]?.coap, undefined)
  assert.equal((await dissected(get, 6000, [6000]))[0]?.coap?.code, '0.01')
})

/** The datagram as a capture that Wireshark's own tools have written. */
async function dissected(datagram: Uint8Array, port = 5683, ports: readonly number[] = []): Promise<Dissected[]> {
  const folder = mkdtempSync(join(tmpdir(), 'coapstone-'))
  try {
    const file = join(folder, 'capture.pcapng')
    const input = `0000 ${Array.from(datagram, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}\n`
    execFileSync('text2pcap', ['-q', '-4', '192.0.2.1,192.0.2.2', '-u', `40000,${port}`, '-', file], {
      input,
      stdio: 'pipe',
    })
    return await dissect(file, ports)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
