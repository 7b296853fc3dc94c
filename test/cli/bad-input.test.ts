// What people get wrong, and what goes wrong for them: one clear line each, and its exit code.

import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { coapstone, start } from './program.ts'

describe('what people get wrong', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'coapstone-bad-'))
    chmodSync(folder, 0o755)
  })
  after(() => rmSync(folder, { recursive: true }))

  /** Runs the program, which must print this on standard error, to the letter or by a pattern, and nothing else. */
  async function ends(args: readonly string[], exitCode: number, stderr: string | RegExp, options = {}): Promise<void> {
    const outcome = await coapstone(args, options)
    if (typeof stderr === 'string') assert.equal(outcome.stderr, `coapstone: ${stderr}\n`)
    else assert.match(outcome.stderr, stderr)
    assert.deepEqual([outcome.exitCode, outcome.stdout], [exitCode, ''])
  }

  /** A UDP port that answers as it is told; by default it does not. */
  async function peer(t: { after(end: () => void): void }, answer?: (packet: Buffer) => Uint8Array): Promise<string> {
    const socket: Socket = createSocket('udp4')
    t.after(() => socket.close())
    socket.on('message', (packet, from) => answer && socket.send(answer(packet), from.port, from.address))
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
    return `coap://127.0.0.1:${socket.address().port}/x`
  }

  /** Where nobody listens. */
  async function nobody(): Promise<string> {
    const socket = createSocket('udp4').bind(0, '127.0.0.1')
    await once(socket, 'listening')
    const { port } = socket.address()
    socket.close()
    await once(socket, 'close')
    return `coap://127.0.0.1:${port}/x`
  }

  test('an unknown command suggests one', async () => {
    const next = 'Next step: coapstone --help lists the commands'
    await ends(['gte', 'coap://h/'], 64, `there is no command 'gte': did you mean 'get'? ${next}`)
    await ends(['frobnicate'], 64, `there is no command 'frobnicate'. ${next}`)
    await ends(['coap://h/'], 64, `a command comes before the URI: did you mean 'get coap://h/'? ${next}`)
  })

  test('an unknown flag suggests one', async () => {
    const next = "Next step: coapstone get --help lists its flags; what begins with '-' and is no flag comes after --"
    await ends(
      ['get', 'coap://h/', '--acept', 'json'],
      64,
      `coapstone get has no flag --acept: did you mean --accept? ${next}`,
    )
    await ends(['get', 'coap://h/', '-z'], 64, `coapstone get has no flag -z. ${next}`)
  })

  test('flags without their value, with one too many, or twice', async () => {
    await ends(['get', 'coap://h/', '--accept'], 64, '--accept needs a value: FORMAT')
    await ends(['get', 'coap://h/', '--json=1'], 64, '--json takes no value')
    await ends(['get', 'coap://h/', '-A', 'json', '--accept', 'cbor'], 64, '--accept stands at most once')
  })

  test('values that are none', async () => {
    await ends(
      ['get', 'coap://h/', '--timeout', 'soon'],
      64,
      "--timeout is a duration as in 10s, 500ms or 2m, not 'soon'",
    )
    await ends(['observe', 'coap://h/', '--for', '1d'], 64, "--for is a duration as in 10s, 500ms or 2m, not '1d'")
    await ends(
      ['get', 'coap://h/', '--block-size', '100'],
      64,
      "--block-size is one of 16, 32, 64, 128, 256, 512, 1024, not '100'",
    )
    await ends(['get', 'coap://h/', '--etag', '0x'], 64, /^coapstone: --etag 0x: [^\n]*\n$/)
    await ends(['put', 'coap://h/', '--if-match', '123456789'], 64, /^coapstone: --if-match 123456789: [^\n]*\n$/)
    await ends(['get', 'coap://h/', '--continue'], 64, '--continue goes on with a file: say which by -o FILE')
    await ends(['observe', 'coap://h/', '-n', '0'], 64, "--count is a whole number above 0, not '0'")
    await ends(
      ['observe', 'coap://h/', '--plot', 'alway'],
      64,
      "--plot takes auto, always, never, not 'alway': did you mean always?",
    )
    await ends(
      ['observe', 'coap://h/', '--timestamps', '--no-timestamps'],
      64,
      '--timestamps and --no-timestamps contradict each other',
    )
    await ends(['get', 'coap://h/', '-A', 'jsn'], 64, "there is no Content-Format 'jsn': did you mean 'json'?")
    await ends(
      ['get', 'coap://h/', '--as', 'hx'],
      64,
      "--as takes text, json, cbor, links, hex, raw, not 'hx': did you mean hex?",
    )
    await ends(
      ['get', 'coap://h/', '-O', 'Etag=0x1'],
      64,
      "'0x1' is no sequence of bytes: expected pairs of hexadecimal digits",
    )
    await ends(
      ['get', 'coap://h/', '-O', 'Max-Aeg=1'],
      64,
      "there is no option 'Max-Aeg': did you mean 'Max-Age'? Next step: give its number, as in --option 65001=0x01",
    )
  })

  test('a missing URI, and an argument too many', async () => {
    await ends(['get'], 64, 'which resource? Usage: coapstone get URI. Next step: coapstone get --help shows examples')
    await ends(
      ['get', 'coap://h/', 'x'],
      64,
      "'x' is one argument too many. Usage: coapstone get URI. Next step: put quotes around what has spaces in it",
    )
  })

  test('a wrong URI is shown with the place of its fault', async () => {
    const shown = async (uri: string, message: string, column: number) =>
      ends(['get', uri], 64, `${message}\n  ${uri}\n  ${' '.repeat(column)}^`)
    await shown('localhost/x', "expected a scheme, as in 'coap://localhost/x', at position 0", 0)
    await shown('coap://h:port/', "expected a port in digits, not 'p' at position 9", 9)
    await shown('coap://fe80::1/', "expected an IPv6 address in brackets, '[fe80::1]' at position 7", 7)
    await shown('coap://h/a b', 'expected a path segment, not a space (write %20) at position 10', 10)
  })

  test('schemes that are not spoken yet', async () => {
    for (const scheme of ['coaps', 'coap+tcp', 'coaps+tcp', 'coap+ws', 'coaps+ws']) {
      await ends(
        ['get', `${scheme}://localhost/`],
        64,
        `${scheme}: is not spoken yet: this endpoint speaks coap: only. ` +
          'Next step: use coap:// where the server offers it; README.md says what this version can do',
      )
    }
  })

  test('a host that is not found', async () => {
    await ends(
      ['get', 'coap://no-such-host.invalid/'],
      68,
      "no address for the name 'no-such-host.invalid': is it spelled right, and does this machine reach its DNS?",
    )
  })

  test('nobody listens there', async () => {
    const uri = await nobody()
    const { port } = new URL(uri.replace('coap', 'http'))
    for (const command of ['get', 'observe', 'ping']) {
      await ends(
        [command, uri],
        69,
        `nobody listens at 127.0.0.1 port ${port}: is the server running, and on this port? ` +
          'Next step: to try things out, start one here: coapstone serve .',
      )
    }
  })

  test('nobody answers in time', async (t) => {
    await ends(
      ['get', await peer(t), '--timeout', '0.2'],
      75,
      /^coapstone: no answer within 0\.2 s\. Next step: [^\n]+\n$/,
    )
  })

  test('a peer that answers garbage', async (t) => {
    const uri = await peer(t, () => Buffer.from('HTTP/1.1 400 Bad Request'))
    await ends(
      ['get', uri],
      76,
      /^coapstone: 127\.0\.0\.1:\d+ answers, but not in CoAP: 24 bytes that begin with 48 54 54 50 2f 31 2e 31\. Next step: [^\n]+\n$/,
    )
  })

  test('a peer that resets', async (t) => {
    const uri = await peer(t, (packet) => Buffer.from([0x70, 0, packet[2] as number, packet[3] as number]))
    await ends(['get', uri], 76, /^coapstone: the peer rejected the request with a Reset[^\n]+\n$/)
  })

  test('Ctrl-C while a command waits', async (t) => {
    const uri = await peer(t)
    for (const command of ['get', 'put', 'post', 'delete', 'fetch', 'patch', 'ipatch', 'observe', 'ping']) {
      const run = start([command, uri, '-v'])
      await run.printed(/→ .* CON /)
      run.signal()
      const { exitCode, stderr } = await run.ended
      assert.equal(exitCode, 130)
      assert.match(stderr, /\ncoapstone: interrupted\n$/)
    }
  })

  test('Ctrl-C while standard input is read', async () => {
    const run = start(['post', 'coap://127.0.0.1/', '-', '-v'], { input: { open: true } })
    await run.printed(/^Reading the payload from standard input\.\n/)
    run.signal()
    const { exitCode, stderr } = await run.ended
    assert.equal(exitCode, 130)
    assert.match(stderr, /\ncoapstone: interrupted\n$/)
  })

  test('files that are not there, or are folders', async () => {
    const uri = 'coap://h/'
    await ends(['post', uri, '@nowhere.json'], 66, 'there is no file nowhere.json')
    await ends(['post', uri, `@${folder}`], 66, `${folder} is a folder`)
  })

  test('payloads that contradict themselves', async () => {
    await ends(['put', 'coap://h/', 'x', '-f', 'y'], 64, 'a request has one payload: as an argument, or by --file')
    await ends(['put', 'coap://h/', '-t', 'json'], 64, '--content-format says what a payload is, and there is none')
    await ends(
      ['put', 'coap://h/', '{', '-t', 'cbor'],
      65,
      /^coapstone: as CBOR the payload is typed in JSON, and it is none: [^\n]+\n$/,
    )
  })

  test('files that cannot be written', async () => {
    const file = join(folder, 'no/such/folder')
    await ends(['get', await nobody(), '--pcap', file], 73, `${file} cannot be written: its folder is not there`)
  })

  test('folders that cannot be served', async () => {
    const file = join(folder, 'file')
    const locked = join(folder, 'locked')
    writeFileSync(file, '')
    mkdirSync(locked, { mode: 0 })
    await ends(['serve', join(folder, 'nowhere')], 66, `there is no folder ${join(folder, 'nowhere')}`)
    await ends(['serve', file], 66, `${file} is a file. Next step: serve the folder that it is in`)
    // Nothing is locked for root, who then runs the program as somebody else.
    const options = process.getuid?.() === 0 ? { uid: 65_534 } : {}
    await ends(['serve', locked], 66, `the folder ${locked} cannot be read: you may not`, options)
  })

  test('places where nobody can listen', async (t) => {
    const taken = (await peer(t)).slice(0, -2)
    const { port } = new URL(taken.replace('coap', 'http'))
    await ends(
      ['serve', folder, '--listen', taken],
      71,
      `port ${port} of 127.0.0.1 is in use: choose another one, or 0 for any that is free. ` +
        'Next step: coapstone serve . --listen coap://localhost:0 takes a free one',
    )
    await ends(['serve', folder, '--listen', 'coap://192.0.2.1:0'], 71, '192.0.2.1 is no address of this machine')
    await ends(
      ['serve', folder, '--listen', 'localhost'],
      64,
      /^coapstone: expected a scheme, as in 'coap:\/\/localhost', at/,
    )
    await ends(['serve', folder, '--listen', 'coaps://localhost'], 64, /^coapstone: coaps: is not there yet: [^\n]+\n$/)
  })
})
