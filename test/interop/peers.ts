// Who takes part in the interop tests.

import { readFileSync } from 'node:fs'
import { coapstoneClient } from './coapstone-client.ts'
import { coapstoneServer } from './coapstone-server.ts'
import { libcoap } from './libcoap.ts'
import type { Peer } from './peer.ts'
import { aiocoap, californium, goCoap, npmCoap } from './programs.ts'

const coapstone: Peer = {
  name: 'coapstone',
  async version() {
    const description = readFileSync(new URL('../../coap/package.json', import.meta.url), 'utf8')
    return JSON.parse(description).version
  },
  remarks: [],
  server: coapstoneServer,
  client: coapstoneClient,
}

/** Ours. */
export const subjects: readonly Peer[] = [coapstone]

/** The independent implementations. */
export const peers: readonly Peer[] = [libcoap, aiocoap, npmCoap, californium, goCoap]
