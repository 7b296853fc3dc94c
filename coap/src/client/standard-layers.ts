// What a `Client` puts around asking the network by itself, and in which order.

import type { Layer } from '../handler/handler.ts'
import { blockwiseClient } from '../layers/blockwise/client.ts'
import type { BlockwiseOptions } from '../layers/blockwise/options.ts'

export interface StandardClientOptions {
  readonly blockwise: BlockwiseOptions
}

/** Outermost first; the user's own layers are outside of all of them. */
export function standardClientLayers({ blockwise }: StandardClientOptions): readonly Layer[] {
  return [blockwiseClient(blockwise)]
}
