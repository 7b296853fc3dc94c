// What happens to an observation, as its reader is told: its states, and what becomes of the registration behind them.

import type { Response } from '../../handler/response.ts'
import type { NetworkAddress } from '../../network/network.ts'

export type ObservationEvent = NotificationEvent | StaleEvent | ReRegisteredEvent | MovedEvent | EndedEvent

/** A state of the resource: the first response, one that a change has brought, or what a new registration found changed. */
export interface NotificationEvent {
  readonly type: 'notification'
  readonly response: Response
  /** So many came before it and were never read, since the one before. */
  readonly dropped: number
}

/** What was told last may not be the state any more (RFC 7641 3.3.1). It will register again; until then nothing is known. */
export interface StaleEvent {
  readonly type: 'stale'
  readonly reason: StaleReason
  /** Of `'unavailable'`: what the server says. */
  readonly response?: Response
  /** Of `'lost'`: what has failed. */
  readonly error?: unknown
}

export type StaleReason =
  /** Its Max-Age is over. */
  | 'max-age'
  /** The server does not answer, or the association with it is gone. */
  | 'lost'
  /** The server, or what is before it, cannot answer for now: 5.03, 4.29, 5.02 or 5.04. */
  | 'unavailable'

/** It has registered again, and what was told is the state again; if that is another one, a `notification` follows. */
export interface ReRegisteredEvent {
  readonly type: 're-registered'
  /** Why: it was stale; the server was reached by a new association; or somebody who shares it wanted more. */
  readonly reason: StaleReason | 'association' | 'wish'
  readonly response: Response
  /** So many attempts have failed before. */
  readonly failures: number
  /** False: the server does not tell of changes for now. It is asked again when Max-Age is over. */
  readonly observed: boolean
}

/** The server is at another address now: its name, or its association, leads there. */
export interface MovedEvent {
  readonly type: 'moved'
  readonly from: NetworkAddress
  readonly to: NetworkAddress
}

/** The last event. */
export interface EndedEvent {
  readonly type: 'ended'
  readonly reason: EndReason
  /** Of `'response'`: the error that the server has answered. */
  readonly response?: Response
  /** Of `'failed'`: why. Reading responses rejects with it. */
  readonly error?: unknown
}

export type EndReason =
  /** Its reader has enough. */
  | 'closed'
  /** The server does not observe this resource: there was one response. */
  | 'not-observed'
  /** The server has answered with an error, which was the last response. */
  | 'response'
  /** The request has failed, the signal was aborted, the client was closed; or the peer was lost, and it was not durable. */
  | 'failed'
