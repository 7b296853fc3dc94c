// Node as a platform.

import type { Platform } from '../endpoint/platform.ts'
import type { WrapNetwork } from '../network/network-around.ts'
import { CachingResolver } from '../network/resolver.ts'
import { plain } from '../transport/plain.ts'
import { nodeContext } from './context.ts'
import { systemResolver } from './dns.ts'
import { mdns } from './mdns.ts'
import { AskingNetwork } from './udp/asking-network.ts'
import { ListeningNetwork } from './udp/listening-network.ts'

export const platform: Platform = {
  context: nodeContext,
  resolver: (context) => new CachingResolver(systemResolver, context),
  asking: (context, wrap = bare) => [plain(wrap(new AskingNetwork()), { resolver: platform.resolver(context) })],
  listening: (addresses, context, wrap = bare, groups = []) =>
    plain(wrap(new ListeningNetwork(addresses, { groups })), { resolver: platform.resolver(context) }),
  services: ({ trace }) =>
    mdns((error) => {
      if (trace.enabled) trace.tell('coapstone:network:failed', { address: { host: 'mDNS', port: 5353 }, error })
    }),
  hold,
}

const bare: WrapNetwork = (network) => network

let holders = 0
let keptAlive: NodeJS.Timeout | undefined

/** Sockets and timers keep no process alive: a request that waits does, and a server. */
function hold(): () => void {
  keptAlive ??= setInterval(() => {}, 2 ** 30)
  if (holders++ === 0) keptAlive.ref()
  let held = true
  return () => {
    if (!held) return
    held = false
    if (--holders === 0) keptAlive?.unref()
  }
}
