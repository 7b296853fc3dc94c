// Who takes part in the interop tests.

import { libcoap } from './libcoap.ts'
import type { Peer } from './peer.ts'
import { aiocoap, npmCoap } from './programs.ts'

/** Ours. */
export const subjects: readonly Peer[] = []

/** The independent implementations. */
export const peers: readonly Peer[] = [libcoap, aiocoap, npmCoap]
