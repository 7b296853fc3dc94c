// What a caller says about an observation beside its URL, and the request made of it (RFC 7641 2; RFC 8132 2.4 for FETCH).

import { UsageError } from '../../errors.ts'
import type { Request } from '../../handler/request.ts'
import { Code } from '../../message/code.ts'
import { Observe } from '../../message/option.ts'
import { Options } from '../../message/options.ts'
import type { Peer } from '../../transport/transport.ts'
import type { CoapUri } from '../../uri/coap-uri.ts'
import { type ClientRequestInit, requestOf } from '../request-init.ts'
import { type Durability, type KnownDurability, knownDurability } from './durability.ts'

export interface ObserveInit extends ClientRequestInit {
  /**
   * Default true: it registers again whenever it has to, and goes on until it is closed or the server refuses it. An object says how
   * patiently; of several observations of one target the first one does. False: it ends when the peer is lost, and trusts the server to
   * tell it of changes when Max-Age is over.
   */
  readonly durable?: boolean | Durability
  /** How many unread notifications are kept, the newest. `'all'` is 1,024. Default 1. */
  readonly keep?: number | 'all'
}

/** Observes, and has neither a token nor a signal. Throws a `UsageError` for what contradicts itself, or cannot be observed. */
export function requestToObserve(uri: CoapUri, init: ObserveInit, peer: Peer | undefined): Request {
  const options = (init.options?.clone() ?? new Options()).set(Observe, 0)
  const request = requestOf(uri, { ...init, options }, undefined, peer)
  if (request.code !== Code.GET && request.code !== Code.FETCH)
    throw new UsageError('what is observed is asked for by GET or FETCH')
  if (request.body.whole === undefined)
    throw new UsageError('a body to observe with is sent again when it registers again: give it whole')
  return request
}

/** Throws a `UsageError` for what says nothing of it. */
export function durabilityOf({ durable = true }: ObserveInit): KnownDurability {
  if (typeof durable === 'boolean') return knownDurability()
  if (typeof durable !== 'object' || durable === null)
    throw new UsageError(`durable is true, false, or an object that says how patiently, not ${durable}`)
  return knownDurability(durable)
}

/** Throws a `UsageError` for what is no number of notifications. */
export function unreadOf({ keep = 1 }: ObserveInit): number {
  if (keep === 'all') return all
  if (!Number.isSafeInteger(keep) || keep < 1) throw new UsageError(`keep is a number from 1, or 'all', not ${keep}`)
  return keep
}

/** Enough for any burst; who wants more says so, and has the memory. */
const all = 1024
