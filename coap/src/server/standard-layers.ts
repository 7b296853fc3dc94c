// What `serve` puts around a handler by itself, and in which order.

import type { Layer } from '../handler/handler.ts'
import type { BlockwiseOptions } from '../layers/blockwise/options.ts'
import { blockwiseServer } from '../layers/blockwise/server.ts'
import { type ConditionalOptions, conditional as conditionalRequests } from '../layers/conditional.ts'
import { limitAmplification } from '../layers/echo/limit-amplification.ts'

export interface StandardServerOptions {
  /** So many times as long as its request an answer may be that goes to who may not have asked. False: any number of times. */
  readonly amplification: number | false
  readonly blockwise: BlockwiseOptions
  /** False: the handlers deal with conditions themselves, or nobody does. */
  readonly conditional: ConditionalOptions | false
}

/** Outermost first; the user's own layers stand between these two lists. */
export function standardServerLayers({ amplification, blockwise, conditional }: StandardServerOptions): {
  readonly outer: readonly Layer[]
  readonly inner: readonly Layer[]
} {
  return {
    outer: [
      ...(amplification === false ? [] : [limitAmplification({ factor: amplification })]),
      blockwiseServer(blockwise),
    ],
    inner: conditional === false ? [] : [conditionalRequests(conditional)],
  }
}
