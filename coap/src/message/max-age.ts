// For how long a response is fresh (RFC 7252 5.10.5).

import { MaxAge } from './option.ts'
import type { Options } from './options.ts'

/** Seconds, where no Max-Age says otherwise. */
export const defaultMaxAge = 60

/** Seconds. */
export function maxAgeOf(options: Options): number {
  return options.get(MaxAge) ?? defaultMaxAge
}
