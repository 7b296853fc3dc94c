// Runs a world of transfers, and says what was broken: bytes are equal or there is a clear error, versions are never mixed, and when all
// is over nothing is kept.

import { Client } from '../../../coap/src/client/client.ts'
import { Timer } from '../../../coap/src/context/timer.ts'
import { Endpoint } from '../../../coap/src/endpoint/endpoint.ts'
import { CoapError } from '../../../coap/src/errors.ts'
import { Response } from '../../../coap/src/handler/response.ts'
import { blockwiseServer } from '../../../coap/src/layers/blockwise/server.ts'
import { Code, describeCode } from '../../../coap/src/message/code.ts'
import { FaultInjector } from '../../../coap/src/network/fault-injector.ts'
import { MemoryHub } from '../../../coap/src/network/memory.ts'
import { NatBox } from '../../../coap/src/network/nat.ts'
import type { Network } from '../../../coap/src/network/network.ts'
import { noNames } from '../../../coap/src/network/resolver.ts'
import { Router } from '../../../coap/src/server/router.ts'
import { createContext, type TestContext } from '../../../coap/src/testing/context.ts'
import { plain } from '../../../coap/src/transport/plain.ts'
import { Content } from './content.ts'
import type { Operation, TransferWorld, WorldEvent } from './transfer-world.ts'

export interface TransferOutcome {
  /** What does not hold; empty: all is well. */
  readonly broken: readonly string[]
  /** How often what came of an operation: `get 2.05`, `put COAP_TIMEOUT`. */
  readonly results: Readonly<Record<string, number>>
}

const serverAddress = { host: '192.0.2.1', port: 5683 }
const url = `coap://${serverAddress.host}`
/** An operation that takes longer than this hangs: 1 MB in blocks of 16 bytes takes a day where a packet takes half a second. */
const patience = 100 * 3_600_000

export async function runTransfers(world: TransferWorld): Promise<TransferOutcome> {
  const run = new Run(world)
  await run.begin()
  await run.all()
  await run.end()
  return { broken: run.broken, results: run.results }
}

class Run {
  readonly broken: string[] = []
  readonly results: Record<string, number> = {}
  readonly #world: TransferWorld
  readonly #context: TestContext
  readonly #hub: MemoryHub
  readonly #nat: NatBox | undefined
  readonly #versions: Content[] = [new Content(0, 5000)]
  /** Bodies of requests, each with a version of its own. */
  readonly #sent = new Map<number, Content>()
  /** Versions of bodies that the server's handlers had whole. */
  readonly #taken = new Set<number>()
  #server: Endpoint | undefined = undefined
  #endpoint: Endpoint | undefined = undefined
  #client: Client | undefined = undefined

  constructor(world: TransferWorld) {
    this.#world = world
    this.#context = createContext(world.seed)
    this.#hub = new MemoryHub(this.#context, { latency: world.latency })
    this.#nat = world.nat ? new NatBox(this.#hub.network({ host: '198.51.100.1', port: 40_000 })) : undefined
  }

  async begin(): Promise<void> {
    await this.#openServer()
    await this.#openClient()
  }

  /** Operations and events, each at its time. */
  async all(): Promise<void> {
    const { operations, events } = this.#world
    let open = 0
    const asked = operations.map((operation, index) => ({ operation, index, begun: false }))
    const due = [...events]
    const begun = this.#context.now()
    for (;;) {
      const elapsed = this.#context.now() - begun
      for (const each of asked) {
        if (each.begun || each.operation.at > elapsed) continue
        each.begun = true
        open++
        void this.#operate(each.operation, each.index + 1).finally(() => open--)
      }
      while (due[0] !== undefined && due[0].at <= elapsed) await this.#happen(due.shift() as WorldEvent)
      if (open === 0 && due.length === 0 && asked.every((each) => each.begun)) return
      if (elapsed > patience) {
        this.broken.push('an operation never ends')
        return
      }
      const next = Math.min(
        ...asked.filter((each) => !each.begun).map((each) => each.operation.at),
        ...due.map((event) => event.at),
      )
      const left = next - elapsed
      const timer = (this.#context.clock.timers.next ?? Number.POSITIVE_INFINITY) - this.#context.now()
      if (timer < left) await this.#context.clock.advanceToNext()
      else await this.#context.clock.advance(Math.max(0, Number.isFinite(left) ? left : 1))
    }
  }

  /** All is over: nothing may be left. */
  async end(): Promise<void> {
    await this.#context.clock.advance(2 * 3_600_000)
    for (const [name, endpoint] of [
      ['server', this.#server],
      ['client', this.#endpoint],
    ] as const) {
      const { exchanges = 0, requests = 0, observations = 0 } = endpoint?.sizes ?? {}
      if (exchanges + requests + observations > 0)
        this.broken.push(`the ${name} keeps ${JSON.stringify(endpoint?.sizes)}`)
    }
    if (this.#context.clock.timers.next !== undefined) this.broken.push('a timer is armed when all is over')
    await this.#client?.close()
    await this.#endpoint?.close()
    await this.#server?.close()
  }

  async #operate(operation: Operation, number: number): Promise<void> {
    const result = await this.#ask(operation, number).catch((error: unknown) => this.#failed(error, operation))
    if (result.startsWith('5.00')) this.broken.push(`${operation.kind} got ${result}`)
    const name = `${operation.kind} ${result}`
    this.results[name] = (this.results[name] ?? 0) + 1
  }

  async #ask({ kind, size, blockSize, abort }: Operation, number: number): Promise<string> {
    const client = this.#client as Client
    const controller = new AbortController()
    const timer = abort === undefined ? undefined : this.#after(abort, () => controller.abort(aborted))
    const init = { signal: controller.signal, ...(blockSize !== undefined && { blockSize }) }
    const body = new Content(number, size)
    this.#sent.set(number, body)
    const whole = body.slice(0, size)
    try {
      switch (kind) {
        case 'get': {
          const response = await client.get(`${url}/resource`, init)
          if (response.code === Code.Content) this.#expectVersion(response.payload)
          return describeCode(response.code)
        }
        case 'get-stream': {
          const response = await client.get(`${url}/resource`, { ...init, stream: true })
          const chunks: Uint8Array[] = []
          for await (const chunk of response.body) chunks.push(chunk)
          if (response.code === Code.Content) this.#expectVersion(Buffer.concat(chunks))
          return describeCode(response.code)
        }
        case 'put':
        case 'put-stream': {
          const given = kind === 'put' ? whole : body.chunks(0, 700)
          const response = await client.put(`${url}/${kind}`, { ...init, body: given, size, query: [`n=${number}`] })
          if (response.ok && !this.#taken.has(number))
            this.broken.push(`${describeCode(response.code)} for a body that never arrived`)
          return describeCode(response.code)
        }
        case 'echo': {
          const response = await client.post(`${url}/echo`, { ...init, body: whole })
          if (response.ok && Buffer.compare(response.payload, whole) !== 0)
            this.broken.push('another body came back than was sent')
          return describeCode(response.code)
        }
        default:
          return kind satisfies never
      }
    } finally {
      if (timer !== undefined) this.#context.timers.cancel(timer)
    }
  }

  /** A clear error: one of ours with a code, or the caller's own reason. */
  #failed(error: unknown, { kind }: Operation): string {
    if (error === aborted) return 'given up'
    if (error instanceof CoapError && clear.has(error.code)) return error.code
    this.broken.push(`${kind} failed with ${String(error)}`)
    return 'broken'
  }

  #expectVersion(bytes: Uint8Array): void {
    const known = this.#versions.some(
      (version) => version.size === bytes.length && Buffer.compare(version.slice(0, version.size), bytes) === 0,
    )
    if (!known) this.broken.push(`${bytes.length} bytes that are no version of the resource`)
  }

  async #happen({ kind, size }: WorldEvent): Promise<void> {
    switch (kind) {
      case 'change':
        this.#versions.push(new Content(1000 + this.#versions.length, size))
        return
      case 'restart-server':
        await this.#server?.close()
        await this.#openServer()
        return
      case 'restart-client':
        await this.#client?.close()
        await this.#endpoint?.close()
        await this.#openClient()
        return
      case 'rebind':
        this.#nat?.rebind()
        return
      default:
        kind satisfies never
    }
  }

  async #openServer(): Promise<void> {
    const router = new Router()
      .get('/resource', () => this.#newest())
      .put('/put', (request) => this.#took(Number(request.queryParam('n')), request.payload))
      .put(
        '/put-stream',
        async (request) => {
          const chunks: Uint8Array[] = []
          for await (const chunk of request.body) chunks.push(chunk)
          return this.#took(Number(request.queryParam('n')), Buffer.concat(chunks))
        },
        { body: 'stream' },
      )
      .post('/echo', ({ payload }) => Response.bytes(payload))
    const handler = blockwiseServer({ blockSize: this.#world.serverBlockSize })(
      router.handlerOn(this.#context),
      this.#context,
    )
    const transports = [plain(this.#hub.network(serverAddress), { resolver: noNames })]
    this.#server = await new Endpoint({ context: this.#context, transports, handler }).open()
  }

  async #openClient(): Promise<void> {
    const { loss, duplicate, reorder } = this.#world
    const at = { host: '10.0.0.2', port: 5683 }
    const network: Network = this.#nat?.network(at) ?? this.#hub.network({ host: '192.0.2.2', port: 5683 })
    const faulty = new FaultInjector(network, { loss, duplicate, reorder })
    const transports = [plain(faulty, { resolver: noNames })]
    this.#endpoint = await new Endpoint({ context: this.#context, transports }).open()
    this.#client = new Client({ endpoint: this.#endpoint })
  }

  #newest(): Response {
    const version = this.#versions.at(-1) as Content
    return Response.bytes(version.slice(0, version.size))
  }

  /** A handler has a whole body: it must be the one that was sent. */
  #took(number: number, payload: Uint8Array): Response {
    const sent = this.#sent.get(number)
    if (sent === undefined || Buffer.compare(sent.slice(0, sent.size), payload) !== 0)
      this.broken.push(`a handler got ${payload.length} bytes that nobody sent`)
    this.#taken.add(number)
    return Response.of(Code.Changed)
  }

  #after(delay: number, deed: () => void): Timer {
    const timer = new Timer(deed)
    this.#context.timers.arm(timer, delay)
    return timer
  }
}

const aborted = new Error('given up')
const clear: ReadonlySet<string> = new Set([
  'COAP_TIMEOUT',
  'COAP_RESET',
  'COAP_CHANGED',
  'COAP_CLOSED',
  'COAP_CONNECTION',
  'COAP_UNREACHABLE',
  'COAP_PEER_GONE',
  'COAP_RESPONSE',
])
