// libcoap's example programs, as Debian has them. coap-server has resources of its own; -d lets a PUT make more.

import { spawn } from 'node:child_process'
import { createSocket } from 'node:dgram'
import { freePort } from './free-port.ts'
import type { Answer, Peer, Resources } from './peer.ts'
import { run, stop } from './program.ts'

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
      const child = spawn('coap-server-notls', ['-A', '127.0.0.1', '-p', String(port), '-d', '10'], { stdio: 'ignore' })
      const uri = `coap://127.0.0.1:${port}`
      // Its first answers say that it is there; coap-client asks again until then.
      for (const path of ['/made', '/unmade', '/counter'])
        await coapClient(['-B', '10', '-m', 'put', '-e', '0', uri + path])
      const stopCounting = count(port)
      const end = async () => {
        stopCounting()
        await stop(child)
      }
      return { port, resources, stop: end }
    },
    cannot: {
      fetch: lacks,
      patch: lacks,
      ipatch: lacks,
      status: 'its server has no resource that answers with a chosen code',
    },
    faults: {
      'bad-option':
        'the 4.02 of its server has the critical option of the request in it, which a client that does not know it has to reject (RFC 7252, 5.4.1)',
    },
  },

  client: {
    async request(uri, { method, payload, confirmable = true, option }) {
      const args = ['-v', '6', '-B', '6', '-m', method.toLowerCase()]
      if (!confirmable) args.push('-N')
      if (payload !== undefined) args.push('-t', '0', '-e', encodeURIComponent(payload))
      if (option) args.push('-O', `${option.number},0x${Buffer.from(option.value).toString('hex')}`)
      const answer = answers(await coapClient([...args, uri])).at(-1)
      if (!answer) throw new Error('no answer')
      return answer
    },
    async observe(uri, count) {
      const seconds = Math.ceil(((count + 1) * tick) / 1000) + 1
      return answers(await coapClient(['-v', '6', '-B', '20', '-s', String(seconds), uri]))
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
  return (await run('coap-client-notls', args)).output
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

/** Puts a higher number to /counter at each tick, so that it changes as other servers' counters do by themselves. */
function count(port: number): () => void {
  const socket = createSocket('udp4')
  let state = 0
  const timer = setInterval(() => {
    state++
    const head = Uint8Array.of(0x50, 3, state >> 8, state & 0xff, 0xb7) // NON, PUT, a Message ID, Uri-Path of 7 bytes
    socket.send([head, 'counter', Uint8Array.of(0xff), String(state)], port, '127.0.0.1')
  }, tick)
  return () => {
    clearInterval(timer)
    socket.close()
  }
}
