// Runs a script: the endpoint under test on a memory network, its peers played by the script, time turned by hand. Whatever the
// endpoint sends must be the next thing that the script has for that peer.

import { Endpoint } from '../../coap/src/endpoint/endpoint.ts'
import { compose, type Handler } from '../../coap/src/handler/handler.ts'
import { Request } from '../../coap/src/handler/request.ts'
import { Response } from '../../coap/src/handler/response.ts'
import { blockwiseClient } from '../../coap/src/layers/blockwise/client.ts'
import { blockwiseServer } from '../../coap/src/layers/blockwise/server.ts'
import { answerEcho } from '../../coap/src/layers/echo/answer-echo.ts'
import { MemoryHub, type MemoryNetwork } from '../../coap/src/network/memory.ts'
import type { NetworkAddress } from '../../coap/src/network/network.ts'
import type { Resolver } from '../../coap/src/network/resolver.ts'
import { createContext, type TestContext } from '../../coap/src/testing/context.ts'
import { plain } from '../../coap/src/transport/plain.ts'
import { CoapUri } from '../../coap/src/uri/coap-uri.ts'
import { Asked } from './asked.ts'
import { type Stage, stageNamed } from './handlers.ts'
import {
  type ContentPattern,
  encodePattern,
  formatDatagram,
  formatDatagramPattern,
  matches,
  optionsOf,
} from './message-line.ts'
import type { Action, RequestAction, Script, Step } from './script.ts'
import { type Bindings, bound, fromHex, Placeholder } from './values.ts'
import { ScriptError } from './words.ts'

/** Runs a script from beginning to end. Rejects with a `ScriptError` that says the line, what was expected, and what happened. */
export async function runScript(script: Script): Promise<void> {
  const play = new Play(script)
  await play.begin()
  try {
    for (const step of script.steps) await at(script, step.line, () => play.perform(step))
    await at(script, script.steps.at(-1)?.line ?? script.line, async () => play.expectSilence())
  } finally {
    await play.end()
  }
}

async function at(script: Script, line: number, deed: () => Promise<void>): Promise<void> {
  try {
    await deed()
  } catch (error) {
    if (!(error instanceof ScriptError)) throw error
    const text = script.steps.find((step) => step.line === line)?.text ?? ''
    throw new ScriptError(`${script.file}:${line}: ${text}\n  ${error.message}`)
  }
}

class Play {
  readonly #script: Script
  readonly #context: TestContext
  readonly #hub: MemoryHub
  readonly #endpoint: Endpoint
  readonly #send: Handler
  readonly #stage: Stage | undefined
  readonly #peers = new Map<string, Player>()
  readonly #asked = new Map<string, Asked>()
  readonly #bindings: Bindings = new Map()
  #handled = 0

  constructor(script: Script) {
    const { seed, handler, endpoint, maxPacketSize, transmission, limits, blockSize, echo } = script.setting
    this.#script = script
    this.#context = createContext(seed)
    this.#hub = new MemoryHub(this.#context)
    this.#stage = handler === undefined ? undefined : stageNamed(handler, this.#context)
    const network = this.#hub.network(endpoint, { maxPacketSize, packetsAreOwned: false })
    this.#endpoint = new Endpoint({
      context: this.#context,
      transports: [plain(network, { resolver: nobody })],
      transmission,
      limits,
      ...(this.#stage !== undefined && { handler: this.#handler(this.#stage) }),
    })
    const layers = [
      ...(blockSize === undefined ? [] : [blockwiseClient({ blockSize, limits })]),
      ...(echo ? [answerEcho()] : []),
    ]
    this.#send = compose(...layers)(this.#endpoint.send, this.#context)
  }

  async begin(): Promise<void> {
    for (const [name, address] of this.#script.setting.peers) {
      const player = new Player(this.#hub.network(address), this.#script.setting.endpoint)
      await player.open()
      this.#peers.set(name, player)
    }
    await this.#endpoint.open()
  }

  async end(): Promise<void> {
    await this.#endpoint.close()
  }

  async perform(step: Step): Promise<void> {
    if (!looks.has(step.kind)) this.expectSilence()
    switch (step.kind) {
      case 'arrives':
        this.#player(step.peer).send(encodePattern(step.message, this.#bindings))
        return this.#advance(0)
      case 'leaves':
        return this.#expect(this.#player(step.peer), step)
      case 'silence':
        return this.expectSilence(step.peer)
      case 'advance':
        return this.#advance(step.milliseconds)
      case 'request':
        this.#ask(step.name, new Asked((signal) => this.#send(this.#request(step, signal))))
        return this.#advance(0)
      case 'ping':
        this.#ask(step.name, new Asked(() => this.#ping(step.uri)))
        return this.#advance(0)
      case 'cancel':
        this.#find(step.name).cancel()
        return this.#advance(0)
      case 'outcome':
        return this.#find(step.name).expect(step.outcome, this.#bindings)
      case 'answer':
        if (this.#stage?.answer?.(this.#response(step.response)) !== true)
          throw new ScriptError('no request waits for an answer')
        return this.#advance(0)
      case 'change':
        if (this.#stage?.change === undefined) throw new ScriptError('this handler shows nothing that changes')
        this.#stage.change(this.#response(step.response))
        return this.#advance(0)
      case 'handled':
        return expectEqual('calls of the handler', this.#handled, step.times)
      case 'counted':
        return expectEqual(step.counter, this.#counter(step.counter), step.times)
      case 'compare':
        return this.#compare(step)
      default:
        step satisfies never
    }
  }

  /** What the endpoint has sent was in the script. */
  expectSilence(peer?: string): void {
    for (const [name, { received }] of this.#peers) {
      const [packet] = received
      if (packet === undefined || (peer !== undefined && peer !== name)) continue
      throw new ScriptError(`expected nothing to leave before this\n  got      ${name} <- ${formatDatagram(packet)}`)
    }
  }

  /** Lets time pass, and everything happen that is due. */
  #advance(milliseconds: number): Promise<void> {
    return this.#context.clock.advance(milliseconds)
  }

  #expect({ received }: Player, { message }: Extract<Action, { kind: 'leaves' }>): void {
    const packet = received.shift()
    if (packet !== undefined && matches(message, packet, this.#bindings)) return
    const got = packet === undefined ? 'nothing' : formatDatagram(packet)
    throw new ScriptError(`expected ${formatDatagramPattern(message)}${this.#known()}\n  got      ${got}`)
  }

  #known(): string {
    const known = [...this.#bindings].map(([name, value]) => `${name} = ${shown(value)}`)
    return known.length === 0 ? '' : `   (${known.join(', ')})`
  }

  #player(name: string): Player {
    const player = this.#peers.get(name)
    if (player === undefined) throw new ScriptError(`there is no peer '${name}'`)
    return player
  }

  #ask(name: string, asked: Asked): void {
    if (this.#asked.has(name)) throw new ScriptError(`there is a '${name}' already`)
    this.#asked.set(name, asked)
  }

  #find(name: string): Asked {
    const asked = this.#asked.get(name)
    if (asked === undefined) throw new ScriptError(`nothing was asked as '${name}'`)
    return asked
  }

  #request({ uri, confirmable, token, content }: RequestAction, signal: AbortSignal): Request {
    const { code, options, payload } = content
    return new Request({
      code,
      uri: CoapUri.parse(uri),
      confirmable,
      signal,
      token: token instanceof Placeholder ? fromHex(String(bound(token, this.#bindings))) : token,
      options: optionsOf(options, this.#bindings),
      payload: bytesOf(payload),
    })
  }

  async #ping(uri: string): Promise<number> {
    return this.#endpoint.ping(await this.#endpoint.connect(CoapUri.parse(uri)))
  }

  #response({ code, options, payload }: ContentPattern): Response {
    return new Response({ code, options: optionsOf(options, this.#bindings), payload: bytesOf(payload) })
  }

  #handler(stage: Stage): Handler {
    const { blockSize, limits } = this.#script.setting
    const counted = this.#counted(stage)
    return blockSize === undefined ? counted : blockwiseServer({ blockSize, limits })(counted, this.#context)
  }

  #counted({ handler }: Stage): Handler {
    return (request) => {
      this.#handled++
      return handler(request)
    }
  }

  #counter(path: string): number {
    let value: unknown = this.#endpoint.statistics
    for (const name of path.split('.')) value = (value as Record<string, unknown>)[name] ?? 0
    if (typeof value !== 'number') throw new ScriptError(`there is no counter '${path}'`)
    return value
  }

  #compare({ left, operator, right }: Extract<Action, { kind: 'compare' }>): void {
    const [one, other] = [bound(left, this.#bindings), bound(right, this.#bindings)]
    if (!comparisons[operator]?.(one, other))
      throw new ScriptError(
        `expected ${left.name} ${operator} ${right.name}\n  got      ${shown(one)} and ${shown(other)}`,
      )
  }
}

/** One of the others: sends what the script says, and keeps what it gets. */
class Player {
  readonly received: Uint8Array[] = []
  readonly #network: MemoryNetwork
  readonly #endpoint: NetworkAddress

  constructor(network: MemoryNetwork, endpoint: NetworkAddress) {
    this.#network = network
    this.#endpoint = endpoint
  }

  async open(): Promise<void> {
    await this.#network.open({
      packet: (packet) => this.received.push(packet.slice()),
      drained() {},
      unreachable() {},
      tooBig() {},
    })
  }

  send(packet: Uint8Array): void {
    this.#network.send(packet, packet.length, this.#network.path(this.#endpoint))
  }
}

/** Steps that only look; before all others nothing may be left that the endpoint has sent. */
const looks: ReadonlySet<Action['kind']> = new Set(['leaves', 'silence', 'outcome', 'handled', 'counted', 'compare'])

const comparisons: Readonly<Record<string, (one: number | string, other: number | string) => boolean>> = {
  '==': (one, other) => one === other,
  '!=': (one, other) => one !== other,
  '>': (one, other) => one > other,
  follows: (one, other) => one === ((Number(other) + 1) & 0xffff),
}

/** Scripts name addresses. */
const nobody: Resolver = {
  resolve: (host) => Promise.reject(new ScriptError(`expected a literal address, not '${host}'`)),
  forget() {},
}

function bytesOf(payload: Uint8Array | 'any'): Uint8Array {
  if (payload === 'any') throw new ScriptError('what is sent has a payload of its own, not any')
  return payload
}

function expectEqual(what: string, got: number, expected: number): void {
  if (got !== expected) throw new ScriptError(`expected ${what}: ${expected}\n  got      ${got}`)
}

function shown(value: number | string): string {
  return typeof value === 'number' ? `${value} or 0x${value.toString(16)}` : value
}
