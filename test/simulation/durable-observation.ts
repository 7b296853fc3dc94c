// A world of its own for observations that last: one resource, a server that restarts, moves and is busy, a client behind a NAT box that
// gives it other addresses, and a network that loses, doubles and delays. In the end each observer has the last state, or knows that it
// ended (RFC 7641 1.3), and nothing is left.

import { Client } from '../../coap/src/client/client.ts'
import type { ObservationEvent } from '../../coap/src/client/observation/event.ts'
import type { Observation } from '../../coap/src/client/observation/observation.ts'
import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { Subject } from '../../coap/src/handler/subject.ts'
import { Code } from '../../coap/src/message/code.ts'
import { MaxAge } from '../../coap/src/message/option.ts'
import { Options } from '../../coap/src/message/options.ts'
import { FaultInjector, type Faults } from '../../coap/src/network/fault-injector.ts'
import { MemoryHub } from '../../coap/src/network/memory.ts'
import { NatBox } from '../../coap/src/network/nat.ts'
import { createContext, type TestContext } from '../../coap/src/testing/context.ts'
import { plain } from '../../coap/src/transport/plain.ts'
import { Dice } from './dice.ts'

export interface DurableOutcome {
  /** What was broken, in words. */
  readonly broken: readonly string[]
  readonly told: Readonly<Record<ObservationEvent['type'], number>>
}

const addresses = ['192.0.2.1', '192.0.2.2']
/** Milliseconds in which things happen; and then until everything has come to rest. */
const span = 1_200_000
const rest = 1_500_000

export async function simulateDurable(seed: number): Promise<DurableOutcome> {
  const world = new DurableWorld(seed)
  await world.begin()
  await world.live()
  return world.end()
}

class DurableWorld {
  readonly #dice: Dice
  readonly #context: TestContext
  readonly #hub: MemoryHub
  readonly #faults: Faults
  readonly #broken: string[] = []
  readonly #told = { notification: 0, stale: 0, 're-registered': 0, moved: 0, ended: 0 }
  readonly #watchers: Watcher[] = []
  #version = 1
  /** The resource was taken away once: whoever was told so has ended. */
  #gone = false
  #busy = false
  #maxAge: number
  #address = addresses[0] as string
  #server: Endpoint | undefined
  #subject = new Subject()
  #serverNetwork: FaultInjector | undefined
  #box: NatBox | undefined
  #clientNetwork: FaultInjector | undefined
  #endpoint: Endpoint | undefined
  #client: Client | undefined

  constructor(seed: number) {
    this.#dice = new Dice(seed, 2)
    this.#context = createContext(seed)
    this.#hub = new MemoryHub(this.#context, {
      latency: this.#dice.pick([0, 10, 300]),
      unreachable: this.#dice.chance(0.5),
    })
    this.#maxAge = this.#dice.pick([5, 60, 60, 200])
    this.#faults = {
      loss: this.#dice.pick([0.3, 0.3, 0.1, 0]),
      duplicate: this.#dice.pick([0.1, 0.3, 0]),
      reorder: this.#dice.pick([0.15, 0]),
      reorderDelay: this.#dice.pick([500, 3000]),
    }
  }

  async begin(): Promise<void> {
    await this.#serve()
    const outside = this.#hub.network(Array.from({ length: 40 }, (_, at) => ({ host: `198.51.100.${at}`, port: 4000 })))
    this.#box = new NatBox(outside, { mappingTimeout: this.#dice.pick([30_000, 10_000_000]) })
    this.#clientNetwork = new FaultInjector(this.#box.network({ host: '10.0.0.2', port: 5683 }), this.#faults)
    const resolver = { resolve: async () => ({ addresses: [this.#address], ttl: 60_000 }), forget() {} }
    const transports = [plain(this.#clientNetwork, { resolver })]
    this.#endpoint = await new Endpoint({ context: this.#context, transports }).open()
    this.#client = new Client({ endpoint: this.#endpoint })
  }

  async live(): Promise<void> {
    const deeds = Array.from({ length: this.#dice.integer(5, 40) }, () => this.#dice.integer(0, span)).sort(
      (a, b) => a - b,
    )
    this.#watch()
    for (const at of deeds) {
      await this.#context.clock.advance(Math.max(0, at - this.#context.now()))
      await this.#deed()
    }
  }

  async end(): Promise<DurableOutcome> {
    const context = this.#context
    if (this.#server === undefined) await this.#serve()
    this.#busy = false
    this.#clientNetwork?.inject({})
    this.#serverNetwork?.inject({})
    await context.clock.advance(rest)
    for (const watcher of this.#watchers) {
      if (watcher.ended === undefined && watcher.version !== this.#version)
        this.#broken.push(`an observer has ${watcher.version}, and the state is ${this.#version}`)
      if (watcher.ended === 'failed' && watcher.version > 0)
        this.#broken.push('an observer that had a state was given up')
      this.#broken.push(...watcher.broken)
    }
    await this.#nothingStays()
    return { broken: this.#broken, told: this.#told }
  }

  async #nothingStays(): Promise<void> {
    const { clock } = this.#context
    for (const { observation } of this.#watchers) await observation.close()
    await this.#client?.close({ timeout: 0 })
    await clock.advance(rest)
    this.#subject.changed() // who is registered still, from an address that is gone, is found out
    await clock.advance(rest)
    const [client, server] = [this.#endpoint?.sizes, this.#server?.sizes]
    if (client?.exchanges !== 0) this.#broken.push(`${client?.exchanges} exchanges stay at the client`)
    if (server?.observations !== 0) this.#broken.push(`${server?.observations} observations stay at the server`)
    await this.#endpoint?.close()
    await this.#server?.close()
    await this.#box?.close()
    if (clock.timers.next !== undefined) this.#broken.push('a timer stays armed')
  }

  async #deed(): Promise<void> {
    const what = this.#dice.fraction()
    if (what < 0.5) {
      this.#version++
      this.#gone = false
      this.#subject.changed()
    } else if (what < 0.62) this.#box?.rebind()
    else if (what < 0.76) await this.#restart()
    else if (what < 0.84) {
      this.#busy = !this.#busy
      if (this.#busy) this.#subject.gone(busy)
    } else if (what < 0.86) {
      this.#gone = true
      this.#subject.gone()
    } else if (what < 0.96) this.#watch()
    else await this.#dice.pick(this.#watchers).observation.close()
  }

  /** Down for a while, or until the end; at the same address or another; and what changes meanwhile nobody is told. */
  async #restart(): Promise<void> {
    if (this.#server === undefined) {
      await this.#serve()
      return
    }
    await this.#server.close()
    this.#server = undefined
    this.#subject = new Subject()
    if (this.#dice.chance(0.5)) this.#version++
    if (this.#dice.chance(0.3)) this.#address = this.#dice.pick(addresses)
    if (this.#dice.chance(0.6)) await this.#serve()
  }

  async #serve(): Promise<void> {
    this.#serverNetwork = new FaultInjector(this.#hub.network({ host: this.#address, port: 5683 }), this.#faults)
    const handler = (): Response => {
      if (this.#busy) return busy
      if (this.#gone) return Response.of(Code.NotFound)
      const response = Response.text(`${this.#version}`)
      return response.with({ options: response.options.clone().set(MaxAge, this.#maxAge) }).observing(this.#subject)
    }
    this.#server = await new Endpoint({
      context: this.#context,
      transports: [plain(this.#serverNetwork)],
      handler,
    }).open()
  }

  #watch(): void {
    const confirmable = this.#dice.chance(0.8)
    const path = this.#dice.pick(['value', 'value', 'same'])
    const observation = (this.#client as Client).observe(`coap://device.example/${path}`, { confirmable })
    this.#watchers.push(new Watcher(observation, ({ type }) => this.#told[type]++))
  }
}

const busy = Response.of(Code.ServiceUnavailable).with({ options: new Options().set(MaxAge, 30) })

class Watcher {
  readonly observation: Observation
  readonly broken: string[] = []
  version = 0
  ended: string | undefined = undefined

  constructor(observation: Observation, told: (event: ObservationEvent) => void) {
    this.observation = observation
    void this.#read(told)
  }

  async #read(told: (event: ObservationEvent) => void): Promise<void> {
    let fresh = false
    for await (const event of this.observation.events()) {
      told(event)
      if (this.ended !== undefined) this.broken.push(`${event.type} after the end`)
      if (event.type === 'stale') fresh = false
      else if (event.type === 're-registered') fresh = true
      else if (event.type === 'ended') this.ended = event.reason
      else if (event.type === 'notification' && event.response.ok) {
        const version = Number(await event.response.body.text())
        if (version < this.version) this.broken.push(`${version} after ${this.version}${fresh ? ', as fresh' : ''}`)
        this.version = version
        fresh = true
      }
    }
    if (this.ended === undefined) this.broken.push('events end without saying so')
  }
}
