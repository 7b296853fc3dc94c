// The peers whose servers and clients are programs of ours: what peers/README.md says of their arguments and output.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Answer, type Peer, type Reservations, standardResources } from './peer.ts'
import { run, startReady } from './program.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

export const aiocoap: Peer = programs({
  name: 'aiocoap',
  server: [here('.peers/venv/bin/python'), here('peers/aiocoap/server.py')],
  client: [here('.peers/venv/bin/python'), here('peers/aiocoap/client.py')],
  installed: '.peers/venv/installed',
  version: /^aiocoap==(.*)$/m,
  ofServer: {
    cannot: {},
    faults: { 'bad-option': 'its server ignores a critical option that it does not know, and does what is asked' },
  },
  ofClient: { cannot: { ping: 'its client has no ping' }, faults: {} },
  remarks: ['its client cancels an observation by a Reset of the next notification, never with Observe=1'],
})

export const npmCoap: Peer = programs({
  name: 'npm coap',
  server: [process.execPath, here('peers/npm/server.mjs')],
  client: [process.execPath, here('peers/npm/client.mjs')],
  installed: 'peers/npm/node_modules/coap/package.json',
  version: /^ {2}"version": "(.*)"/m,
  ofServer: {
    cannot: {},
    faults: { 'bad-option': 'its server ignores a critical option that it does not know, and does what is asked' },
  },
  ofClient: { cannot: { ping: 'its client has no ping' }, faults: {} },
  remarks: [
    'its server hands a ping to the application, whose answer it would be; our peer program resets it',
    'its client closes its socket before it sends the Observe=1 of its last observation, and throws; our peer program gives it a socket',
  ],
})

// A client lives for a second: no time to compile what is fast later.
const java = ['java', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp']
const classPath = `${here('.peers/californium/classes')}:${here('.peers/californium/lib')}/*`

export const californium: Peer = programs({
  name: 'Californium',
  server: [...java, classPath, 'Server'],
  client: [...java, classPath, 'Client'],
  installed: '.peers/californium/installed',
  version: /<artifactId>californium-core<\/artifactId>\s*<version>(.*)<\/version>/,
  ofServer: { cannot: {}, faults: {} },
  ofClient: { cannot: {}, faults: {} },
  remarks: [],
})

export const goCoap: Peer = programs({
  name: 'go-coap',
  server: [here('.peers/go/bin/server')],
  client: [here('.peers/go/bin/client')],
  installed: '.peers/go/bin/installed',
  version: /go-coap\S* v(.*)/,
  ofServer: {
    cannot: {},
    faults: {
      'get-non': 'its server answers a Non-confirmable request with a Confirmable message, where it should not (RFC 7252, 5.2.3)',
    },
  },
  ofClient: { cannot: {}, faults: {} },
  remarks: [
    'its server piggy-backs however long the handler takes; our peer program has it acknowledge at once and sends the response later',
    'its server tells the application nothing of a Reset that answers a notification',
  ],
})

interface Programs {
  readonly name: string
  readonly server: readonly [command: string, ...args: string[]]
  readonly client: readonly [command: string, ...args: string[]]
  /** A file that is there when it is installed, and has its version. */
  readonly installed: string
  readonly version: RegExp
  readonly ofServer: Reservations
  readonly ofClient: Reservations
  readonly remarks: readonly string[]
}

function programs({ name, server, client, installed, version, ofServer, ofClient, remarks }: Programs): Peer {
  const [command, ...before] = client
  return {
    name,
    remarks,
    async version() {
      return existsSync(here(installed)) ? version.exec(readFileSync(here(installed), 'utf8'))?.[1] : undefined
    },

    server: {
      ...ofServer,
      async start() {
        return { ...(await startReady(...server)), resources: standardResources }
      },
    },

    client: {
      ...ofClient,
      async request(uri, { method, payload, confirmable = true, option }) {
        const args = [...before, '--method', method]
        if (!confirmable) args.push('--non')
        if (payload !== undefined) args.push('--payload', payload)
        if (option) args.push('--option', `${option.number}=${Buffer.from(option.value).toString('hex')}`)
        const answer: Answer = await printed(command, [...args, uri])
        return answer
      },
      async observe(uri, count) {
        const seen: { notifications: Answer[] } = await printed(command, [...before, '--observe', String(count), uri])
        return seen.notifications
      },
      async ping(uri) {
        await printed(command, [...before, '--ping', uri])
      },
    },
  }
}

/** What the program printed, which is JSON. */
async function printed<T>(command: string, args: readonly string[]): Promise<T> {
  const { status, output } = await run(command, args)
  if (status !== 0) throw new Error(`the client ended with ${status}: ${output.trim()}`)
  return JSON.parse(output)
}
