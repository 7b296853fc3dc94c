// From the host of a URI to the address to ask: literals as they are, names by a resolver, and of several addresses one that has not
// failed. A server that moves, or listens on one of its addresses only, is found again.

import type { Abortable } from '../context/signal.ts'
import type { NetworkAddress } from '../network/network.ts'
import type { Resolver } from '../network/resolver.ts'
import type { CoapUri } from '../uri/coap-uri.ts'

export class AddressBook {
  readonly #resolver: Resolver
  /** Addresses of a name that did not answer; as few as fit, since forgetting one costs a time-out at most. */
  readonly #failed = new Map<string, Set<string>>()
  /** The address of a name that was given last: whoever has several is asked at the same one, as long as it is one of them. */
  readonly #chosen = new Map<string, string>()

  constructor(resolver: Resolver) {
    this.#resolver = resolver
  }

  /** Rejects with a `ConnectionError` if the name cannot be resolved. */
  async addressOf(target: CoapUri, signal?: Abortable): Promise<NetworkAddress> {
    if (target.isIpLiteral) return literal(target)
    const { host, port } = target
    const { addresses } = await this.#resolver.resolve(host, signal)
    const failed = this.#failed.get(host)
    const working = failed ? addresses.filter((address) => !failed.has(address)) : addresses
    if (working.length === 0) this.#failed.delete(host)
    const chosen = this.#chosen.get(host)
    const address = chosen !== undefined && working.includes(chosen) ? chosen : (working[0] ?? (addresses[0] as string))
    if (address !== chosen) this.#choose(host, address)
    return { host: address, port }
  }

  /** The next `addressOf` asks the resolver anew, and prefers another address than the one that failed, if one did. */
  lookAgain(target: CoapUri, address?: string): void {
    const { host } = target
    if (target.isIpLiteral) return
    this.#resolver.forget(host)
    if (address === undefined) return
    if (this.#chosen.get(host) === address) this.#chosen.delete(host)
    const failed = this.#failed.get(host) ?? new Set()
    failed.add(address)
    const [first] = failed
    if (failed.size > mostAddresses && first !== undefined) failed.delete(first)
    this.#failed.delete(host)
    this.#failed.set(host, failed)
    const [oldest] = this.#failed.keys()
    if (this.#failed.size > mostNames && oldest !== undefined) this.#failed.delete(oldest)
  }

  #choose(host: string, address: string): void {
    this.#chosen.delete(host)
    this.#chosen.set(host, address)
    const [oldest] = this.#chosen.keys()
    if (this.#chosen.size > mostNames && oldest !== undefined) this.#chosen.delete(oldest)
  }
}

/** The address that a URI says itself. */
export function literal({ host, port, zone }: CoapUri): NetworkAddress {
  return zone === undefined ? { host, port } : { host, port, zone }
}

const mostNames = 256
/** Of one name. */
const mostAddresses = 16
