// libcoap's example programs, as Debian has them. coap-server has resources of its own; -d lets a PUT make more.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './free-port.ts'
import { type Answer, type Peer, type Resources, standardResources } from './peer.ts'
import { run, stop } from './program.ts'
import { digest, pattern, sizes } from './transfers.ts'

const tick = 150 // ms between two states of the counter
const lacks = 'its server has no resource with FETCH, PATCH or iPATCH'
const echoed = { code: '2.04', payload: /^$/ }

const resources: Resources = {
  get: { path: '/', code: '2.05', payload: /libcoap/ },
  put: { path: '/made', ...echoed },
  post: { path: '/made', ...echoed },
  delete: { path: '/unmade', code: '2.02', payload: /^$/ },
  fetch: { path: '/', code: '', payload: /^/ },
  patch: { path: '/', code: '', payload: /^/ },
  ipatch: { path: '/', code: '', payload: /^/ },
  separate: { path: '/async?1', code: '2.05', payload: /^done$/ },
  counter: { path: '/counter', code: '2.05', payload: /^\d+$/ },
  still: { path: '/example_data', code: '2.05', payload: /^/ },
  fixed: { path: '/example_data', code: '4.05', payload: /^/ },
  status: { path: '/', code: '', payload: /^/ },
  largeCounter: { ...standardResources.largeCounter, path: '/counter2' },
  large: (size) => `/large/${size}`,
  store: {
    path: (size, exponent) => `/store/${exponent}/${size}`,
    digest: () => assert.fail('it is read back'),
  },
  validate: { path: '/large/100000', code: '2.05', payload: /^0000000\./ },
  made: '/created',
  fresh: { path: '/', code: '', payload: /^/ },
}

export const libcoap: Peer = {
  name: 'libcoap',
  async version() {
    const help = await run('coap-client-notls', []).catch(() => undefined)
    return help && /Build: (\S+)/.exec(help.output)?.[1]
  },

  remarks: [
    'coap-server does not answer a DELETE of its /time',
    'coap-client pings only while it observes, after a second of silence, and does not tell whether it was answered',
    'coap-client cancels with Observe=1 and ends without waiting for the answer',
  ],

  server: {
    async start() {
      const port = await freePort()
      const child = spawn('coap-server-notls', ['-A', '127.0.0.1', '-p', String(port), '-d', '100'], {
        stdio: 'ignore',
      })
      const uri = `coap://127.0.0.1:${port}`
      // Its first answers say that it is there; coap-client asks again until then.
      for (const path of ['/made', '/unmade', '/counter'])
        await coapClient(['-B', '10', '-m', 'put', '-e', '0', uri + path])
      for (const size of sizes) await coapClient(['-m', 'put', '-e', pattern(size), uri + resources.large(size)])
      await coapClient(['-m', 'put', '-e', counted(0), uri + resources.largeCounter.path])
      const readBack = async (_: Answer, path: string) => digest(await written(['-B', '10', uri + path]))
      const store = { ...resources.store, digest: readBack }
      const stopCounting = count(port)
      const end = async () => {
        stopCounting()
        await stop(child)
      }
      return { port, resources: { ...resources, store }, stop: end }
    },
    cannot: {
      'late-get': 'its server has blocks of 1,024 bytes, unless the client asks for smaller ones',
      'late-put': 'its server has blocks of 1,024 bytes, unless the client asks for smaller ones',
      fetch: lacks,
      patch: lacks,
      ipatch: lacks,
      status: 'its server has no resource that answers with a chosen code',
      echo: 'its server has no resource that asks for an Echo',
    },
    faults: {
      validate:
        'its server makes a new ETag for each GET of the same content, so that none is ever the current one (RFC 7252, 5.10.6)',
      'if-none-match': 'its server takes a PUT with If-None-Match for a resource that is there (RFC 7252, 5.10.8.2)',
      'bad-option':
        'the 4.02 of its server has the critical option of the request in it, which a client that does not know it has to reject (RFC 7252, 5.4.1)',
    },
  },

  client: {
    async request(uri, { method, payload, confirmable = true, blockSize, option }) {
      const args = ['-v', '6', '-B', blockSize ? '120' : '6', '-m', method.toLowerCase()]
      if (blockSize !== undefined) args.push('-b', String(blockSize))
      if (!confirmable) args.push('-N')
      if (payload !== undefined) args.push('-t', '0', '-e', encodeURIComponent(payload))
      if (option) args.push('-O', `${option.number},0x${Buffer.from(option.value).toString('hex')}`)
      let log = ''
      const content = await written([...args, uri], (output) => {
        log = output
      })
      const answer = answers(log).at(-1)
      if (!answer) throw new Error('no answer')
      return content === '' ? answer : { ...answer, payload: content }
    },
    async observe(uri, count, size) {
      const seconds = Math.ceil(((count + 1) * tick) / 1000) + 1
      const args = ['-B', '20', '-s', String(seconds), uri]
      if (size === undefined) return answers(await coapClient(['-v', '6', ...args]))
      const all = await written(args)
      const bodies = Array.from({ length: Math.ceil(all.length / size) }, (_, index) =>
        all.slice(index * size, (index + 1) * size),
      )
      return bodies.map((payload) => ({ code: '2.05', payload }))
    },
    async ping(uri) {
      // While it waits for notifications, after a second of silence. It does not tell whether it was answered.
      await coapClient(['-B', '2', '-s', '2', '-K', '1', uri])
    },
    cannot: {},
    faults: {},
  },
}

async function coapClient(args: readonly string[]): Promise<string> {
  return (await run('coap-client-notls', args, 130)).output
}

/** The content that came, of whatever answers, as coap-client writes it to a file. */
async function written(args: readonly string[], hear: (log: string) => void = () => {}): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'coapstone-interop-'))
  const file = join(folder, 'content')
  try {
    hear(await coapClient(['-o', file, ...args]))
    return existsSync(file) ? readFileSync(file, 'utf8') : ''
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** The responses in the log of coap-client -v 6: `v:1 t:ACK c:2.05 i:e97a {01} [ Max-Age:1 ] :: 'text'`. */
function answers(log: string): Answer[] {
  const line = /v:1 t:\w+ c:([245]\.\d\d) i:\w+ \{\w*\} \[.*?\](?: :: '(.*)')?$/gm
  return Array.from(log.matchAll(line), ([, code = '', payload = '']) => ({ code, payload: unescaped(payload) }))
}

/** The log has bytes that are no printable ASCII as `\xNN`. */
function unescaped(text: string): string {
  const bytes = text.replace(
    /\\x([0-9A-F]{2})|[\s\S]/g,
    (one, hex) => hex ?? Buffer.from(one, 'latin1').toString('hex'),
  )
  return Buffer.from(bytes, 'hex').toString()
}

/** Puts a higher number to both counters at each tick, so that they change as other servers' counters do by themselves. */
function count(port: number): () => void {
  const socket = createSocket('udp4')
  let state = 0
  let messageId = 0
  const put = (path: string, payload: string, ...options: number[]) => {
    messageId++
    // NON, PUT, a Message ID, Uri-Path in one option
    const head = [0x50, 3, messageId >> 8, messageId & 0xff, 0xb0 | path.length]
    socket.send([Uint8Array.from(head), path, Uint8Array.of(...options, 0xff), payload], port, '127.0.0.1')
  }
  const timer = setInterval(() => {
    state++
    put('counter', String(state))
    const large = counted(state)
    put('counter2', large.slice(0, 1024), 0xd1, 3, 0x0e) // Block1: 0/1/1024, 1/0/1024
    put('counter2', large.slice(1024), 0xd1, 3, 0x16)
  }, tick)
  return () => {
    clearInterval(timer)
    socket.close()
  }
}

function counted(state: number): string {
  return `${String(state).padStart(7, '0')}.`.repeat(250)
}
