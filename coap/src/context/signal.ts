// The platform's AbortSignal where the program that uses us knows its type (Node's types, the DOM's); else the part that we need.

/** What is needed of an `AbortSignal` to obey it. */
export interface Abortable {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Platform } }
  ? Platform & Abortable
  : Abortable

/**
 * As an AbortController, whose signal is made when somebody asks for it: to make one, and to listen to it, takes as long as all else that
 * is done for a request, and its listeners outlive what they are for (docs/decisions/short-lived-things.md).
 */
export class Cancellation implements Abortable {
  aborted = false
  reason: unknown = undefined
  readonly #listeners: (() => void)[] = []
  #controller: AbortController | undefined = undefined

  /** For who needs the platform's own. */
  get signal(): Signal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController()
      if (this.aborted) this.#controller.abort(this.reason)
    }
    return this.#controller.signal
  }

  /** Without a reason it is an AbortError. Nothing if it has been said before. */
  abort(reason: unknown): void {
    if (this.aborted) return
    if (reason === undefined) this.#controller ??= new AbortController()
    this.#controller?.abort(reason)
    this.aborted = true
    this.reason = reason ?? this.#controller?.signal.reason
    while (this.#listeners.length > 0) this.#listeners.shift()?.() // one may take others out
  }

  /** It is called once. */
  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.aborted) this.#listeners.push(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    const at = this.#listeners.lastIndexOf(listener)
    if (at >= 0) this.#listeners.splice(at, 1)
  }
}

/** Does something when a signal is aborted, unless it has been ended before. */
export class AbortWatch {
  readonly #signal: Abortable
  readonly #deed: () => void

  constructor(signal: Abortable, deed: () => void) {
    this.#signal = signal
    this.#deed = deed
    signal.addEventListener('abort', deed, { once: true })
  }

  end(): void {
    this.#signal.removeEventListener('abort', this.#deed)
  }
}

/** As the promise; but once the signal is aborted it rejects with its reason, whatever becomes of the promise. */
export function unlessAborted<T>(promise: Promise<T>, signal: Abortable | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
