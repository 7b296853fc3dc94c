// The peers whose servers and clients are programs of ours: what peers/README.md says of their arguments and output.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Answer, type Peer, type Reservations, standardResources } from './peer.ts'
import { run, startReady } from './program.ts'
import { type Transfer, type TransferId, transfers } from './transfers.ts'

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const ignoresCritical = 'its server ignores a critical option that it does not know, and does what is asked'
const leavesEcho = 'its client leaves it to the application to answer an Echo'

const noSay = 'its server has blocks of 1,024 bytes, unless the client asks for smaller ones'
const fixedBlocks = { 'late-get': noSay, 'late-put': noSay }

/** The same for all transfers of a kind. */
function those(fits: (transfer: Transfer) => boolean, why: string): Partial<Record<TransferId, string>> {
  return Object.fromEntries(transfers.filter(fits).map(({ id }) => [id, why]))
}

export const aiocoap: Peer = programs({
  name: 'aiocoap',
  server: [here('.peers/venv/bin/python'), here('peers/aiocoap/server.py')],
  client: [here('.peers/venv/bin/python'), here('peers/aiocoap/client.py')],
  installed: '.peers/venv/installed',
  version: /^aiocoap==(.*)$/m,
  ofServer: {
    cannot: fixedBlocks,
    faults: {
      'bad-option': ignoresCritical,
      'observe-large': 'its server sends what is observed in one datagram, of whatever length (RFC 7252, 4.6)',
    },
  },
  ofClient: { cannot: { ping: 'its client has no ping', echo: leavesEcho }, faults: {} },
  remarks: ['its client cancels an observation by a Reset of the next notification, never with Observe=1'],
})

export const npmCoap: Peer = programs({
  name: 'npm coap',
  server: [process.execPath, here('peers/npm/server.mjs')],
  client: [process.execPath, here('peers/npm/client.mjs')],
  installed: 'peers/npm/node_modules/coap/package.json',
  version: /^ {2}"version": "(.*)"/m,
  ofServer: {
    cannot: fixedBlocks,
    faults: {
      'bad-option': ignoresCritical,
      'observe-large': 'its server has no blocks for what is observed: more than 1,152 bytes are a 5.00',
      ...those(
        ({ method, exponent, size }) => exponent === 0 && (method === 'GET' ? size > 0 : size <= 16),
        'its server answers a Block2 without bytes, which is the first block of 16 (RFC 7959, 2.2), with a block of none',
      ),
      ...those(
        ({ method, exponent, size }) => method === 'PUT' && size > 16 << exponent,
        'its server knows the blocks of an upload by a token that they have in common, which they need not have (RFC 7959, 2.5): 5.00',
      ),
    },
  },
  ofClient: {
    cannot: { ping: 'its client has no ping', echo: leavesEcho },
    faults: {
      'observe-large':
        'its client asks for the second block with the token of the observation and Observe=0, and gives the application nothing (RFC 7959, 2.6)',
    },
  },
  remarks: [
    'its client and server make a text of an ETag: other bytes than UTF-8 are lost',
    'its server hands a ping to the application, whose answer it would be; our peer program resets it',
    'its client closes its socket before it sends the Observe=1 of its last observation, and throws; our peer program gives it a socket',
  ],
})

// A client lives for a second: no time to compile what is fast later.
const java = ['java', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-cp'] as const
const classPath = `${here('.peers/californium/classes')}:${here('.peers/californium/lib')}/*`

export const californium: Peer = programs({
  name: 'Californium',
  server: [...java, classPath, 'Server'],
  client: [...java, classPath, 'Client'],
  installed: '.peers/californium/installed',
  version: /<artifactId>californium-core<\/artifactId>\s*<version>(.*)<\/version>/,
  ofServer: { cannot: {}, faults: {} },
  ofClient: { cannot: { echo: leavesEcho }, faults: {} },
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
      'get-non':
        'its server answers a Non-confirmable request with a Confirmable message, where it should not (RFC 7252, 5.2.3)',
    },
  },
  ofClient: {
    cannot: { echo: leavesEcho },
    faults: {
      'observe-large':
        'its client asks for the second block of a Confirmable notification inside of the acknowledgement (RFC 7252, 4.2)',
      'late-put':
        'its client goes on at byte 64 where 1,024 are acknowledged together with the wish for smaller blocks (RFC 7959, 2.5)',
    },
  },
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
      async start(blockSize) {
        const blocks = blockSize === undefined ? [] : ['--block-size', String(blockSize)]
        return { ...(await startReady(...server, ...blocks)), resources: standardResources }
      },
    },

    client: {
      ...ofClient,
      async request(uri, { method, payload, confirmable = true, blockSize, option }) {
        const args = [...before, '--method', method]
        if (!confirmable) args.push('--non')
        if (payload !== undefined) args.push('--payload', payload)
        if (blockSize !== undefined) args.push('--block-size', String(blockSize), '--timeout', '120')
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
  const { status, output } = await run(command, args, 130)
  if (status !== 0) throw new Error(`the client ended with ${status}: ${output.trim()}`)
  return JSON.parse(output)
}
