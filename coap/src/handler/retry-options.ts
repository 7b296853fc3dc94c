// What a caller wishes when a server says that it has too much to do (RFC 8516, RFC 7252 5.9.3.4); the retry layer reads it.

import type { Code } from '../message/code.ts'

/** A request is about to be repeated. */
export interface Retry {
  /** What the server has said: 4.29 or 5.03. */
  readonly code: Code
  /** Milliseconds until then. */
  readonly wait: number
  /** How often it is repeated, this time included; 0: it has not been sent yet, since the server has said so to a similar one. */
  readonly attempt: number
}

export interface RetryOptions {
  /** How often a request is repeated at most. Default 3. */
  readonly attempts?: number
  /** Milliseconds that a server may ask to wait; who asks for more gets its answer given to the caller. Default 60,000. */
  readonly longestWait?: number
  /** Called before each wait. */
  readonly onRetry?: (retry: Retry) => void
}

export const retryDefaults: { readonly attempts: number; readonly longestWait: number } = {
  attempts: 3,
  longestWait: 60_000,
}
