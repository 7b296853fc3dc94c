// What `Client` and `serve` need of Node (`#platform`): a context, transports for URIs to listen at and to ask, and the process kept
// alive while somebody waits.

import type { Context } from '../context/context.ts'
import type { NetworkAddress } from '../network/network.ts'
import { CachingResolver, type Resolver } from '../network/resolver.ts'
import { plain } from '../transport/plain.ts'
import type { Transport } from '../transport/transport.ts'
import { nodeContext } from './context.ts'
import { systemResolver } from './dns.ts'
import { AskingNetwork } from './udp/asking-network.ts'
import { ListeningNetwork } from './udp/listening-network.ts'

export interface Platform {
  context(): Context
  resolver(context: Context): Resolver
  /** The transports of who only asks. */
  asking(context: Context): readonly Transport[]
  /** A transport that listens at these addresses, whose hosts are literal. */
  listening(addresses: readonly NetworkAddress[], context: Context): Transport
  /** The process goes on until the function that this gives is called. */
  hold(): () => void
}

export const platform: Platform = {
  context: nodeContext,
  resolver: (context) => new CachingResolver(systemResolver, context),
  asking: (context) => [plain(new AskingNetwork(), { resolver: platform.resolver(context) })],
  listening: (addresses, context) => plain(new ListeningNetwork(addresses), { resolver: platform.resolver(context) }),
  hold,
}

let holders = 0
let keptAlive: NodeJS.Timeout | undefined

/** Sockets and timers keep no process alive: a request that waits does, and a server. */
function hold(): () => void {
  if (holders++ === 0) keptAlive = setInterval(() => {}, 2 ** 30)
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--holders === 0) clearInterval(keptAlive)
  }
}
