// What `serve` puts around a handler by itself, and in which order.

import type { Layer } from '../handler/handler.ts'
import type { BlockwiseOptions } from '../layers/blockwise/options.ts'
import { blockwiseServer } from '../layers/blockwise/server.ts'

export interface StandardServerOptions {
  readonly blockwise: BlockwiseOptions
}

/** Outermost first; the user's own layers stand between these two lists. */
export function standardServerLayers({ blockwise }: StandardServerOptions): {
  readonly outer: readonly Layer[]
  readonly inner: readonly Layer[]
} {
  return {
    outer: [blockwiseServer(blockwise)],
    inner: [],
  }
}
