// What a seed stands for: who is there, what they do and when, and what happens to their packets. Plain data, so that a failing world can
// be made smaller piece by piece.

import { Code } from '../../coap/src/message/code.ts'
import { Dice } from './dice.ts'
import type { FaultList, FaultRates } from './faults.ts'

export interface World {
  readonly seed: number
  readonly inhabitants: readonly Inhabitant[]
  readonly transmission: WorldTransmission
  /** Whoever sends to an address where nobody listens is told so, as by ICMP. */
  readonly unreachable: boolean
  /** Received packets may be kept; else they are lent for a call, and spoilt after it. */
  readonly packetsAreOwned: boolean
  /** In order of time. */
  readonly actions: readonly Action[]
  readonly faults: FaultRates | FaultList
}

/** An address with an endpoint, and after a restart with another one. */
export interface Inhabitant {
  readonly name: string
  readonly host: string
  /** It has resources; others only ask. */
  readonly serves: boolean
}

/** In milliseconds and counts (RFC 7252 4.8), the same for all. */
export interface WorldTransmission {
  readonly ackTimeout: number
  readonly maxRetransmit: number
  readonly nstart: number
}

export type Action = RequestAction | ObserveAction | ChangeAction | PingAction | RestartAction

interface ActionBase {
  /** Its name: requests carry it. */
  readonly nonce: number
  /** Milliseconds from the beginning. */
  readonly at: number
}

interface AskingAction extends ActionBase {
  /** Indices of inhabitants. */
  readonly client: number
  readonly server: number
  readonly resource: number
  readonly confirmable: boolean
  readonly handling: Handling
  /** The caller's signal is aborted so many milliseconds later. */
  readonly abortAfter?: number
}

export interface RequestAction extends AskingAction {
  readonly kind: 'request'
  readonly method: Code
  readonly payloadLength: number
}

export interface ObserveAction extends AskingAction {
  readonly kind: 'observe'
  /** With others who observe the resource; else the query makes it an observation of its own kind. */
  readonly shared: boolean
  /** The reader leaves so many milliseconds later. */
  readonly leaveAfter?: number
  /** Milliseconds that the reader takes for each notification. */
  readonly readDelay: number
}

export interface ChangeAction extends ActionBase {
  readonly kind: 'change'
  readonly server: number
  readonly resource: number
  /** The handler is asked again; or the change brings the response along; or the resource is gone, and comes back at the next change. */
  readonly how: 'ask' | 'tell' | 'gone'
}

export interface PingAction extends ActionBase {
  readonly kind: 'ping'
  readonly client: number
  readonly server: number
}

export interface RestartAction extends ActionBase {
  readonly kind: 'restart'
  readonly inhabitant: number
  /** Milliseconds without anybody at the address. */
  readonly gap: number
}

/** How a handler deals with a request. */
export interface Handling {
  /** Milliseconds until it answers; undefined: in the same turn. */
  readonly delay?: number
  readonly ending: 'answer' | 'error' | 'throw' | 'nothing'
}

export const resourcesPerServer = 2

const port = 5683
const span = 60_000
const methods = [
  Code.GET,
  Code.GET,
  Code.POST,
  Code.POST,
  Code.POST,
  Code.PUT,
  Code.DELETE,
  Code.FETCH,
  Code.PATCH,
  Code.iPATCH,
]

export function addressOf({ host }: Inhabitant): { readonly host: string; readonly port: number } {
  return { host, port }
}

/** The world of a seed. */
export function drawWorld(seed: number): World {
  const dice = new Dice(seed, 1)
  const servers = dice.integer(1, 2)
  const clients = dice.pick([1, 1, 2, 2, 3, 4])
  const inhabitants = Array.from({ length: servers + clients }, (_, index) => ({
    name: 'ABCDEF'[index] as string,
    host: `192.0.2.${index + 11}`,
    serves: index < servers || dice.chance(0.25),
  }))
  const instants = Array.from({ length: dice.integer(1, 6) }, () => dice.integer(0, span))
  const when = (): number => dice.pick(instants) + (dice.chance(0.5) ? 0 : dice.integer(0, 4000))
  const many = dice.chance(0.1) ? dice.integer(40, 80) : dice.integer(4, 24)
  const actions = Array.from({ length: many }, (_, nonce) => drawAction(dice, nonce, when(), inhabitants))
  return {
    seed,
    inhabitants,
    transmission: {
      ackTimeout: dice.pick([2000, 2000, 2000, 1000, 4000]),
      maxRetransmit: dice.pick([4, 4, 4, 2]),
      nstart: dice.pick([1, 1, 1, 2, 4]),
    },
    unreachable: dice.chance(0.5),
    packetsAreOwned: dice.chance(0.5),
    actions: actions.sort((one, other) => one.at - other.at),
    faults: {
      loss: dice.pick([0.3, 0.3, 0.3, 0.1, 0.5, 0]),
      duplicate: dice.pick([0.1, 0.1, 0.3, 0]),
      late: dice.pick([0.15, 0.15, 0.4, 0]),
      latest: dice.pick([500, 3000, 10_000]),
    },
  }
}

function drawAction(dice: Dice, nonce: number, at: number, inhabitants: readonly Inhabitant[]): Action {
  const all = inhabitants.map((_, index) => index)
  const serving = all.filter((index) => inhabitants[index]?.serves)
  const server = dice.pick(serving)
  const client = dice.pick(all.filter((index) => index !== server))
  const resource = dice.integer(0, resourcesPerServer - 1)
  const asking = {
    ...{ nonce, at, client, server, resource },
    confirmable: dice.chance(0.7),
    handling: drawHandling(dice),
    ...(dice.chance(0.2) && { abortAfter: dice.integer(0, dice.pick([100, 5000, 60_000])) }),
  }
  const what = dice.fraction()
  if (what < 0.5) {
    return { kind: 'request', ...asking, method: dice.pick(methods), payloadLength: dice.pick([0, 0, 20, 300]) }
  }
  if (what < 0.65) {
    return {
      kind: 'observe',
      ...asking,
      shared: dice.chance(0.7),
      ...(dice.chance(0.3) && { leaveAfter: dice.integer(0, 60_000) }),
      readDelay: dice.pick([0, 0, 0, 1000]),
    }
  }
  if (what < 0.88)
    return { kind: 'change', nonce, at, server, resource, how: dice.pick(['ask', 'ask', 'ask', 'tell', 'gone']) }
  if (what < 0.92) return { kind: 'ping', nonce, at, client, server }
  return { kind: 'restart', nonce, at, inhabitant: dice.pick(all), gap: dice.pick([0, 500, 10_000]) }
}

function drawHandling(dice: Dice): Handling {
  const ending = dice.pick([
    'answer',
    'answer',
    'answer',
    'answer',
    'answer',
    'answer',
    'error',
    'throw',
    'nothing',
  ] as const)
  if (dice.chance(0.5)) return { ending }
  return { ending, delay: dice.pick([0, 50, 99, 100, 101, 1000, 5000, 40_000]) }
}
