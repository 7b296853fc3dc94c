// All that a client observes: once for each target (RFC 7641 3.1: a client must not register more than once for the same one).

import type { Context } from '../../context/context.ts'
import type { Request } from '../../handler/request.ts'
import type { Response } from '../../handler/response.ts'
import type { Peer } from '../../transport/transport.ts'
import type { Observer } from './audience.ts'
import type { KnownDurability } from './durability.ts'
import { Registration, type RegistrationKeeper } from './registration.ts'
import { targetOf } from './target.ts'

export interface RegistrationsInit {
  readonly context: () => Context
  /** Through the client's layers. */
  readonly ask: (request: Request) => Promise<Response>
  /** Calls `changed` for each peer whose associations have changed, until the function that it gives is called. */
  readonly watchPeers: (changed: (peer: Peer) => void) => () => void
}

export class Registrations implements RegistrationKeeper {
  readonly #init: RegistrationsInit
  readonly #byTarget = new Map<string, Registration>()
  /** Where they observe. */
  readonly #byPeer = new Map<Peer, Set<Registration>>()
  readonly #peers = new Map<Registration, Peer>()
  #unwatch: (() => void) | undefined = undefined

  constructor(init: RegistrationsInit) {
    this.#init = init
  }

  /** Of those who share one, the first says how durable it is. Returns what leaves it. */
  join(request: Request, durability: KnownDurability, observer: Observer): () => void {
    const target = targetOf(request)
    const known = target === undefined ? undefined : this.#byTarget.get(target)
    const registration =
      known ?? new Registration({ keeper: this, context: this.#init.context(), request, target, durability })
    if (target !== undefined) this.#byTarget.set(target, registration)
    registration.join(observer)
    return () => registration.leave(observer)
  }

  // For registrations:

  ask(request: Request): Promise<Response> {
    return this.#init.ask(request)
  }

  observing(registration: Registration, peer: Peer): void {
    this.#leave(registration)
    this.#peers.set(registration, peer)
    const others = this.#byPeer.get(peer)
    if (others === undefined) this.#byPeer.set(peer, new Set([registration]))
    else others.add(registration)
    this.#unwatch ??= this.#init.watchPeers((changed) => {
      for (const each of [...(this.#byPeer.get(changed) ?? [])]) each.interrupted(changed)
    })
  }

  ended(registration: Registration): void {
    this.#leave(registration)
    const { target } = registration
    if (target !== undefined && this.#byTarget.get(target) === registration) this.#byTarget.delete(target)
    if (this.#peers.size > 0) return
    this.#unwatch?.()
    this.#unwatch = undefined
  }

  #leave(registration: Registration): void {
    const peer = this.#peers.get(registration)
    if (peer === undefined) return
    this.#peers.delete(registration)
    const others = this.#byPeer.get(peer)
    others?.delete(registration)
    if (others?.size === 0) this.#byPeer.delete(peer)
  }
}
