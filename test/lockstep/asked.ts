// Something that a script has asked for, a response or a ping: what has become of it.

import { Response } from '../../coap/src/handler/response.ts'
import { formatContent, formatContentPattern, formatShortCode, matchesContent } from './message-line.ts'
import type { Outcome } from './script.ts'
import type { Bindings } from './values.ts'
import { ScriptError } from './words.ts'

export class Asked {
  readonly #abort = new AbortController()
  #response: Response | undefined = undefined
  #error: unknown = undefined
  #state: 'pending' | 'response' | 'pong' | 'error' = 'pending'
  readonly #notifications: Response[] = []
  #ended = false

  constructor(ask: (signal: AbortSignal) => Response | Promise<Response | number>) {
    Promise.resolve(ask(this.#abort.signal)).then(
      (result) => this.#settled(result),
      (error: unknown) => {
        this.#state = 'error'
        this.#error = error
      },
    )
  }

  cancel(): void {
    this.#abort.abort()
  }

  /** Throws a `ScriptError` if it has not come to this. A notification is taken: the next one is expected next. */
  expect(outcome: Outcome, bindings: Bindings): void {
    switch (outcome.kind) {
      case 'response':
        if (this.#response !== undefined && matchesContent(outcome.content, this.#response, bindings)) return
        break
      case 'notification': {
        const next = this.#notifications.shift()
        if (next !== undefined && matchesContent(outcome.content, next, bindings)) return
        throw failure(outcome, next === undefined ? 'no notification' : `notification ${describe(next)}`)
      }
      case 'error':
        if (this.#error instanceof Error && this.#error.name === outcome.name) return
        break
      case 'ended':
        if (this.#ended) return
        break
      case 'pending':
      case 'pong':
        if (this.#state === outcome.kind) return
        break
      default:
        outcome satisfies never
    }
    throw failure(outcome, this.#describe())
  }

  #settled(result: Response | number): void {
    this.#state = typeof result === 'number' ? 'pong' : 'response'
    if (!(result instanceof Response)) return
    this.#response = result
    if (result.notifications !== undefined) this.#read(result.notifications)
  }

  #read(notifications: AsyncIterable<Response>): void {
    const read = async (): Promise<void> => {
      for await (const notification of notifications) this.#notifications.push(notification)
    }
    const end = (): void => {
      this.#ended = true
    }
    read().then(end, end)
  }

  #describe(): string {
    if (this.#response !== undefined) return `response ${describe(this.#response)}${this.#ended ? ', ended' : ''}`
    return this.#state === 'error' ? String(this.#error) : this.#state
  }
}

function failure(outcome: Outcome, got: string): ScriptError {
  const expected =
    outcome.kind === 'error'
      ? outcome.name
      : 'content' in outcome
        ? `${outcome.kind} ${formatShortCode(outcome.content.code)}${formatContentPattern(outcome.content)}`
        : outcome.kind
  return new ScriptError(`expected ${expected}\n  got      ${got}`)
}

function describe(response: Response): string {
  return `${formatShortCode(response.code)}${formatContent(response)}`
}
