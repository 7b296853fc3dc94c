// Checking a condition and acting on it are one step: meanwhile nobody else changes the resource (RFC 7252 5.10.8.1: no update is lost).
// Requests without a condition run side by side as ever; one with a condition runs alone among those that change its resource. Who cannot
// run yet waits in order. There is something to keep only while a handler is at work.

import { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { MaxAge } from '../../message/option.ts'
import { Options } from '../../message/options.ts'

type Act = () => Response | Promise<Response>

interface Waiting {
  readonly alone: boolean
  start(): void
}

/** What is at work on one resource. */
interface Lane {
  running: number
  alone: boolean
  readonly waiting: Waiting[]
}

export class Turns {
  readonly #lanes = new Map<string, Lane>()
  readonly #most: number

  /** So many may wait for one resource; beyond it the answer is 5.03 (RFC 8132 3.4). */
  constructor(most: number) {
    this.#most = most
  }

  /** No handler is at work. */
  get idle(): boolean {
    return this.#lanes.size === 0
  }

  /** Acts when it may: at once, in the same turn, if nothing is in its way. */
  take(resource: string, alone: boolean, act: Act): Response | Promise<Response> {
    const lane = this.#lanes.get(resource)
    if (lane === undefined) return this.entered(resource, alone, act())
    if (!alone && !lane.alone && lane.waiting.length === 0) return this.#run(resource, lane, act)
    if (lane.waiting.length >= this.#most) return busy()
    return new Promise((resolve, reject) => {
      const start = (): void => {
        try {
          const result = this.#run(resource, lane, act)
          if (result instanceof Response) resolve(result)
          else result.then(resolve, reject)
        } catch (error) {
          reject(error)
        }
      }
      lane.waiting.push({ alone, start })
    })
  }

  /** It has begun where nobody else was; if it goes on, others see it from now on. */
  entered(resource: string, alone: boolean, result: Response | Promise<Response>): Response | Promise<Response> {
    if (result instanceof Response) return result
    let lane = this.#lanes.get(resource) // a handler may have asked its own server
    if (lane === undefined) {
      lane = { running: 0, alone, waiting: [] }
      this.#lanes.set(resource, lane)
    }
    return this.#follow(resource, lane, result)
  }

  #run(resource: string, lane: Lane, act: Act): Response | Promise<Response> {
    const result = act()
    return result instanceof Response ? result : this.#follow(resource, lane, result)
  }

  async #follow(resource: string, lane: Lane, result: Promise<Response>): Promise<Response> {
    lane.running++
    try {
      return await result
    } finally {
      lane.running--
      this.#next(resource, lane)
    }
  }

  #next(resource: string, lane: Lane): void {
    while (lane.running === 0 || !lane.alone) {
      const [next] = lane.waiting
      if (next === undefined || (next.alone && lane.running > 0)) break
      lane.waiting.shift()
      lane.alone = next.alone
      next.start()
    }
    if (lane.running === 0 && lane.waiting.length === 0) this.#lanes.delete(resource)
  }
}

function busy(): Response {
  const response = Response.diagnostic(Code.ServiceUnavailable, 'too many requests want to change this resource')
  return response.with({ options: new Options().add(MaxAge, 1) })
}
