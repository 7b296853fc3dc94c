// A mapping of a NAT box (RFC 4787 4.1): a host's address outside, and who may send to it there (RFC 4787 5).

import { describeAddress } from './address.ts'
import type { Network, NetworkAddress, Path } from './network.ts'

/** What of a remote address counts. */
export type NatBehavior = 'endpoint-independent' | 'address-dependent' | 'address-and-port-dependent'

export function whatCounts(behavior: NatBehavior, remote: NetworkAddress): string {
  if (behavior === 'endpoint-independent') return ''
  return behavior === 'address-dependent' ? remote.host : describeAddress(remote)
}

/** What an outside path belongs to. */
export interface NatFlow<Host> {
  readonly host: Host
  readonly inside: Path
}

export class Mapping<Host> {
  readonly host: Host
  /** Outside. */
  readonly address: NetworkAddress
  /** On the clock of the context. */
  usedAt = 0
  readonly #outside: Network
  readonly #filtering: NatBehavior
  /** Outside paths by those inside. */
  readonly #paths = new Map<Path, Path>()
  readonly #sentTo = new Set<string>()

  constructor(host: Host, outside: Network, address: NetworkAddress, filtering: NatBehavior) {
    this.host = host
    this.address = address
    this.#outside = outside
    this.#filtering = filtering
  }

  /** Where packets of this path go. What they go to may send from now on. */
  outsidePath(inside: Path): Path {
    const known = this.#paths.get(inside)
    if (known !== undefined) return known
    const path = this.#outside.path(inside.remote, this.address)
    path.owner = { host: this.host, inside } satisfies NatFlow<Host>
    this.#paths.set(inside, path)
    this.#sentTo.add(whatCounts(this.#filtering, inside.remote))
    return path
  }

  admits(remote: NetworkAddress): boolean {
    return this.#sentTo.has(whatCounts(this.#filtering, remote))
  }

  forget(inside: Path): void {
    const path = this.#paths.get(inside)
    if (path === undefined) return
    this.#paths.delete(inside)
    path.owner = undefined
    this.#outside.forget(path)
  }

  end(): void {
    for (const inside of this.#paths.keys()) this.forget(inside)
  }
}
