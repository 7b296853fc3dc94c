// How much a peer can make us keep. Each collection that the network can fill is bounded here; full means refusal, never growth.

import { UsageError } from '../errors.ts'

export interface Limits {
  /** Peers with their associations; the longest idle one without open state makes room. Full of open state: newcomers are ignored. Default 200,000. */
  readonly peers?: number
  /** Peers whose association is gone while they wait for its resumption. The longest gone is forgotten. Default 10,000. */
  readonly dormantPeers?: number
  /** Milliseconds that a dormant peer is waited for. Default 86,400,000: a day. */
  readonly dormancy?: number
  /** Associations of one peer that continue each other; beyond it the oldest is closed. Default 4. */
  readonly associationsPerPeer?: number
  /** Requests of ours that wait for a response, observations included. Full: a `UsageError`. Default 200,000. */
  readonly exchanges?: number
  /** Responders to one group request of ours that are heard: those beyond are not. Default 4,096. */
  readonly groupResponders?: number
  /** Requests whose handlers have not answered yet. Full: 5.03 with Max-Age. Default 16,384. */
  readonly requests?: number
  /** The same for one peer. Full: 4.29 with Max-Age. Default 256. */
  readonly requestsPerPeer?: number
  /** Responses to requests to groups that wait for their moment (RFC 7252 8.2). Full: the request is not answered. Default 64. */
  readonly groupAnswers?: number
  /** Observations that we serve. Full: the request is answered without observing it (RFC 7641 4.1). Default 500,000. */
  readonly observations?: number
  /** The same for one peer. Default 1,024. */
  readonly observationsPerPeer?: number
  /** Bytes to remember idempotent messages with their replies; the oldest are forgotten. Default 32 MiB: half a million messages. */
  readonly duplicates?: number
  /** Bytes to remember messages that must not be handled twice. Full: 5.03 with Max-Age. Default 16 MiB: a quarter of a million. */
  readonly nonIdempotentDuplicates?: number
  /**
   * Messages that wait for their turn (NSTART) at one peer. Full: an `ExchangeError`, or the response is lost; notifications, of which
   * there is one an observation, are not. Default 1,024.
   */
  readonly backlog?: number
  /** Bytes of a body that is assembled whole (RFC 7959). Longer requests: 4.13 with Size1; longer responses: an `ExchangeError`. Default 16 MiB. */
  readonly body?: number
  /** Bytes that all transfers in blocks keep at a server. The longest unused makes room; a body that does not fit: 5.03. Default 64 MiB. */
  readonly bodies?: number
  /** Transfers in blocks that a server has under way. The longest unused ends. Default 16,384. */
  readonly transfers?: number
  /** The same for one peer. Default 64. */
  readonly transfersPerPeer?: number
}

export type KnownLimits = Required<Limits>

export const limitDefaults: KnownLimits = {
  peers: 200_000,
  dormantPeers: 10_000,
  dormancy: 86_400_000,
  associationsPerPeer: 4,
  exchanges: 200_000,
  groupResponders: 4096,
  requests: 16_384,
  requestsPerPeer: 256,
  groupAnswers: 64,
  observations: 500_000,
  observationsPerPeer: 1024,
  duplicates: 32 * 1024 * 1024,
  nonIdempotentDuplicates: 16 * 1024 * 1024,
  backlog: 1024,
  body: 16 * 1024 * 1024,
  bodies: 64 * 1024 * 1024,
  transfers: 16_384,
  transfersPerPeer: 64,
}

/** The defaults with what is given. Throws a `UsageError` for what is no limit. */
export function limitsOf(given: Limits = {}): KnownLimits {
  for (const [name, value] of Object.entries(given)) {
    if (!(name in limitDefaults))
      throw new UsageError(`'${name}' is no limit: expected ${Object.keys(limitDefaults).join(', ')}`)
    if (!Number.isInteger(value) || value < 1)
      throw new UsageError(`the limit ${name} is a positive integer, not ${value}`)
  }
  return { ...limitDefaults, ...given }
}
