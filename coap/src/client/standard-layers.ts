// What a `Client` puts around asking the network by itself, and in which order.

import type { Layer } from '../handler/handler.ts'
import type { RetryOptions } from '../handler/retry-options.ts'
import { blockwiseClient } from '../layers/blockwise/client.ts'
import type { BlockwiseOptions } from '../layers/blockwise/options.ts'
import { answerEcho } from '../layers/echo/answer-echo.ts'
import { retry } from '../layers/retry.ts'

export interface StandardClientOptions {
  readonly blockwise: BlockwiseOptions
  /** False: requests that a server has no time for are not repeated. */
  readonly retry: RetryOptions | false
}

/** Outermost first; the user's own layers are outside of all of them. */
export function standardClientLayers({ blockwise, retry: retries }: StandardClientOptions): readonly Layer[] {
  return [...(retries === false ? [] : [retry(retries)]), blockwiseClient(blockwise), answerEcho()]
}
