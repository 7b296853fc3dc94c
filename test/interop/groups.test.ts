// Groups with libcoap, both ways (install-peers.sh brings its programs): each is a member that the other asks. On an interface of this
// machine: what is sent to a group there comes back to its members here.

import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { networkInterfaces } from 'node:os'
import { after, before, describe, type TestContext, test } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { Client, Response, Router, type Server, serve } from '../../coap/src/index.ts'
import { freePort } from './free-port.ts'
import { run, stop } from './program.ts'

const group = '224.0.1.187'
const outward = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
  addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => ({ name, address })),
)[0]
const six = Object.entries(networkInterfaces()).find(([, addresses]) =>
  addresses?.some(({ address, internal }) => address.startsWith('fe80:') && !internal),
)?.[0]
const installed = await run('coap-client-notls', []).then(
  () => true,
  () => false,
)

describe("libcoap's server is a member", () => {
  test('its answer comes from its own address, within its leisure', async (t) => {
    if (!installed || outward === undefined) return loudly(t)
    const port = await freePort()
    const child = member(port, outward.name)
    await using client = new Client()
    try {
      await there(client, port)
      const all: string[] = []
      for await (const response of client.ask(`coap://${group}:${port}/`, { interface: outward.name })) {
        assert.match(await response.body.text(), /libcoap/)
        all.push(String(response.uri))
        assert.ok((await client.get(response.uri ?? '')).ok, 'and it is asked alone')
      }
      assert.deepEqual(all, [`coap://${outward.address}:${port}/`])
      for await (const _ of client.ask(`coap://${group}:${port}/nothing`, { interface: outward.name }))
        assert.fail('it keeps errors to itself')
    } finally {
      await stop(child)
    }
  })

  test('is discovered with its links', async (t) => {
    if (!installed || outward === undefined) return loudly(t)
    const port = await freePort()
    const child = member(port, outward.name)
    await using client = new Client()
    try {
      await there(client, port)
      const found = client.discover({ groups: [`coap://${group}:${port}`], services: false, filter: { if: 'clock' } })
      const { value } = await found.next()
      assert.equal(value?.uri.origin, `coap://${outward.address}:${port}`)
      assert.deepEqual(
        value?.links.map(({ target }) => target),
        ['/time'],
      )
      await found.return(undefined)
    } finally {
      await stop(child)
    }
  })
})

describe("libcoap's client asks a group that we are a member of", () => {
  let server: Server
  let port: number

  before(async () => {
    const router = new Router()
      .get('/light', () => Response.text('it is on'), { rt: 'light', group: true })
      .get('/secret', () => Response.text('not for groups'))
    server = await serve(router, {
      listen: ['coap://[::]:0'],
      groups: [`coap://${group}:0`, 'coap://[ff02::fd]:0'],
      transmission: { leisure: 500 },
    })
    port = server.uris[0]?.port ?? 0
  })
  after(() => server.close())

  test('and gets the answer over IPv4', async (t) => {
    if (!installed || outward === undefined) return loudly(t)
    assert.match(await asked(`coap://${group}:${port}/light`), /it is on/)
  })

  test('and gets the answer over IPv6, link-local', async (t) => {
    if (!installed || six === undefined) return loudly(t)
    assert.match(await asked(`coap://[ff02::fd%${six}]:${port}/light`), /it is on/)
  })

  test('and gets the links that it looks for, and nothing where there are none', async (t) => {
    if (!installed || outward === undefined) return loudly(t)
    assert.match(await asked(`coap://${group}:${port}/.well-known/core?rt=li*`), /<\/light>/)
    assert.equal(await asked(`coap://${group}:${port}/.well-known/core?rt=valve`), '')
  })

  test('and gets nothing of what is not for groups, or not there', async (t) => {
    if (!installed || outward === undefined) return loudly(t)
    assert.equal(await asked(`coap://${group}:${port}/secret`), '')
    assert.equal(await asked(`coap://${group}:${port}/nothing`), '')
  })
})

/** libcoap's server, in the group on an interface. */
function member(port: number, on: string): ChildProcess {
  const args = ['-A', '0.0.0.0', '-p', String(port), '-g', group, '-G', on]
  return spawn('coap-server-notls', args, { stdio: 'ignore' })
}

/** Asks until it has begun to listen. */
async function there(client: Client, port: number): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.ping(`coap://127.0.0.1:${port}`)
      return
    } catch (error) {
      if (attempt === 100 || (error as { code?: string }).code !== 'COAP_UNREACHABLE') throw error
      await delay(50)
    }
  }
}

/** What it prints. */
async function asked(uri: string): Promise<string> {
  const { output } = await run('coap-client-notls', ['-N', '-B', '2', uri])
  return output.trim()
}

/** Nobody shall believe that this was tested. */
function loudly(t: TestContext): void {
  const why = installed ? 'no interface but loopback' : "libcoap's programs are not installed"
  console.warn(`SKIPPED: ${t.name}: ${why}`)
  t.skip(why)
}
