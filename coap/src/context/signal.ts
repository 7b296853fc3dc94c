// The platform's AbortSignal where the program that uses us knows its type (Node's types, the DOM's); else the part that we need.

export interface Abortable {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

export type Signal = typeof globalThis extends { AbortSignal: { prototype: infer Platform } }
  ? Platform & Abortable
  : Abortable

/** As the promise; but once the signal is aborted it rejects with its reason, whatever becomes of the promise. */
export function unlessAborted<T>(promise: Promise<T>, signal: Signal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) abort()
    else signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
