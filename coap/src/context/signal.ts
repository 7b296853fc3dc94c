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
