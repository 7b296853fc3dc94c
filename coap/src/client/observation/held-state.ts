// The newest state that an observation knows: named by its ETag in the next registration, so that the server need not send it again, and
// may refer to it later (RFC 7641 3.3.2); and what an answer to a registration is compared with.

import { equalBytes } from '../../bytes/equal.ts'
import type { Response } from '../../handler/response.ts'
import { Code } from '../../message/code.ts'
import { maxAgeOf } from '../../message/max-age.ts'
import { ETag, MaxAge, Observe } from '../../message/option.ts'
import type { Options } from '../../message/options.ts'

export class HeldState {
  newest: Response | undefined = undefined
  /** What the present registration has named, and what the one before: as long as one of them holds, notifications may refer to it. */
  #named: readonly Response[] = []

  /** Adds to the options of a registration. */
  name(options: Options): void {
    const { newest } = this
    const etag = newest?.body.whole === undefined ? undefined : newest.options.get(ETag)
    if (newest === undefined || etag === undefined) return
    this.#named = [newest, ...this.#named.slice(0, 1)]
    if (!options.getAll(ETag).some((given) => equalBytes(given, etag))) options.add(ETag, etag)
  }

  /** What a 2.03 refers to, if that was named here, as fresh as the 2.03 says (RFC 7252 5.9.1.3). */
  complete(response: Response): Response {
    if (response.code !== Code.Valid) return response
    const etag = response.options.get(ETag)
    const named = this.#named.find((each) => equalBytes(each.options.get(ETag), etag))
    if (named === undefined) return response
    const { code, payload } = named
    const options = named.options.clone().delete(Observe).delete(MaxAge)
    for (const option of [Observe, MaxAge]) {
      const value = response.options.get(option)
      if (value !== undefined) options.set(option, value)
    }
    return response.with({ code, payload, options })
  }

  /** It tells nothing new. */
  is(response: Response): boolean {
    const { newest } = this
    const whole = newest?.body.whole
    return (
      newest !== undefined &&
      whole !== undefined &&
      newest.code === response.code &&
      newest.contentFormat === response.contentFormat &&
      equalBytes(newest.options.get(ETag), response.options.get(ETag)) &&
      equalBytes(whole, response.body.whole)
    )
  }
}

/** Milliseconds for which a response is fresh (RFC 7252 5.10.5). */
export function freshnessOf(response: Response): number {
  return maxAgeOf(response.options) * 1000
}
