// A client's handshake of toySecurity: the hello is sent until it is answered, or until it is hopeless.

import type { Context } from '../../context/context.ts'
import { Timer } from '../../context/timer.ts'
import { SecurityError, TimeoutError } from '../../errors.ts'
import type { Path } from '../../network/network.ts'
import type { Association } from '../../transport/transport.ts'

export interface ToyHandshakeInit {
  readonly nonce: string
  readonly path: Path
  readonly context: Context
  readonly send: () => void
  readonly ended: () => void
}

/** Milliseconds until the hello is sent again, each time twice as many; and how often. */
const firstTimeout = 1000
const attempts = 6

export class ToyHandshake extends Timer {
  readonly established: Promise<Association>
  readonly #init: ToyHandshakeInit
  #resolve: (association: Association) => void = () => {}
  #reject: (error: unknown) => void = () => {}
  #attempts = 0

  constructor(init: ToyHandshakeInit) {
    super()
    this.#init = init
    this.established = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    this.fire()
  }

  get nonce(): string {
    return this.#init.nonce
  }

  override fire(): void {
    if (this.#attempts === attempts) {
      this.#end()
      this.#reject(new TimeoutError('no answer to the handshake'))
      return
    }
    this.#init.context.timers.arm(this, firstTimeout * 2 ** this.#attempts++)
    this.#init.send()
  }

  finish(association: Association): void {
    this.#end()
    this.#resolve(association)
  }

  fail(why: string): void {
    this.#end()
    this.#reject(new SecurityError(why))
  }

  #end(): void {
    this.#init.context.timers.cancel(this)
    this.#init.ended()
  }
}
