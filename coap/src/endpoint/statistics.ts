// What an endpoint has seen and done, as plain counters since it was made. Nothing secret is in them.

import type { Malformation } from '../message/datagram.ts'
import type { Limits } from './limits.ts'

export interface Statistics {
  /** Messages handed up by transports, whatever became of them. */
  received: number
  sent: number
  /** Malformed, by what was wrong (RFC 7252 3). */
  readonly malformed: Record<Malformation, number>
  /** Well-formed messages that were rejected (RFC 7252 4.2, 4.3), by why. */
  readonly rejected: Record<Rejection, number>
  /** Messages that had been received before (RFC 7252 4.5). */
  duplicates: number
  requests: number
  responses: number
  notificationsSent: number
  notificationsReceived: number
  /** Notifications that were older than one already received (RFC 7641 3.4). */
  notificationsReordered: number
  /** Notifications that newer ones have replaced before somebody read them. */
  notificationsUnread: number
  retransmissions: number
  /** Confirmable messages that nobody acknowledged. */
  timeouts: number
  resetsReceived: number
  resetsSent: number
  /** Handlers that threw: answered with 5.00. */
  handlerErrors: number
  /** What was refused because a limit was reached, by the name of the limit. */
  readonly refused: Record<string, number>
  peersEvicted: number
}

export type Rejection =
  /** A code of the reserved classes 1, 6 and 7, or a request where only a response may be. */
  | 'code'
  /** A response that no exchange of ours with this peer waits for. */
  | 'unknown-response'
  /** A response with a critical option that nobody here understands (RFC 7252 5.4.1). */
  | 'critical-option'
  /** An acknowledgement or Reset for nothing that is on its way. */
  | 'unmatched'
  /** An Empty Non-confirmable message (RFC 7252 4.3), or a Reset that is not empty. */
  | 'empty'
  /** A Confirmable Empty message: a ping (RFC 7252 4.3), answered with a Reset. */
  | 'ping'
  /** Sent to a group, and not a Non-confirmable request (RFC 7252 8.1). */
  | 'multicast'

export function newStatistics(): Statistics {
  return {
    received: 0,
    sent: 0,
    malformed: { short: 0, version: 0, 'empty-with-content': 0, 'token-length': 0, options: 0 },
    rejected: { code: 0, 'unknown-response': 0, 'critical-option': 0, unmatched: 0, empty: 0, ping: 0, multicast: 0 },
    duplicates: 0,
    requests: 0,
    responses: 0,
    notificationsSent: 0,
    notificationsReceived: 0,
    notificationsReordered: 0,
    notificationsUnread: 0,
    retransmissions: 0,
    timeouts: 0,
    resetsReceived: 0,
    resetsSent: 0,
    handlerErrors: 0,
    refused: {},
    peersEvicted: 0,
  }
}

export function countRefusal({ refused }: Statistics, limit: keyof Limits): void {
  refused[limit] = (refused[limit] ?? 0) + 1
}
