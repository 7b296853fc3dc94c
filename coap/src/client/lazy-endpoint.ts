// An endpoint that is opened when somebody first asks: a client can be made without awaiting anything, and one that never asks
// costs no socket.

import type { Endpoint } from '../endpoint/endpoint.ts'

export class LazyEndpoint {
  readonly #make: () => Endpoint
  #endpoint: Endpoint | undefined = undefined
  #opening: Promise<Endpoint> | undefined = undefined

  constructor(make: () => Endpoint) {
    this.#make = make
  }

  /** Undefined: nobody has asked yet. */
  get current(): Endpoint | undefined {
    return this.#endpoint
  }

  /** Perhaps not open yet. */
  get endpoint(): Endpoint {
    this.#endpoint ??= this.#make()
    return this.#endpoint
  }

  /** Rejects if it cannot be opened; then the next call tries again. */
  opened(): Promise<Endpoint> {
    this.#opening ??= this.endpoint.open().catch((error: unknown) => {
      this.#opening = undefined
      this.#endpoint = undefined
      throw error
    })
    return this.#opening
  }

  async close(): Promise<void> {
    await this.#endpoint?.close()
  }
}
