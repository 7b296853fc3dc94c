// Example resources served on this machine, with a clock that a test turns, and a client that asks them.

import { Client, type MethodInit, type Response, type Router, type Server, serve } from 'coapstone'
import { HandClock } from './hand-clock.ts'

export class Served implements AsyncDisposable {
  readonly clock: HandClock
  readonly client: Client
  readonly server: Server
  readonly #origin: string

  private constructor(clock: HandClock, server: Server) {
    this.clock = clock
    this.server = server
    this.client = new Client()
    this.#origin = server.uris[0]?.origin ?? ''
  }

  static async with(make: (clock: HandClock) => Router): Promise<Served> {
    const clock = new HandClock()
    return new Served(clock, await serve(make(clock), { listen: ['coap://127.0.0.1:0'] }))
  }

  uri(path: string): string {
    return this.#origin + path
  }

  get(path: string, init: MethodInit = {}): Promise<Response> {
    return this.client.get(this.uri(path), init)
  }

  post(path: string, body: string | Uint8Array, init: MethodInit = {}): Promise<Response> {
    return this.client.post(this.uri(path), { body, ...init })
  }

  put(path: string, body: string | Uint8Array, init: MethodInit = {}): Promise<Response> {
    return this.client.put(this.uri(path), { body, ...init })
  }

  delete(path: string, init: MethodInit = {}): Promise<Response> {
    return this.client.delete(this.uri(path), init)
  }

  async text(path: string, init: MethodInit = {}): Promise<string> {
    return (await this.get(path, init)).orThrow().body.text()
  }

  /** Waits for what has to come about on the way between client and server. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close()
    await this.server.close()
  }
}
