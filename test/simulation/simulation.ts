// Lets a world happen: everybody does what they do, then the network is quiet, then what is left is brought to its end; and all the while
// the oracles watch.

import { setImmediate } from 'node:timers/promises'
import { Timer } from '../../coap/src/context/timer.ts'
import { Request } from '../../coap/src/handler/request.ts'
import type { Response } from '../../coap/src/handler/response.ts'
import { Observe, option, UriQuery } from '../../coap/src/message/option.ts'
import { uint } from '../../coap/src/message/option-format.ts'
import { Options } from '../../coap/src/message/options.ts'
import { MemoryHub } from '../../coap/src/network/memory.ts'
import type { TurnedClock } from '../../coap/src/testing/clock.ts'
import { createContext, type TestContext } from '../../coap/src/testing/context.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { formatContent, formatShortCode } from '../lockstep/message-line.ts'
import { Application } from './application.ts'
import { type Asked, abortReason, ExchangeOracle, methodOf, payloadOf } from './exchange-oracle.ts'
import { type FaultList, FaultPlan } from './faults.ts'
import { Life } from './life.ts'
import { ObserveOracle } from './observe-oracle.ts'
import { nonceNumber } from './packet.ts'
import { type Broken, Verdict } from './verdict.ts'
import { type Noted, type Passed, WireLog } from './wire-log.ts'
import { WireOracle } from './wire-oracle.ts'
import {
  type Action,
  type ChangeAction,
  type ObserveAction,
  type PingAction,
  type RequestAction,
  type RestartAction,
  resourcesPerServer,
  type World,
} from './world.ts'

export interface Outcome {
  readonly broken: Broken | undefined
  /** Of all that passed on the wire. */
  readonly hash: number
  readonly packets: number
  readonly faults: FaultList
  /** Only if it was asked for. */
  readonly entries: readonly (Passed | Noted)[]
}

export async function simulate(world: World, record = false): Promise<Outcome> {
  const simulation = new Simulation(world, record)
  const escaped = (error: unknown): void => simulation.escaped(error)
  process.on('unhandledRejection', escaped)
  await simulation.run()
  await setImmediate() // then Node has told
  process.off('unhandledRejection', escaped)
  return simulation.outcome
}

/** Milliseconds that a packet takes if nothing happens to it. */
const latency = 10
/** Of the world's time: by then everything that has an end has ended. */
const patience = 86_400_000
/** Longer than any restart's gap. */
const afterLastAction = 15_000
const Nonce = option(nonceNumber, 'Nonce', uint, [0, 4])

class Simulation {
  readonly #world: World
  readonly #verdict = new Verdict()
  readonly #context: TestContext
  readonly #clock: TurnedClock
  readonly #hub: MemoryHub
  readonly #plan: FaultPlan
  readonly #log: WireLog
  readonly #exchanges: ExchangeOracle
  readonly #observations: ObserveOracle
  readonly #actions: ReadonlyMap<number, Action>
  /** Who lives at each address now, and the application there. */
  readonly #lives: Life[] = []
  readonly #applications: Application[] = []
  #pings = 0

  constructor(world: World, record: boolean) {
    this.#world = world
    this.#context = createContext(world.seed, { settle })
    this.#clock = this.#context.clock
    this.#hub = new MemoryHub(this.#context, { latency, unreachable: world.unreachable })
    this.#plan = new FaultPlan(world.seed, world.faults)
    this.#log = new WireLog(record)
    this.#exchanges = new ExchangeOracle(this.#verdict, world)
    this.#observations = new ObserveOracle(this.#verdict)
    this.#actions = new Map(world.actions.map((action) => [action.nonce, action]))
  }

  get outcome(): Outcome {
    const { hash, packets, entries } = this.#log
    return { broken: this.#verdict.broken, hash, packets, faults: this.#plan.happened, entries }
  }

  async run(): Promise<void> {
    try {
      for (const index of this.#world.inhabitants.keys()) await this.#open(index, 1)
      for (const action of this.#world.actions) this.#later(action.at, () => this.#do(action))
      await this.#clock.advance((this.#world.actions.at(-1)?.at ?? 0) + afterLastAction)
      this.#plan.quiet = true
      await this.#drain()
      this.#observations.finish(this.#clock.now(), this.#lives, true)
      if (this.#world.actions.some(({ kind }) => kind === 'observe')) await this.#endObservations()
      this.#checkSizes()
      await this.#closeAll()
    } catch (error) {
      this.escaped(error)
    }
  }

  escaped(error: unknown): void {
    this.#breaks('no exception escapes', 0, String((error as Error).stack))
  }

  #do(action: Action): void {
    switch (action.kind) {
      case 'request':
      case 'observe':
        this.#soon(this.#ask(action))
        break
      case 'change':
        this.#change(action)
        break
      case 'ping':
        this.#soon(this.#ping(action))
        break
      case 'restart':
        this.#soon(this.#restart(action))
        break
      default:
        action satisfies never
    }
  }

  async #ask(action: RequestAction | ObserveAction): Promise<void> {
    const client = this.#life(action.client)
    if (client.closed) return
    const asked = this.#exchanges.asks(action, client, this.#clock.now())
    const abort = new AbortController()
    if (action.abortAfter !== undefined) {
      this.#later(action.abortAfter, () => {
        asked.aborted = this.#clock.now()
        this.#note(client, () => `cancel r${action.nonce}`)
        if (asked.ended === undefined) client.wire.ended(action.nonce)
        abort.abort(abortReason)
      })
    }
    const request = this.#requestOf(action, abort.signal)
    this.#note(client, () => requestLine(action, request))
    let response: Response
    try {
      response = await client.endpoint.send(request)
    } catch (error) {
      this.#exchanges.failed(asked, error, this.#clock.now())
      return
    }
    this.#exchanges.answered(asked, response, this.#clock.now())
    if (action.kind === 'observe') await this.#observe(action, asked, response)
  }

  async #observe(action: ObserveAction, asked: Asked, response: Response): Promise<void> {
    const observer = this.#observations.begins(action, asked, response, this.#clock.now())
    const notifications = response.notifications?.[Symbol.asyncIterator]()
    if (observer === undefined || notifications === undefined) return
    if (action.leaveAfter !== undefined) {
      this.#later(action.leaveAfter, () => {
        observer.left = true
        this.#note(asked.client, () => `# the reader of r${action.nonce} leaves`)
        void notifications.return?.()
      })
    }
    try {
      for (let step = await notifications.next(); !step.done; step = await notifications.next()) {
        this.#observations.notified(observer, step.value, this.#clock.now())
        if (action.readDelay > 0) await this.#pause(action.readDelay)
      }
      this.#observations.ends(observer, undefined, this.#clock.now())
    } catch (error) {
      this.#observations.ends(observer, error, this.#clock.now())
    }
  }

  #change(action: ChangeAction): void {
    if (this.#life(action.server).closed) return
    this.#note(
      this.#life(action.server),
      () => `# r${action.resource} ${action.how === 'gone' ? 'is gone' : 'changes'}`,
    )
    this.#applications[action.server]?.change(action)
  }

  async #ping({ nonce, client, server }: PingAction): Promise<void> {
    const life = this.#life(client)
    if (life.closed) return
    this.#pings++
    this.#note(life, () => `ping coap://${this.#world.inhabitants[server]?.host} as p${nonce}`)
    const start = this.#clock.now()
    try {
      await life.endpoint.ping(this.#uriOf(server, ''))
    } catch (error) {
      const { code } = error as { code?: string }
      const { ackTimeout, maxRetransmit } = this.#world.transmission
      const waited = this.#clock.now() - start >= ackTimeout * (2 ** (maxRetransmit + 1) - 1)
      if (
        code === 'COAP_TIMEOUT'
          ? !waited
          : !(code === 'COAP_CLOSED'
              ? life.closed
              : code === 'COAP_UNREACHABLE' && life.wasUnreachable(server, this.#clock.now()))
      ) {
        this.#breaks('an error is true', client, `a ping: ${error}`)
      }
    }
    this.#pings--
  }

  async #restart({ inhabitant, gap }: RestartAction): Promise<void> {
    const life = this.#life(inhabitant)
    if (life.closed) return
    this.#note(life, () => '# the endpoint is closed, and another one follows it')
    await life.close()
    if (gap > 0) await this.#pause(gap)
    await this.#open(inhabitant, life.number + 1)
  }

  async #open(index: number, number: number): Promise<void> {
    const wire = new WireOracle({
      verdict: this.#verdict,
      inhabitant: index,
      transmission: this.#world.transmission,
      departed: (nonce, now) => this.#exchanges.departed(nonce, now),
    })
    const life = new Life({
      ...{ world: this.#world, index, number, wire },
      ...{ context: this.#context, hub: this.#hub, plan: this.#plan, log: this.#log },
    })
    const application = new Application({
      ...{ life, context: life.context, actions: this.#actions },
      ...{ exchanges: this.#exchanges, observations: this.#observations },
    })
    await life.open(this.#world.inhabitants[index]?.serves ? application.handle : undefined)
    this.#lives[index] = life
    this.#applications[index] = application
  }

  /** On the quiet network another change reaches every observer, and the end of the resource ends every observation. */
  async #endObservations(): Promise<void> {
    for (const how of ['ask', 'gone'] as const) {
      for (const life of this.#lives) {
        for (let resource = 0; resource < resourcesPerServer; resource++) {
          this.#change({ kind: 'change', nonce: -1, at: 0, server: life.index, resource, how })
        }
      }
      await this.#drain()
      this.#observations.finish(this.#clock.now(), this.#lives, false)
    }
  }

  #checkSizes(): void {
    this.#exchanges.finish(this.#clock.now())
    if (this.#pings > 0) this.#breaks('each exchange ends', 0, `${this.#pings} pings`)
    for (const life of this.#lives) {
      const { exchanges, requests, observations, peers, dormantPeers } = life.endpoint.sizes
      const believing = this.#observations.believing(life)
      const most = this.#world.inhabitants.length - 1
      if (exchanges !== believing || requests + observations + dormantPeers > 0 || peers > most) {
        this.#breaks('nothing is left in the end', life.index, JSON.stringify({ ...life.endpoint.sizes, believing }))
      }
    }
  }

  async #closeAll(): Promise<void> {
    for (const life of this.#lives) await life.close()
    await this.#drain()
    for (const life of this.#lives) {
      const { exchanges, requests, observations } = life.endpoint.sizes
      if (exchanges + requests + observations + this.#observations.believing(life) > 0) {
        this.#breaks('a closed endpoint has nothing left', life.index, JSON.stringify(life.endpoint.sizes))
      }
    }
  }

  /** Until no timer is armed any more. */
  async #drain(): Promise<void> {
    await this.#clock.runUntilIdle(patience)
    for (const life of this.#lives) life.wire.finish(this.#clock.now())
  }

  #requestOf(action: RequestAction | ObserveAction, signal: AbortSignal): Request {
    const options = new Options().add(Nonce, action.nonce)
    if (action.kind === 'observe') options.add(Observe, 0)
    if (action.kind === 'observe' && !action.shared) options.add(UriQuery, `of=${action.nonce}`)
    const { confirmable } = action
    const uri = this.#uriOf(action.server, `r${action.resource}`)
    return new Request({ code: methodOf(action), uri, options, confirmable, signal, payload: payloadOf(action) })
  }

  #uriOf(server: number, path: string): CoapUri {
    return CoapUri.parse(`coap://${this.#world.inhabitants[server]?.host}/${path}`)
  }

  #life(index: number): Life {
    return this.#lives[index] as Life
  }

  #later(delay: number, deed: () => void): void {
    this.#clock.timers.arm(new Timer(deed), delay)
  }

  #pause(delay: number): Promise<void> {
    return new Promise((resolve) => this.#later(delay, resolve))
  }

  #soon(deed: Promise<void>): void {
    deed.catch((error: unknown) => this.escaped(error))
  }

  #note(life: Life, text: () => string): void {
    this.#log.note(life, this.#clock.now(), text)
  }

  #breaks(invariant: string, inhabitant: number, detail: string): void {
    this.#verdict.breaks(invariant, inhabitant, this.#clock.now(), detail)
  }
}

/** Enough for the longest chain of promises here: the clock's own default is for any. */
async function settle(): Promise<void> {
  for (let round = 0; round < 16; round++) await undefined
}

/** As a lockstep script has it. */
function requestLine({ nonce }: RequestAction | ObserveAction, request: Request): string {
  const type = request.confirmable ? 'CON' : 'NON'
  return `request ${type} ${formatShortCode(request.code)} ${request.uri} as r${nonce}${formatContent(request)}`
}
