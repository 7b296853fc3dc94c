// Transmission parameters (RFC 7252 4.8): for an endpoint, for a peer, for one request. What is left out comes from the next wider.

import { UsageError } from '../errors.ts'

export interface Transmission {
  /** ACK_TIMEOUT: milliseconds until the first retransmission, before the random factor. Default 2000. Below 1000 needs RFC 8085 3.1.1 read. */
  readonly ackTimeout?: number
  /** ACK_RANDOM_FACTOR: the first time-out is drawn from ackTimeout to ackTimeout times this. Default 1.5; at least 1. */
  readonly ackRandomFactor?: number
  /** MAX_RETRANSMIT: how often a Confirmable message is sent again. Default 4. */
  readonly maxRetransmit?: number
  /** NSTART: how many interactions with one peer may be outstanding. Default 1; more needs a congestion control (4.7). */
  readonly nstart?: number
  /** PROBING_RATE: average bytes per second to a peer that does not answer (4.7). Default 1. */
  readonly probingRate?: number
  /** MAX_LATENCY: milliseconds that a datagram may take (4.8.2). Default 100,000. */
  readonly maxLatency?: number
  /** PROCESSING_DELAY: milliseconds from a Confirmable message's arrival to its acknowledgement (4.8.2). Default 2000. */
  readonly processingDelay?: number
  /** Milliseconds that a handler may take until an Empty acknowledgement goes ahead of its response (5.2.2). Default 100. */
  readonly piggybackDelay?: number
  /** DEFAULT_LEISURE: milliseconds within which requests to groups are answered (8.2). Default 5000. 0: at once. */
  readonly leisure?: number
  /** Milliseconds to wait for a response once nothing will be retransmitted any more. Default 93,000: MAX_TRANSMIT_WAIT. */
  readonly responseTimeout?: number
  /**
   * How time-outs are found. `'fixed'`: from ackTimeout alone. `'cocoa'`: from what each peer's answers take, with ackTimeout where
   * nothing is known (draft-ietf-core-cocoa): for links slower than ackTimeout, and lossy ones that are much faster. Default `'fixed'`.
   */
  readonly congestion?: CongestionControl
}

export type CongestionControl = (typeof congestionControls)[number]

const congestionControls = ['fixed', 'cocoa'] as const

/** Everything known: what the machinery works with. */
export type TransmissionParameters = Required<Transmission>

/** RFC 7252 4.8, table 2. */
export const transmissionDefaults: TransmissionParameters = {
  ackTimeout: 2000,
  ackRandomFactor: 1.5,
  maxRetransmit: 4,
  nstart: 1,
  probingRate: 1,
  maxLatency: 100_000,
  processingDelay: 2000,
  piggybackDelay: 100,
  leisure: 5000,
  responseTimeout: 93_000,
  congestion: 'fixed',
}

/** `wider` with what `narrower` says. Throws a `UsageError` for values that no protocol run can use. */
export function narrow(wider: TransmissionParameters, narrower: Transmission | undefined): TransmissionParameters {
  if (narrower === undefined) return wider
  const merged = { ...wider, ...narrower }
  const { congestion, ...numbers } = merged
  if (!congestionControls.includes(congestion))
    throw new UsageError(`congestion is '${congestionControls.join("' or '")}', not '${congestion}'`)
  for (const [name, value] of Object.entries(numbers)) {
    const least = leasts[name]
    if (least === undefined)
      throw new UsageError(
        `'${name}' is no transmission parameter: expected ${Object.keys(transmissionDefaults).join(', ')}`,
      )
    const counted = counts.has(name)
    if (!(counted ? Number.isSafeInteger(value) : Number.isFinite(value)) || value < least)
      throw new UsageError(`${name} is ${counted ? 'an integer' : 'a number'} of at least ${least}, not ${value}`)
  }
  if (exchangeLifetime(merged) > longestLifetime)
    throw new UsageError('with these transmission parameters an exchange would last for more than a year')
  return merged
}

/** MAX_TRANSMIT_SPAN: from the first to the last transmission of a Confirmable message (4.8.2). Default 45,000 ms. */
export function maxTransmitSpan(of: TransmissionParameters): number {
  return of.ackTimeout * (2 ** of.maxRetransmit - 1) * of.ackRandomFactor
}

/** MAX_TRANSMIT_WAIT: from the first transmission until the sender gives up (4.8.2). Default 93,000 ms. */
export function maxTransmitWait(of: TransmissionParameters): number {
  return of.ackTimeout * (2 ** (of.maxRetransmit + 1) - 1) * of.ackRandomFactor
}

/** EXCHANGE_LIFETIME: as long is a Confirmable message's ID taken (4.8.2). Default 247,000 ms. */
export function exchangeLifetime(of: TransmissionParameters): number {
  return maxTransmitSpan(of) + 2 * of.maxLatency + of.processingDelay
}

/** NON_LIFETIME: as long is a Non-confirmable message's ID taken (4.8.2). Default 145,000 ms. */
export function nonLifetime(of: TransmissionParameters): number {
  return maxTransmitSpan(of) + of.maxLatency
}

/**
 * For how many milliseconds a message of so many bytes that nobody acknowledges counts as outstanding: of a peer that does not answer,
 * PROBING_RATE bytes a second are expected to be received (4.7).
 */
export function probingTime(length: number, { probingRate, responseTimeout }: TransmissionParameters): number {
  return probingRate === 0 ? responseTimeout : (length / probingRate) * 1000
}

const counts: ReadonlySet<string> = new Set(['maxRetransmit', 'nstart'])
const longestLifetime = 366 * 86_400_000
const leasts: Readonly<Record<string, number>> = {
  ackTimeout: 1,
  ackRandomFactor: 1,
  maxRetransmit: 0,
  nstart: 1,
  probingRate: 0,
  maxLatency: 0,
  processingDelay: 0,
  piggybackDelay: 0,
  leisure: 0,
  responseTimeout: 0,
}
