// What `Client` and `serve` need of where they run (`#platform` leads to it): a context, transports to listen and to ask with, and the
// process kept alive while somebody waits.

import type { Context } from '../context/context.ts'
import type { NetworkAddress } from '../network/network.ts'
import type { WrapNetwork } from '../network/network-around.ts'
import type { Resolver } from '../network/resolver.ts'
import type { ServiceDirectory } from '../network/service-directory.ts'
import type { Transport } from '../transport/transport.ts'

export interface Platform {
  context(): Context
  resolver(context: Context): Resolver
  /** The transports of who only asks; `wrap` is around each of their networks. */
  asking(context: Context, wrap?: WrapNetwork): readonly Transport[]
  /**
   * A transport that listens at these addresses, whose hosts are literal; `localhost` means the loopback addresses that there are. It is a
   * member of the groups, on each interface that it listens on.
   */
  listening(
    addresses: readonly NetworkAddress[],
    context: Context,
    wrap?: WrapNetwork,
    groups?: readonly NetworkAddress[],
  ): Transport
  /** Where services are found by name, and announced. */
  services(context: Context): ServiceDirectory
  /** The process goes on until the function that this gives is called. */
  hold(): () => void
}
