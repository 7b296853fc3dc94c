// discover: what it prints of a server that is a member of a group on loopback. (mDNS: coap/src/node/mdns.test.ts.)

import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { after, before, describe, test } from 'node:test'
import { Response, Router, type Server, serve } from 'coapstone'
import { coapstone, start } from './program.ts'

const [loopback = 'lo'] =
  Object.entries(networkInterfaces()).find(([, all]) => all?.some(({ address }) => address === '127.0.0.1')) ?? []

describe('coapstone discover', () => {
  let server: Server
  let origin: string
  let asking: readonly string[]

  before(async () => {
    const router = new Router()
      .get('/temperature', () => Response.text('21'), { rt: 'temperature', obs: true, title: 'Kitchen' })
      .get('/light', () => Response.text('on'), { rt: 'light', ct: 0 })
    server = await serve(router, {
      listen: ['coap://127.0.0.1:0'],
      groups: ['coap://224.0.1.187:0'],
      transmission: { leisure: 0 },
    })
    origin = server.uris[0]?.origin ?? ''
    asking = ['discover', `coap://224.0.1.187:${new URL(origin).port}`, '-i', loopback, '--timeout', '500ms']
  })
  after(() => server.close())

  test('shows each server with its resources as a tree', async () => {
    const { exitCode, stdout, stderr } = await coapstone(asking)
    assert.deepEqual([exitCode, stderr], [0, ''])
    assert.equal(
      stdout,
      `${origin}\n├─ /temperature  temperature              observable  Kitchen\n└─ /light        light        text/plain\n`,
    )
  })

  test('--table shows a line a resource, --filter those that are looked for', async () => {
    const { stdout } = await coapstone([...asking, '--table', '--filter', 'rt=temp*'])
    const [head, row, ...more] = stdout.trimEnd().split('\n')
    assert.match(head ?? '', /^SERVER +RESOURCE +TYPE +CHANGES +TITLE$/)
    assert.equal(row?.replace(/ +/g, ' '), `${origin} /temperature temperature observable Kitchen`)
    assert.deepEqual(more, [])
  })

  test('--json prints an object a server', async () => {
    const { stdout } = await coapstone([...asking, '--json', '--filter', 'obs'])
    assert.deepEqual(JSON.parse(stdout), {
      uri: origin,
      links: [{ target: '/temperature', attributes: { rt: 'temperature', obs: true, title: 'Kitchen' } }],
    })
  })

  test('--watch goes on until Ctrl-C', async () => {
    const run = start([...asking, '--watch', '--json'])
    const [line] = await run.printed(/\{.*\}/)
    assert.equal(JSON.parse(line).event, 'found')
    run.signal()
    assert.equal((await run.ended).exitCode, 130)
  })

  test('nobody there is exit code 75, with what to do', async () => {
    const { exitCode, stdout, stderr } = await coapstone([...asking, '--filter', 'rt=valve'])
    assert.deepEqual([exitCode, stdout], [75, ''])
    assert.match(stderr, /nobody has answered within .*Next step: /)
  })

  for (const [args, expected] of [
    [['--hops', '300'], /hops is an integer from 1 to 255/],
    [['-i', 'none7'], /no interface 'none7'/],
    [['--table', '--json'], /--table is made at the end/],
    [['--filter', '=x'], /--filter takes NAME=VALUE/],
    [['--timeout', 'soon'], /--timeout is a duration/],
  ] as const) {
    test(`${args.join(' ')} is the mistake of the caller`, async () => {
      const { exitCode, stdout, stderr } = await coapstone([
        ...asking.slice(0, (args as readonly string[]).includes('-i') ? 2 : 4),
        ...args,
      ])
      assert.equal(exitCode, 64)
      assert.match(stdout + stderr, expected)
    })
  }
})
