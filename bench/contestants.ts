// Who is measured beside whom: servers and clients as commands.

import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { libcoap as libcoapPeer } from '../test/interop/libcoap.ts'
import { npmCoap as npmPeer } from '../test/interop/programs.ts'

export interface Contestant {
  readonly name: string
  /** `undefined` where it is not installed. */
  version(): Promise<string | undefined>
  /** Listens on that port of 127.0.0.1. */
  server?(port: number): Command
  /** What the load generator asks the server for. */
  readonly path?: string
  /** Prints `{"requests_per_s":N}` for requests to many servers: the arguments of peers/npm-client.mjs. */
  client?(): Command
  /** Has at /body what is put there, and gives it. */
  bodies?(port: number): Command
  /** Puts a file to a URL, or gets a body of that length from it into another file. Prints `{"seconds":N}`, or else its whole run counts. */
  transfers?(method: 'put' | 'get', url: string, file: string): Command
}

export type Command = readonly [program: string, ...args: string[]]

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

const coapstone: Contestant = {
  name: 'coapstone',
  async version() {
    return JSON.parse(readFileSync(here('../coap/package.json'), 'utf8')).version
  },
  server: (port) => [process.execPath, '--conditions=@coapstone/source', here('servers/coapstone.ts'), String(port)],
  path: '/time',
  client: () => [process.execPath, '--conditions=@coapstone/source', here('clients/coapstone.ts')],
  bodies: (port) => [process.execPath, '--conditions=@coapstone/source', here('servers/bodies.ts'), String(port)],
  transfers: (method, url, file) => [
    process.execPath,
    '--conditions=@coapstone/source',
    here('clients/transfer.ts'),
    ...[method, url, file],
  ],
}

export const libcoap: Contestant = {
  name: 'libcoap',
  version: libcoapPeer.version,
  server: (port) => ['coap-server-notls', '-A', '127.0.0.1', '-p', String(port)],
  bodies: (port) => ['coap-server-notls', '-A', '127.0.0.1', '-d', '10', '-p', String(port)],
  transfers: (method, url, file) => [
    'coap-client-notls',
    ...['-B', '120', '-m', method, method === 'put' ? '-f' : '-o', file, url],
  ],
  path: '/time', // its only small resource whose payload is made anew each time, as ours is
}

const npmCoap: Contestant = {
  name: 'npm coap',
  version: npmPeer.version,
  server: (port) => [process.execPath, here('../test/interop/peers/npm/server.mjs'), '--quiet', '--port', String(port)],
  path: '/hello',
  client: () => [process.execPath, here('peers/npm-client.mjs')],
}

const rustBinary = '.build/coap-rs/release/coap-rs-server'
const coapRs: Contestant = {
  name: 'coap-rs',
  version: async () => (existsSync(here(rustBinary)) ? '0.29.0' : undefined), // as pinned in peers/coap-rs/Cargo.toml
  server: (port) => [here(rustBinary), `127.0.0.1:${port}`],
  path: '/hello',
}

/** No implementation at all: how fast anybody could be who sends and receives through node:dgram. */
const bare: Contestant = {
  name: 'node:dgram alone',
  version: async () => process.versions.node,
  server: (port) => [process.execPath, here('peers/bare-server.mjs'), String(port)],
  bodies: (port) => [process.execPath, here('peers/bare-server.mjs'), String(port)],
  transfers: (method, url, file) => [process.execPath, here('peers/bare-client.mjs'), method, url, file],
}

/** Ours first. */
export const contestants: readonly Contestant[] = [coapstone, libcoap, npmCoap, coapRs, bare]
