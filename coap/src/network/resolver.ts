// From a name to addresses, and for how long they may be believed. DNS comes with the platform; mDNS or a Resource Directory
// can stand in its place. CachingResolver goes around any of them.

import type { Abortable } from '../context/signal.ts'
import { ConnectionError } from '../errors.ts'
import { canonicalIpAddress } from '../uri/ip-address.ts'

export interface Resolver {
  /** Rejects with a `ConnectionError` if the name has no address, and with the signal's reason. */
  resolve(host: string, signal?: Abortable): Promise<Resolution>
  /** The addresses of this name did not work: they are asked for anew. */
  forget(host: string): void
}

export interface Resolution {
  /** Literal addresses without brackets, the preferred one first; at least one. */
  readonly addresses: readonly string[]
  /** How long they hold, in milliseconds. */
  readonly ttl: number
}

/** Knows no name: of a transport that is only asked for literal addresses. */
export const noNames: Resolver = {
  resolve: async (host) => {
    throw new ConnectionError(`${host} is a name, and this transport has no resolver: give it one, or use an address`, {
      code: 'COAP_HOST_NOT_FOUND',
    })
  },
  forget() {},
}

export interface CachingResolverOptions {
  /** So many names are kept; beyond it the one that was asked for first is forgotten. Default 1000. */
  readonly names?: number
}

export const cachingResolverDefaults: Required<CachingResolverOptions> = { names: 1000 }

/**
 * Keeps what another resolver answers, no longer than its TTL. Who asks for a name that is being asked for shares the answer;
 * failures are not kept; a literal address is its own answer.
 */
export class CachingResolver implements Resolver {
  readonly #source: Resolver
  readonly #clock: { now(): number }
  readonly #names: number
  readonly #known = new Map<string, { readonly addresses: readonly string[]; readonly until: number }>()
  readonly #lookUps = new Map<string, LookUp>()

  constructor(source: Resolver, clock: { now(): number }, options: CachingResolverOptions = {}) {
    this.#source = source
    this.#clock = clock
    this.#names = options.names ?? cachingResolverDefaults.names
  }

  async resolve(host: string, signal?: Abortable): Promise<Resolution> {
    if (signal?.aborted) throw signal.reason
    if (canonicalIpAddress(host) !== undefined) return { addresses: [host], ttl: Number.POSITIVE_INFINITY }
    const name = host.toLowerCase()
    const known = this.#known.get(name)
    const ttl = known === undefined ? 0 : known.until - this.#clock.now()
    if (known !== undefined && ttl > 0) return { addresses: known.addresses, ttl }
    this.#known.delete(name)
    const lookUp = this.#lookUps.get(name)
    return (lookUp === undefined || lookUp.abandoned ? this.#lookUp(name) : lookUp).join(signal)
  }

  forget(host: string): void {
    const name = host.toLowerCase()
    this.#known.delete(name)
    this.#lookUps.delete(name) // its answer may be as old as what did not work
    this.#source.forget(name)
  }

  #lookUp(name: string): LookUp {
    const lookUp = new LookUp((signal) => this.#source.resolve(name, signal))
    this.#lookUps.set(name, lookUp)
    lookUp.settled.then(
      (answer) => {
        if (this.#settle(name, lookUp)) this.#keep(name, answer)
      },
      () => this.#settle(name, lookUp),
    )
    return lookUp
  }

  /** False if the name was forgotten meanwhile. */
  #settle(name: string, lookUp: LookUp): boolean {
    return this.#lookUps.get(name) === lookUp && this.#lookUps.delete(name)
  }

  #keep(name: string, { addresses, ttl }: Resolution): void {
    if (ttl <= 0) return
    this.#known.set(name, { addresses, until: this.#clock.now() + ttl })
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= this.#names) break
      this.#known.delete(oldest)
    }
  }
}

/** One question to the source, for all who wait for its answer. It is given up when the last of them is gone. */
class LookUp {
  readonly settled: Promise<Resolution>
  readonly #abort = new AbortController()
  #waiting = 0

  constructor(ask: (signal: Abortable) => Promise<Resolution>) {
    this.settled = ask(this.#abort.signal)
  }

  get abandoned(): boolean {
    return this.#abort.signal.aborted
  }

  join(signal?: Abortable): Promise<Resolution> {
    this.#waiting++
    if (signal === undefined) return this.settled
    return new Promise((resolve, reject) => {
      const leave = () => {
        if (--this.#waiting === 0) this.#abort.abort(signal.reason)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      const stay = () => signal.removeEventListener('abort', leave)
      this.settled.then(resolve, reject).finally(stay)
    })
  }
}
